// `node bench/gpu/bundle.mjs FOLDER`: the benchmark, its peers where they are installed, and Dawn for this platform, as a
// folder that runs with nothing but Node: `cd FOLDER && node gpu.mjs`. For machines with a GPU and no way to install.
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const [target] = process.argv.slice(2);
if (!target) {
  console.error('usage: node bench/gpu/bundle.mjs FOLDER');
  process.exit(2);
}
const folder = resolve(target);
const peers = join(here, '..', 'trainStep');
const entries = { gpu: join(here, 'standalone.ts') };
if (existsSync(join(peers, 'node_modules'))) {
  for (const peer of ['jax', 'tensorflow']) entries[peer] = join(peers, `${peer}.mjs`);
}
await build({
  root,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  ssr: { noExternal: true, external: ['webgpu', 'onnxruntime-web'] },
  build: {
    ssr: true,
    outDir: folder,
    emptyOutDir: true,
    target: 'node20',
    rollupOptions: { input: entries, output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' } },
  },
});
// TensorFlow.js's contestant asks for these hooks by name; bundled, it has nothing left for them to resolve.
copyFileSync(join(peers, 'bundlerResolution.mjs'), join(folder, 'bundlerResolution.mjs'));
const dawn = join(root, 'node_modules', 'webgpu');
const platform = `${process.platform}-${process.platform === 'darwin' ? 'universal' : process.arch}`;
mkdirSync(join(folder, 'node_modules', 'webgpu', 'dist'), { recursive: true });
for (const file of ['package.json', 'index.js', 'LICENSE.md']) {
  copyFileSync(join(dawn, file), join(folder, 'node_modules', 'webgpu', file));
}
cpSync(join(dawn, 'dist', platform), join(folder, 'node_modules', 'webgpu', 'dist', platform), { recursive: true });
// onnxruntime-web as it is: it looks for its wasm beside itself.
const runtime = join(root, 'node_modules', 'onnxruntime-web');
const place = join(folder, 'node_modules', 'onnxruntime-web');
mkdirSync(join(place, 'dist'), { recursive: true });
copyFileSync(join(runtime, 'package.json'), join(place, 'package.json'));
for (const file of readdirSync(join(runtime, 'dist'))) {
  if (/^ort\.(webgpu|node)\.(bundle\.)?min\.(mjs|js)$|^ort-wasm-simd-threaded\.(asyncify\.)?(mjs|wasm)$/.test(file)) {
    copyFileSync(join(runtime, 'dist', file), join(place, 'dist', file));
  }
}
copyFileSync(join(here, 'pytorchShape.py'), join(folder, 'pytorchShape.py'));
console.log(`${folder}: node gpu.mjs --peers . --out gpu.json`);

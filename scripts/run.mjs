// `node scripts/run.mjs FILE.ts [arguments]`: bundles a TypeScript module with Vite and calls its `main(arguments)`, which answers
// with an exit status. So the command line, the scripts and the benchmarks use the very sources the page uses, `?raw` shader
// imports included, without a build step. The bundle is kept, and made anew when one of its sources has changed.
import { createHash } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** A bundle that nobody has started for so long is taken away when another one is made. */
const keptMilliseconds = 7 * 24 * 3600 * 1000;

const [file, ...rest] = process.argv.slice(2);
if (!file) {
  console.error('usage: node scripts/run.mjs FILE.ts [arguments]');
  process.exit(2);
}
process.setSourceMapsEnabled(true);
const { main } = await import(pathToFileURL(await bundleOf(resolve(file))).href);
process.exit((await main(rest)) ?? 0);

/** @returns the path of the bundle's entry. */
async function bundleOf(entry) {
  // By the folder too: copies of a checkout may share the files of node_modules.
  const name = createHash('sha256').update(`${root}\n${entry}`).digest('hex').slice(0, 16);
  const folder = join(root, 'node_modules/.cache/tokengraft', name);
  const current = join(folder, 'current.json');
  const known = readJson(current);
  if (known?.sources.every(([path, size, changed]) => isUnchanged(path, size, changed))) {
    const path = join(folder, known.bundle, known.entry);
    if (existsSync(path)) {
      touch(join(folder, known.bundle));
      return path;
    }
  }
  const bundle = `${Date.now().toString(36)}-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
  const built = await build(entry, join(folder, bundle));
  // Several may have been started at once: the first one's bundle is everybody's.
  const other = readJson(current);
  const otherEntry = other && join(folder, other.bundle, other.entry);
  if (other && existsSync(otherEntry) && JSON.stringify(other.sources) === JSON.stringify(built.sources)) {
    rmSync(join(folder, bundle), { recursive: true, force: true });
    return otherEntry;
  }
  // Whoever reads it meanwhile has the old list or the new one.
  writeFileSync(join(folder, `${bundle}.json`), JSON.stringify({ bundle, ...built }));
  renameSync(join(folder, `${bundle}.json`), current);
  sweep(folder, bundle);
  return join(folder, bundle, built.entry);
}

async function build(entry, outDir) {
  const { build } = await import('vite');
  // What a source was when it was read, not when the bundle is there.
  const settings = ['package.json', 'package-lock.json', 'tsconfig.json'].map((name) => join(root, name));
  const sources = [fileURLToPath(import.meta.url), ...settings].map(asItIs);
  const followed = {
    name: 'sources',
    enforce: 'pre',
    load(id) {
      const [path] = id.split('?');
      if (!path.startsWith('\0')) sources.push(asItIs(path));
    },
    transform(code, id) {
      const [path, query] = id.split('?');
      if (query !== undefined) return undefined;
      // A bundle lies elsewhere than what its files name beside themselves.
      const own = { url: pathToFileURL(path).href, dirname: dirname(path), filename: path };
      return {
        code: code.replaceAll(/\bimport\.meta\.(url|dirname|filename)\b/g, (_, key) => JSON.stringify(own[key])),
        map: null,
      };
    },
  };
  const { NODE_ENV } = process.env;
  const { output } = await build({
    root,
    configFile: false,
    logLevel: 'error',
    mode: 'development',
    publicDir: false,
    plugins: [followed],
    build: {
      ssr: entry,
      outDir,
      target: 'node20',
      minify: false,
      sourcemap: true,
      emptyOutDir: false,
      reportCompressedSize: false,
      rollupOptions: {
        treeshake: false,
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
  // Vite sets it; what is run now is run as from a kept bundle.
  if (NODE_ENV === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = NODE_ENV;
  // In the order of their names, not in that of a thread's answers.
  sources.sort(([a], [b]) => (a < b ? -1 : 1));
  const { fileName } = output.find((chunk) => chunk.type === 'chunk' && chunk.isEntry);
  return { entry: fileName, sources };
}

function asItIs(path) {
  const { size, mtimeMs } = statSync(path);
  return [path, size, mtimeMs];
}

function isUnchanged(path, size, changed) {
  const now = statSync(path, { throwIfNoEntry: false });
  return now?.size === size && now.mtimeMs === changed;
}

/** In a folder that belongs to somebody else it stays as it is. */
function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    return;
  }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Bundles that are too old; a process may still load from a newer one. */
function sweep(folder, kept) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity);
    if (name !== kept && name !== 'current.json' && age > keptMilliseconds)
      rmSync(path, { recursive: true, force: true });
  }
}

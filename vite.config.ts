import { defaultClientConditions, defineConfig, type Plugin } from 'vite';
import { serviceWorker } from './scripts/offline/serviceWorker.ts';
import { shortIds } from './scripts/locales/shortIds.ts';
import { rdkitWithoutCode } from './scripts/rdkit/withoutCode.ts';
import { leanShaders } from './scripts/shaders/leanShaders.ts';

// Cross-origin isolation: SharedArrayBuffer and precise timers for the worker and threads in onnxruntime-web.
// A static host must send the same two headers (docs/hosting.md).
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

// The one other place that may be asked, and only on the visitor's click: the Hugging Face Hub and the storage hosts that it
// redirects to for large files (all that huggingface.co/.well-known/meta.json names); or the mirror that VITE_HUB_URL names
// when the page is built, with the storage hosts that VITE_HUB_STORAGE names, separated by spaces.
const { VITE_HUB_URL, VITE_HUB_STORAGE = '' } = process.env;
const hub = VITE_HUB_URL
  ? [new URL(VITE_HUB_URL).origin, ...VITE_HUB_STORAGE.split(/\s+/).filter(Boolean)].join(' ')
  : 'https://huggingface.co https://*.huggingface.co https://*.hf.co';

// Nothing else is read from or sent to another origin. The page carries the policy itself (a static host needs no header for
// it); a worker obeys the header of its own script, so hosts should send it too. Style attributes are allowed because Lit
// and uPlot place things with them; style elements and inline scripts are not. WebAssembly may be compiled
// (onnxruntime-web), which is not `eval`. The development server needs inline scripts and styles for its own hot reload.
function policy(isDevelopment: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'wasm-unsafe-eval'${isDevelopment ? " 'unsafe-inline'" : ''}`,
    `style-src 'self'${isDevelopment ? " 'unsafe-inline'" : ''}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    `connect-src 'self' ${hub}${isDevelopment ? ' ws:' : ''}`,
    "worker-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

const contentSecurityPolicy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: policy(false) },
      injectTo: 'head-prepend',
    },
  ],
};

export default defineConfig({
  base: './',
  worker: { format: 'es', plugins: () => [rdkitWithoutCode, leanShaders] },
  // onnxruntime-web without a copy of its wasm in the script: the worker gives it the addresses (src/worker/onnxRuntime.ts).
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions] },
  optimizeDeps: { exclude: ['onnxruntime-web', '@rdkit/rdkit'] },
  build: { target: 'esnext', chunkSizeWarningLimit: 700, assetsInlineLimit: 0 },
  plugins: [rdkitWithoutCode, leanShaders, shortIds, contentSecurityPolicy, serviceWorker(isolation)],
  // Python environments of the interop suite hold more folders than a machine may watch.
  server: {
    headers: { ...isolation, 'Content-Security-Policy': policy(true) },
    watch: { ignored: ['**/.venv*/**'] },
  },
  preview: { headers: { ...isolation, 'Content-Security-Policy': policy(false) } },
});

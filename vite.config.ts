import { defineConfig } from 'vite';

// Cross-origin isolation: SharedArrayBuffer and precise timers for the worker and, later, for threads in onnxruntime-web.
// A static host must send the same two headers (docs/hosting.md).
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  worker: { format: 'es' },
  build: { target: 'esnext', chunkSizeWarningLimit: 700 },
  server: { headers: isolation },
  preview: { headers: isolation },
});

// Three suites. `node`: everything that needs no page, kernels on Dawn included. `browser`: what only a browser has (its
// WebGPU, the private file system, custom elements), inside Chromium. `e2e`: a Node test that drives the real page.
import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { chromiumArguments } from './scripts/testing/chromium.mjs';

const executablePath = process.env.TOKENGRAFT_CHROMIUM;

/** Milliseconds after which a test hangs. Beside other work some took six times as long as on a quiet machine, none of them longer than two minutes there. */
const patience = { testTimeout: 15 * 60_000, hookTimeout: 15 * 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.browser.test.ts', 'test/e2e/**', 'test/interop/**'],
          // A process a file: a GPU device that a test lost or left open cannot reach the next file.
          pool: 'forks',
          ...patience,
        },
      },
      {
        // onnxruntime-web's files as vite.config.ts has them. The Hub's library is imported on demand: found only while a test
        // runs, it would reload the page under it; so would zip.js and libarchive.js.
        resolve: { conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions] },
        optimizeDeps: {
          // What is loaded when it is used: found in the middle of a run, it would be bundled anew and fail what waits for it.
          include: [
            '@huggingface/hub',
            '@lit-labs/virtualizer/virtualize.js',
            '@zip.js/zip.js',
            'client-zip',
            'hyparquet',
            'hyparquet-compressors',
            'libarchive.js',
            'lit/directives/until.js',
            'uplot',
          ],
          exclude: ['onnxruntime-web'],
        },
        test: {
          name: 'browser',
          include: ['test/**/*.browser.test.ts'],
          ...patience,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { args: [...chromiumArguments], ...(executablePath ? { executablePath } : {}) },
            }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/builtOnce.ts'],
          pool: 'forks',
          ...patience,
          testTimeout: 45 * 60_000,
        },
      },
    ],
  },
});

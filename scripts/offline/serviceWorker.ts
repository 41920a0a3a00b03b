/** Tells the service worker of a build which files there are, by hash; its own script changes when any of them does. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Plugin } from 'vite';
import type { BuiltFile, BuiltFiles } from '../../src/offline/builtFiles';

const SCRIPT = 'service-worker.js';

/** @param headers what every kept answer is to carry. */
export function serviceWorker(headers: BuiltFiles['headers']): Plugin {
  return {
    name: 'service-worker',
    apply: 'build',
    config: () => ({
      build: {
        rolldownOptions: {
          input: { index: 'index.html', 'service-worker': 'src/offline/serviceWorker.ts' },
          output: { entryFileNames: ({ name }) => (name === 'service-worker' ? SCRIPT : 'assets/[name]-[hash].js') },
        },
      },
    }),
    writeBundle({ dir }) {
      const built: BuiltFiles = { headers, files: builtFiles(dir!) };
      const script = join(dir!, SCRIPT);
      writeFileSync(script, `self.BUILT=${JSON.stringify(built)};\n${readFileSync(script, 'utf8')}`);
    },
  };
}

/** Small files first, so that the page itself is kept early. */
function builtFiles(folder: string): BuiltFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== SCRIPT)
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: relative(folder, file).split(sep).join('/'), bytes: readFileSync(file) }))
    .sort((a, b) => a.bytes.length - b.bytes.length || (a.path < b.path ? -1 : 1))
    .map(({ path, bytes }) => ({
      path: path === 'index.html' ? '' : path,
      integrity: `sha256-${createHash('sha256').update(bytes).digest('base64')}`,
    }));
}

/** The page on the fake lab, for looking at it: `npx vite --config test/ui/fake.vite.config.ts`. Never part of a build. */
import { fileURLToPath } from 'node:url';
import { mergeConfig, type UserConfig } from 'vite';
import page from '../../vite.config';

const fake = fileURLToPath(new URL('./fakeWorker.ts', import.meta.url));

export default mergeConfig(page as UserConfig, {
  root: fileURLToPath(new URL('../..', import.meta.url)),
  cacheDir: 'node_modules/.vite-fake',
  plugins: [
    {
      name: 'fake-worker',
      enforce: 'pre',
      resolveId: (source: string, importer?: string) =>
        /worker\/index$/.test(source) && importer?.includes('/src/ui/') ? fake : null,
    },
  ],
});

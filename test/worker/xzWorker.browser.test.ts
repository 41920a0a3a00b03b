/** xz as the page's worker has it: libarchive's WebAssembly, in a worker of its own. */
import { expect, it } from 'vitest';
import { helpersFrom } from '../../src/worker/helpers';
import { serveHelpers } from '../../src/worker/helperWorkers';
import { xzSize } from '../../src/worker/xzWorker';

helpersFrom(serveHelpers().port);

it('compresses in the browser to the size that Python’s lzma gives', async () => {
  const text = new TextEncoder().encode('CC(=O)Oc1ccccc1C(=O)O'.repeat(100));
  expect(await xzSize(text)).toBe(96);
});

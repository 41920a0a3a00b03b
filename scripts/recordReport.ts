// `npm run record -- RUNS OUT`: the page's report of a folder that `lab run` filled, as Markdown with its figures, into OUT. The
// page makes it: the folder is put where a visit keeps its experiments.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import { BlobReader, TextWriter, ZipReader, type FileEntry } from '@zip.js/zip.js';
import type { Page } from 'playwright';
import { openBrowser, servePage } from '../test/e2e/browser';
import type { WrittenSpec } from '../src/lab/index';

type Files = Readonly<Record<string, string | number>>;

export async function main([runs, out]: readonly string[]): Promise<number> {
  if (runs === undefined || out === undefined) throw new Error('A folder of `lab run` and one to write are needed.');
  const served = await servePage();
  const browser = await openBrowser({ without: ['WebGPU'] });
  try {
    const page = await (await browser.newContext({ locale: 'en-US', colorScheme: 'light' })).newPage();
    await page.goto(served.url, { waitUntil: 'load' });
    await page.waitForSelector('[data-model]');
    const id = basename(resolve(runs));
    await keep(page, `experiments/${id}`, filesOf(runs));
    await page.goto(`${served.url}#report?id=${id}`);
    await page.reload();
    const download = page.waitForEvent('download');
    await page.click('[data-save="markdown"]:not([disabled])');
    const archive = new Blob([readFileSync(await (await download).path())]);
    mkdirSync(out, { recursive: true });
    for (const entry of await new ZipReader(new BlobReader(archive)).getEntries()) {
      // The report shows the whole of it, and what was asked lies beside OUT.
      if (entry.filename === 'experiment.json') continue;
      const text = await (entry as FileEntry).getData(new TextWriter());
      writeFileSync(join(out, entry.filename), text);
      console.log(join(out, entry.filename));
    }
    return 0;
  } finally {
    await browser.close();
    await served.close();
  }
}

/** Texts, and of weights, which no report reads, the sizes. As the page knows an experiment on the bundled model and a bundled sample. */
function filesOf(runs: string): Files {
  const names = readdirSync(runs, { recursive: true })
    .map(String)
    .filter((name) => /\.(jsonl?|bin)$/u.test(name));
  const contentOf = (path: string) => (path.endsWith('.bin') ? statSync(path).size : readFileSync(path, 'utf8'));
  const files = Object.fromEntries(names.map((name) => [name.split(sep).join('/'), contentOf(join(runs, name))]));
  const spec = JSON.parse(String(files['experiment.json'])) as WrittenSpec;
  const model = typeof spec.model === 'string' ? spec.model : spec.model.name;
  if (model !== 'bundled' || !('sample' in spec.corpus))
    throw new Error(`${runs} is no experiment on the bundled model and a bundled sample.`);
  const opening = { source: 'bundled', modelName: 'rootstock', sampleId: spec.corpus.sample, hasTexts: false };
  return { ...files, 'opened.json': JSON.stringify(opening) };
}

async function keep(page: Page, folder: string, files: Files): Promise<void> {
  await page.evaluate(
    async ([root, all]) => {
      for (const [path, content] of Object.entries(all)) {
        const parts = `${root}/${path}`.split('/');
        let directory = await navigator.storage.getDirectory();
        for (const part of parts.slice(0, -1)) directory = await directory.getDirectoryHandle(part, { create: true });
        const writable = await (await directory.getFileHandle(parts.at(-1)!, { create: true })).createWritable();
        if (typeof content === 'number') await writable.truncate(content);
        else await writable.write(content);
        await writable.close();
      }
    },
    [folder, files] as const,
  );
}

// What a choice among candidates gives, against encoding the texts again.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { CandidateTable } from '../../src/lab/candidates';
import { diagnose } from '../../src/lab/diagnose';
import { learnVocabulary } from '../../src/lab/learnVocabulary';
import type { CorpusText } from '../../src/lab/corpusText';
import { openCorpus } from '../../src/lab/openCorpus';
import type { VocabularyChoice } from '../../src/lab/results';
import type { TokenizerModel } from '../../src/lab/tokenizerModel';
import { loadTokenizer } from '../../src/tokenizer/index';

const json = readFileSync('public/models/rootstock/tokenizer.json', 'utf8');
const tokenizer = loadTokenizer(JSON.parse(json));
const model: TokenizerModel = {
  tokenizer,
  checkpoint: { name: 'rootstock', tokenizerFiles: { 'tokenizer.json': json } },
  summary: { name: 'rootstock', parameters: 3_800_000, hiddenSize: 256, embeddingRows: 4096, tied: true },
};
const everything: VocabularyChoice = { method: 'continued', newTokens: 60, rejected: [], added: [] };

let corpus: CorpusText;
let table: CandidateTable;
beforeAll(async () => {
  const text = readFileSync('public/samples/molecules.smi', 'utf8').slice(0, 60_000);
  corpus = await openCorpus([new File([text], 'molecules.smi')], { name: '', documents: [] });
  const { extension, words } = await diagnose(model, corpus);
  table = await CandidateTable.open(model, corpus, { method: 'continued' }, extension!, words);
});

/** Occurrences by piece, and tokens of the held-out text, by encoding with the chosen tokens. */
function encoded(choice: VocabularyChoice) {
  const { tokens } = table.extensionOf(choice);
  const extended = tokenizer.extended(tokens);
  const occurrences = new Map<string, number>();
  for (const text of corpus.train) {
    for (const id of extended.encode(text).ids) {
      occurrences.set(extended.piece(id), (occurrences.get(extended.piece(id)) ?? 0) + 1);
    }
  }
  const heldOut = corpus.heldOut.reduce((sum, text) => sum + extended.encode(text).ids.length, 0);
  return { tokens, occurrences, heldOut, extended };
}

describe('a choice among the candidates', () => {
  const choices: [string, () => VocabularyChoice][] = [
    ['a size', () => everything],
    ['another size', () => ({ ...everything, newTokens: 17 })],
    [
      'some turned down',
      () => ({
        ...everything,
        rejected: table
          .list()
          .slice(2, 9)
          .map(({ piece }) => piece),
      }),
    ],
    ['one by hand', () => ({ ...everything, newTokens: 20, added: ['chem'] })],
    [
      'all of it at once',
      () => ({ ...everything, newTokens: 30, rejected: [table.list()[0]!.piece], added: ['chem', ' mol'] }),
    ],
  ];
  it.each(choices)('%s: counts are those of encoding again', async (_, choose) => {
    const choice = choose();
    const found = await table.count(choice);
    const { tokens, occurrences, heldOut, extended } = encoded(choice);
    expect(found.newTokens).toBe(tokens.length);
    expect(found.heldOut.tokensAfter).toBe(heldOut);
    const list = table.list();
    for (const at of found.accepted) expect(found.exposures[at]).toBe(occurrences.get(list[at]!.piece) ?? 0);
    for (const { id } of tokens) expect(extended.reaches(id)).toBe(true);
    expect(tokens.map(({ id }) => id)).toEqual(tokens.map((_token, at) => 4096 + at));
  });

  it('turns down what was built on a candidate that is turned down, and nothing else', async () => {
    const list = table.list();
    const { tokens } = table.extensionOf({ ...everything, newTokens: list.length });
    const built = tokens.find((token) => token.kind === 'merge' && token.left >= 4096)!;
    const half = tokens.find((token) => built.kind === 'merge' && token.id === built.left)!;
    const { tokens: kept } = table.extensionOf({ ...everything, newTokens: list.length, rejected: [half.piece] });
    const pieces = new Set(kept.map(({ piece }) => piece));
    expect(pieces.has(half.piece)).toBe(false);
    expect(pieces.has(built.piece)).toBe(false);
    expect(kept.length).toBeLessThan(tokens.length);
  });

  it('refuses by name what cannot become one token', async () => {
    for (const text of ['two words', 'C1', 'the']) {
      await expect(table.count({ ...everything, added: [text] })).rejects.toMatchObject({
        code: 'lab/not-one-token',
        message: expect.stringContaining(text) as string,
      });
    }
  });

  it('works on added tokens too', async () => {
    const extension = await learnVocabulary(model, corpus, { method: 'atomic', newTokens: 50 });
    const { words } = await diagnose(model, corpus);
    const atoms = await CandidateTable.open(model, corpus, { method: 'atomic' }, extension, words);
    const list = atoms.list();
    expect(list.map(({ text }) => text)).toEqual(expect.arrayContaining(['[C@@H]', 'Cl']));
    const found = await atoms.count({ method: 'atomic', newTokens: list.length, rejected: [], added: [] });
    const extended = tokenizer.extended(extension.tokens);
    expect(found.heldOut.tokensAfter).toBe(
      corpus.heldOut.reduce((sum, text) => sum + extended.encode(text).ids.length, 0),
    );
  });
});

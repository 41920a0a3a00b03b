// What a choice among candidates gives, against encoding the texts again.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { CandidateTable } from '../../../src/lab/vocabulary/candidates';
import { diagnose } from '../../../src/lab/diagnosis/diagnose';
import { learnVocabulary } from '../../../src/lab/vocabulary/learnVocabulary';
import type { CorpusText } from '../../../src/lab/open/corpusText';
import { openCorpus } from '../../../src/lab/open/openCorpus';
import type { VocabularyChoice } from '../../../src/lab/vocabulary/choice';
import type { TokenizerModel } from '../../../src/lab/open/tokenizerModel';
import { loadTokenizer, tenthPercentile } from '../../../src/tokenizer/index';

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
    expect(tenthPercentile(table.standing(choice))).toBe(found.exposureP10);
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

  it('pruned: whatever nothing else is built on is seen often enough, and the rest of the choice stays', async () => {
    const choice = { ...everything, newTokens: 120, rejected: [table.list()[3]!.piece], added: ['chem'] };
    const before = await table.count(choice);
    const exposures = Array.from(before.accepted, (at) => before.exposures[at]!).sort((a, b) => a - b);
    const floor = exposures[exposures.length >> 1]! + 1;
    const pruned = table.pruned(choice, floor);
    const found = await table.count(pruned);
    expect(found.accepted.length).toBeLessThan(before.accepted.length);
    expect(found.accepted.length).toBeGreaterThan(10);
    const kept = new Set(found.accepted);
    for (const at of kept) expect(Array.from(before.accepted)).toContain(at);
    expect(found.exposureP10).toBeGreaterThanOrEqual(before.exposureP10);
    expect(found.byHand.map(({ text }) => text)).toContain('chem');
    // Counted again by encoding; those that are built on may be rarer.
    const { tokens, occurrences } = encoded({ ...pruned, added: [] });
    const halves = new Set(tokens.flatMap((token) => (token.kind === 'merge' ? [token.left, token.right] : [])));
    const leaves = tokens.filter(({ id }) => !halves.has(id));
    expect(leaves.length).toBeGreaterThan(5);
    for (const { piece } of leaves) expect(occurrences.get(piece) ?? 0).toBeGreaterThanOrEqual(floor);
    expect(table.pruned({ ...choice, newTokens: 40 }, 0)).toEqual({ ...choice, newTokens: 40 });
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

  it('says which are parts of a character', async () => {
    const poems = readFileSync('public/samples/tang-poems.txt', 'utf8').slice(0, 60_000);
    const chinese = await openCorpus([new File([poems], 'tang-poems.txt')], { name: '', documents: [] });
    const { extension, words } = await diagnose(model, chinese);
    const of = await CandidateTable.open(model, chinese, { method: 'continued' }, extension!, words);
    const isPart = (text: string) => text.includes('\\x');
    const parts = of.list().filter(({ flags }) => flags.includes('part-of-character'));
    expect(parts.length).toBeGreaterThan(20);
    expect(parts.map(({ text }) => text)).toEqual(
      of
        .list()
        .map(({ text }) => text)
        .filter(isPart),
    );
    expect(of.list().some(({ text }) => text === '何')).toBe(true);
  });
});

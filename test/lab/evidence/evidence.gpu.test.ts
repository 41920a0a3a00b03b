// Evidence for a tiny arm on either engine, against the logits of whole texts, one at a time.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/index';
import {
  buildVocabulary,
  controlOfArm,
  learnVocabulary,
  openModel,
  neighboursOf,
  tokensEvidence,
  type EvidenceSubject,
  type RunRecord,
} from '../../../src/lab/index';
import { ArmModel } from '../../../src/lab/training/armModel';
import { engineNames, openTestEngine } from '../../support/engines';
import { syllableCorpus, tinyLlama } from '../vocabulary/letters';
import { moved } from './moved';

const corpus = syllableCorpus(120, 20);

/** To one length, so that one program gives all logits; no id sees those behind it. */
const padded = (ids: readonly number[]) => Uint32Array.from({ length: 56 }, (_, at) => ids[at] ?? 0);

describe.each(engineNames)('evidence on the %s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });
  afterAll(() => engine.close());

  async function opened(tied: boolean): Promise<{ arm: ArmModel; subject: EvidenceSubject }> {
    const model = await openModel(await tinyLlama({ tied, spareRows: 3 }), 'folder');
    const vocabulary = await buildVocabulary(model, corpus, await learnVocabulary(model, corpus, { newTokens: 6 }), 6);
    const arm = await ArmModel.open({
      ...{ engine, model, corpus, vocabulary, moves: ['newRows'], seed: 3 },
      start: { input: 'random', output: 'random' },
      evaluation: { bytes: 600, generalBytes: 100, sample: 'spread' },
    });
    await moved(arm, 0.1);
    const { newTokens } = vocabulary.summary;
    const tokens = newTokens.map(({ id }, index) => ({
      ...{ id, exposures: 60 * index, firstLoss: 5, loss: 4 - index / 2, curve: [5, 4] },
    }));
    const records: RunRecord[] = [{ type: 'tokens', step: 9, tokens, neverSeen: 1 }];
    const { session, tokenizer, graft } = arm;
    return { arm, subject: { session, tokenizer, newTokens, records, heldOut: corpus.heldOut, graft: graft! } };
  }

  async function openedControl({ setup }: ArmModel): Promise<ArmModel> {
    const { vocabulary: _, ...rest } = setup;
    const arm = await ArmModel.open({ ...rest, moves: ['oldRows'] });
    await moved(arm, 0.2);
    return arm;
  }

  it.each([
    ['tied, priced by itself', true, false],
    ['tied, priced by the control', true, true],
    ['untied, priced by the control', false, true],
  ])('is what logits of whole texts say: %s', async (_, tied, hasControl) => {
    const { arm, subject: itself } = await opened(tied);
    const held = hasControl ? await openedControl(arm) : undefined;
    const subject = held ? { ...itself, control: controlOfArm('old', held) } : itself;
    const { session, tokenizer, newTokens } = subject;
    const evidence = await tokensEvidence(subject, { placesEach: 3 });
    expect(evidence.control).toBe(hasControl ? 'old' : null);
    expect(evidence.tokens.map(({ id, exposures }) => [id, exposures])).toEqual(
      newTokens.map(({ id }, index) => [id, 60 * index]),
    );
    const startId = session.model.startId;
    const rows = session.graphs.config.vocabSize;
    const lossAt = (logits: Float32Array, position: number, id: number, width = rows) => {
      const row = Array.from(logits.subarray(position * width, (position + 1) * width));
      return Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0)) - row[id]!;
    };
    let seen = 0;
    for (const { id, pieces, places, measured, occurrences } of evidence.tokens) {
      expect(places.length).toBe(Math.min(3, occurrences));
      if (!measured) continue;
      for (const place of places) {
        // These documents are shorter than what is shown of them: the text before is all of it.
        const text = tokenizer.encode(
          `${place.before}${newTokens.find((token) => token.id === id)!.text}${place.after}`,
        );
        const starts = [...text.ids.keys()].filter(
          (at) => text.ids[at] === id && text.starts[at] === place.before.length,
        );
        expect(starts).toHaveLength(1);
        const context = [startId, ...text.ids.slice(0, starts[0]!)];
        const old = pieces.map((piece) => piece.id);
        const logits = await session.logits(padded([...context, ...old.slice(0, -1)]));
        const loss = lossAt(logits, context.length - 1, id);
        const spelled = held ? [startId, ...held.tokenizer.encode(place.before).ids] : context;
        const priced = await (held?.session ?? session).logits(padded([...spelled, ...old.slice(0, -1)]));
        const width = priced.length / padded([]).length;
        const price = old.reduce((sum, piece, at) => sum + lossAt(priced, spelled.length - 1 + at, piece, width), 0);
        expect(place.loss).toBeCloseTo(loss, 4);
        expect(place.probability).toBeCloseTo(Math.exp(-loss), 5);
        expect(place.advantage).toBeCloseTo(price - loss, 4);
        const before = Array.from(logits.subarray((context.length - 1) * rows, context.length * rows));
        const ranked = before.map((_, other) => other).filter((other) => tokenizer.hasId(other));
        ranked.sort((a, b) => before[b]! - before[a]!);
        expect(place.rank).toBe(1 + ranked.indexOf(id));
        const [first] = ranked;
        const isOld = !newTokens.some((token) => token.id === first);
        const begins = newTokens.find((token) => token.id === id)!.text.startsWith(tokenizer.tokenText(first!));
        expect(place.leak).toBe(isOld && begins ? tokenizer.tokenText(first!) : null);
        seen++;
      }
      const mean = places.reduce((sum, { advantage }) => sum + advantage!, 0) / places.length;
      expect(measured.advantage).toBeCloseTo(mean, 10);
      expect(places.map(({ advantage }) => advantage)).toEqual(
        places.map(({ advantage }) => advantage).sort((a, b) => b! - a!),
      );
    }
    expect(seen).toBeGreaterThan(8);
    const { summary } = evidence;
    expect(summary).toMatchObject({ tokens: 6, crossing: { kind: 'too-few-tokens' }, floor: 100 });
    const standing = evidence.tokens.filter(({ isLink }) => !isLink);
    expect([summary.starved, summary.counted]).toEqual([
      standing.filter(({ exposures }) => exposures! < 100).length,
      standing.length,
    ]);
    expect(evidence.tokens.every(({ norm }) => (norm.output === undefined) === tied)).toBe(true);
    arm.close();
    held?.close();
  });

  it('knows a row’s neighbours at the start and now', async () => {
    const { arm, subject } = await opened(true);
    const [token] = subject.newTokens;
    const sides = await neighboursOf(subject, token!.id, 4);
    expect(sides.map(({ side }) => side)).toEqual(['input']);
    const { start, now } = sides[0]!;
    expect([start!.length, now.length]).toEqual([4, 4]);
    const { session, graft, tokenizer } = subject;
    const row = (values: Float32Array, at: number) => values.subarray(16 * at, 16 * (at + 1));
    const cosine = (a: Float32Array, b: Float32Array) => {
      const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
      return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    };
    const own = row(graft!.input, token!.id - graft!.plan.firstNewId);
    const old = await session.model.checkpoint.tensors.get('model.embed_tokens.weight')!.readF32({ start: 0, end: 10 });
    for (const near of start!) {
      const other = near.isNew ? row(graft!.input, near.id - graft!.plan.firstNewId) : row(old, near.id);
      expect(near.cosine).toBeCloseTo(cosine(own, other), 5);
      expect(near.text).toBe(tokenizer.tokenText(near.id));
    }
    expect(now).not.toEqual(start);
    arm.close();
  });

  it('looks for neighbours on both sides where the head is another matrix', async () => {
    const { arm, subject } = await opened(false);
    const [input, output] = await neighboursOf(subject, subject.newTokens[0]!.id, 4);
    expect([input!.side, output!.side]).toEqual(['input', 'output']);
    expect(output!.start).not.toEqual(input!.start);
    arm.close();
  });

  it('says what training did not record, and stops when it is asked to', async () => {
    const { arm, subject } = await opened(true);
    const { tokens, summary } = await tokensEvidence({ ...subject, records: [] });
    expect(tokens[0]).toMatchObject({ exposures: null, loss: null });
    expect([summary.starved, summary.counted]).toEqual([null, 0]);
    await expect(tokensEvidence(subject, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    arm.close();
  });
});

// Harm of a tiny arm on either engine, against the logits of whole texts, one at a time.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/index';
import {
  buildVocabulary,
  harmOf,
  learnVocabulary,
  ModelSession,
  openModel,
  type HarmReference,
  type HarmSubject,
} from '../../../src/lab/index';
import { ArmModel } from '../../../src/lab/training/armModel';
import { engineNames, openTestEngine } from '../../support/engines';
import { syllableCorpus, tinyLlama } from '../vocabulary/letters';
import { moved } from '../evidence/moved';

const corpus = syllableCorpus(120, 20);
/** Texts with new tokens in them, so that there is something behind them. */
const general = corpus.train.slice(0, 6);

/** To one length, so that one program gives all logits; no id sees those behind it. */
const padded = (ids: readonly number[]) => Uint32Array.from({ length: 64 }, (_, at) => ids[at] ?? 0);

describe.each(engineNames)('harm on the %s', (engineName) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openTestEngine(engineName);
  });
  afterAll(() => engine.close());

  async function opened() {
    const model = await openModel(await tinyLlama({ tied: true, spareRows: 3 }), 'folder');
    const vocabulary = await buildVocabulary(model, corpus, await learnVocabulary(model, corpus, { newTokens: 6 }), 6);
    const setup = {
      ...{ engine, model, corpus, seed: 3 },
      start: { input: 'random', output: 'random' },
      evaluation: { bytes: 600, generalBytes: 100, sample: 'spread' },
    } as const;
    const arm = await ArmModel.open({ ...setup, vocabulary, moves: ['newRows'] });
    await moved(arm, 0.1);
    let open = 0;
    const base: HarmReference = {
      ...{ kind: 'base', name: 'tiny' },
      open: async () => {
        const session = await ModelSession.open(engine, model);
        open++;
        return { session, tokenizer: model.tokenizer, close: () => (open--, session.close()) };
      },
    };
    const control: HarmReference = {
      ...{ kind: 'control', name: 'old' },
      open: async () => {
        const held = await ArmModel.open({ ...setup, moves: ['oldRows'] });
        await moved(held, 0.2);
        open++;
        return { session: held.session, tokenizer: held.tokenizer, close: () => (open--, held.close()) };
      },
    };
    const { session, tokenizer, newIds } = arm;
    const subject: HarmSubject = {
      ...{ session, tokenizer, newIds, general },
      heldOut: corpus.heldOut.slice(0, 6),
      references: [base, control],
    };
    return { arm, model, subject, openReferences: () => open };
  }

  it('is what logits of whole texts say', async () => {
    const { arm, model, subject, openReferences } = await opened();
    const { session, tokenizer } = subject;
    const harm = await harmOf(subject, { worst: 100 });
    expect(openReferences()).toBe(0);
    const base = await ModelSession.open(engine, model);
    const lossesOf = async (by: ModelSession, ids: readonly number[]) => {
      const logits = await by.logits(padded([model.startId, ...ids]));
      const width = logits.length / padded([]).length;
      const rows = ids.map((_, at) => Array.from(logits.subarray(at * width, (at + 1) * width)));
      const sums = rows.map((row) => row.reduce((sum, value) => sum + Math.exp(value), 0));
      return { rows, sums, nats: ids.map((id, at) => Math.log(sums[at]!) - rows[at]![id]!) };
    };
    const total = { arm: 0, base: 0, bytes: 0, after: 0, afterBase: 0, places: 0 };
    const masses: number[] = [];
    let worse = 0;
    for (const text of general) {
      const [own, old] = [tokenizer.encode(text), model.tokenizer.encode(text)];
      const { nats, rows, sums } = await lossesOf(session, [...own.ids]);
      const { nats: oldNats } = await lossesOf(base, [...old.ids]);
      const sum = (values: readonly number[]) => values.reduce((all, each) => all + each, 0);
      total.arm += sum(nats);
      total.base += sum(oldNats);
      total.bytes += text.length;
      if (sum(nats) > sum(oldNats)) worse++;
      for (let at = 0; at < own.ids.length; at++) {
        const mass = subject.newIds.reduce((all, id) => all + Math.exp(rows[at]![id]!), 0);
        const outside = rows[at]!.reduce((all, value, id) => all + (tokenizer.hasId(id) ? 0 : Math.exp(value)), 0);
        masses.push(mass / (sums[at]! - outside));
        if (at === 0 || !subject.newIds.includes(own.ids[at - 1]!)) continue;
        total.places++;
        total.after += nats[at]!;
        const covered = [...old.ids.keys()].filter(
          (n) => old.starts[n]! >= own.starts[at]! && old.ends[n]! <= own.ends[at]!,
        );
        total.afterBase += sum(covered.map((n) => oldNats[n]!));
      }
    }
    const bits = (nats: number, bytes = total.bytes) => nats / Math.LN2 / bytes;
    expect(harm.text.general).toEqual({ documents: general.length, bytes: total.bytes });
    expect(harm.general.bitsPerByte).toBeCloseTo(bits(total.arm), 4);
    const [beside] = harm.references;
    expect(beside).toMatchObject({ kind: 'base', name: 'tiny' });
    expect(beside!.difference!.bitsPerByte).toBeCloseTo(bits(total.arm - total.base), 4);
    const found = harm.afterNew.find(({ text, reference }) => text === 'general' && reference === 'base')!;
    expect(total.places).toBeGreaterThan(10);
    expect([found.after.places, found.uncompared]).toEqual([total.places, 0]);
    expect(found.after.arm).toBeCloseTo(bits(total.after, found.after.bytes), 4);
    expect(found.after.reference).toBeCloseTo(bits(total.afterBase, found.after.bytes), 4);
    expect(found.after.bytes + found.elsewhere.bytes).toBe(total.bytes);
    expect(harm.afterNew.map(({ text, reference }) => `${text} ${reference}`)).toEqual([
      'general base',
      'general control',
      'heldOut control',
    ]);
    const { mass } = harm;
    expect([mass!.places, mass!.ofPlaces]).toEqual([masses.length, masses.length]);
    expect(mass!.mean).toBeCloseTo(masses.reduce((sum, each) => sum + each, 0) / masses.length, 5);
    expect(harm.worseDocuments).toBe(worse);
    expect(harm.worst).toHaveLength(worse);
    for (const { armPieces, basePieces, arm: after, base: before, bytes } of harm.worst) {
      expect(armPieces.map(({ text }) => text).join('')).toBe(basePieces.map(({ text }) => text).join(''));
      expect(
        bits(
          armPieces.reduce((sum, { nats }) => sum + nats, 0),
          bytes,
        ),
      ).toBeCloseTo(after, 5);
      expect(
        bits(
          basePieces.reduce((sum, { nats }) => sum + nats, 0),
          bytes,
        ),
      ).toBeCloseTo(before, 5);
    }
    const differences = harm.worst.map(({ arm: after, base: before }) => after - before);
    expect(differences).toEqual([...differences].sort((a, b) => b - a));
    base.close();
    arm.close();
  });

  it('closes what it opened when it is stopped, and says when there is nothing to compare with', async () => {
    const { arm, subject, openReferences } = await opened();
    await expect(harmOf(subject, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    expect(openReferences()).toBe(0);
    await expect(harmOf({ ...subject, references: [] })).rejects.toMatchObject({ code: 'lab/no-base' });
    await expect(harmOf({ ...subject, general: [] })).rejects.toMatchObject({ code: 'lab/no-general-text' });
    const kept = await harmOf({ ...subject, newIds: [] });
    expect([kept.mass, kept.afterNew]).toEqual([null, []]);
    arm.close();
  });
});

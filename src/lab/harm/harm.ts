/**
 * What a training did to what the model knew: an arm beside the untouched base on general text, none of it trained on, and behind
 * its new tokens beside the control, the old vocabulary trained on the same text. Prices are compared over the same characters, so
 * that no cut is favoured; models are opened one after another.
 */
import { LabError } from '../../error';
import { throttled, type Watch } from '../progress';
import { pairedDifference } from '../scoring/bootstrap';
import { scoreResult } from '../scoring/compare';
import { encodeDocuments, sampledDocuments, utf8Bytes } from '../scoring/evaluate';
import { scoresOf, tokenLosses } from '../scoring/tokenLosses';
import { afterNewTokens } from './afterNew';
import { harmDefaults } from './defaults';
import type { AfterNew, HarmReport, ReferenceKind, ReferenceScore, WorseText } from './harmReport';
import type { HarmModel } from './harmModel';
import { newTokenMass } from './newTokenMass';
import type { PricedDocument } from './pricedText';
import { worstTexts } from './worstTexts';

export interface HarmReference {
  readonly kind: ReferenceKind;
  readonly name: string;
  open(watch: Watch): Promise<HarmModel & { close(): void }>;
}

export interface HarmSubject extends HarmModel {
  /** Empty of an arm that keeps its vocabulary. */
  readonly newIds: readonly number[];
  readonly general: readonly string[];
  readonly heldOut: readonly string[];
  /** The untouched base, and the control where there is one. */
  readonly references: readonly HarmReference[];
}

export interface HarmOptions extends Watch {
  /** Of each text, a spread sample of it. */
  readonly maxBytes?: number;
  /** General texts that are shown. */
  readonly worst?: number;
}

/** Throws `lab/no-general-text`, `lab/no-base`. */
export async function harmOf(subject: HarmSubject, options: HarmOptions = {}): Promise<HarmReport> {
  const { maxBytes, worst } = { ...harmDefaults, ...options };
  const { signal } = options;
  const onProgress = throttled(options.onProgress ?? (() => undefined));
  const watch = { onProgress, signal };
  const general = sampledDocuments(subject.general, maxBytes, 'spread');
  if (general.length === 0) {
    throw new LabError(
      'lab/no-general-text',
      'There is no general text to look for harm in.',
      'Give one that the model knew before.',
    );
  }
  const heldOut = sampledDocuments(subject.heldOut, maxBytes, 'spread');
  const own = await priced(subject, general, watch);
  const ownHeldOut = await priced(subject, heldOut, watch);
  const ownScores = scoresOf(
    own,
    own.map(({ nats }) => nats),
  );
  const isNew = new Set(subject.newIds);
  const references: ReferenceScore[] = [];
  const afterNew: AfterNew[] = [];
  let texts: { worst: readonly WorseText[]; worseDocuments: number } | undefined;
  for (const { kind, name, open } of subject.references) {
    const held = await open(watch);
    try {
      const theirs = await priced(held, general, watch);
      const scores = scoresOf(
        theirs,
        theirs.map(({ nats }) => nats),
      );
      const difference = pairedDifference(scores, ownScores);
      references.push({ kind, name, general: scoreResult(scores), difference });
      if (isNew.size > 0) afterNew.push({ text: 'general', reference: kind, ...afterNewTokens(own, theirs, isNew) });
      if (kind === 'base') texts = worstTexts(subject.tokenizer, held.tokenizer, own, theirs, isNew, worst);
      if (kind === 'control' && isNew.size > 0) {
        const control = await priced(held, heldOut, watch);
        afterNew.push({ text: 'heldOut', reference: kind, ...afterNewTokens(ownHeldOut, control, isNew) });
      }
    } finally {
      held.close();
    }
  }
  if (!texts)
    throw new LabError('lab/no-base', 'Harm is told beside the untouched base, and there is none.', 'Give the base.');
  const mass = isNew.size > 0 ? await newTokenMass(subject, own, isNew, watch) : null;
  const size = (documents: readonly string[]) => ({
    documents: documents.length,
    bytes: documents.reduce((sum, text) => sum + utf8Bytes(text), 0),
  });
  return {
    text: { general: size(general), heldOut: size(heldOut) },
    general: scoreResult(ownScores),
    references,
    afterNew,
    mass,
    ...texts,
  };
}

async function priced(
  { session, tokenizer, known }: HarmModel,
  texts: readonly string[],
  watch: Watch,
): Promise<PricedDocument[]> {
  const encodings = texts.map((text) => tokenizer.encode(text));
  let at = 0;
  const documents = encodeDocuments(texts, () => encodings[at++]!);
  const nats = await tokenLosses(session.scorer(known), documents, {
    signal: watch.signal,
    onProgress: (done, total) => watch.onProgress?.({ phase: 'evaluating', done, total }),
  });
  return documents.map((document, index) => ({
    ...document,
    text: texts[index]!,
    starts: encodings[index]!.starts,
    ends: encodings[index]!.ends,
    nats: nats[index]!,
  }));
}

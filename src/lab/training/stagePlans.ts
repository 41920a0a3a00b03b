/** What each stage of an arm reads, and how many steps that is. Pure but for encoding. */
import type { GraftPlan } from '../../graft/index';
import type { Graft } from '../device/graftedRows';
import { stepFlops } from '../device/stepFlops';
import { LabError } from '../../error';
import type { Tokenizer } from '../../tokenizer/index';
import type { TwoCuts } from '../../corpus/index';
import type { Vocabulary } from '../vocabulary/vocabulary';
import type { CorpusText } from '../open/corpusText';
import type { LoadedModel } from '../open/openModel';
import type { Watch } from '../progress';
import { packConversations } from '../../corpus/index';
import type { AnswerStage } from './answerStage';
import { cutTwice, rowsOf } from './distillation';
import { isTaughtBy, readBy } from './objectives/index';
import type { Budget, Recipe, Stage } from './recipe';
import { ownShare, ownShareOf, replayedPassages, withReplay, type GeneralText } from './replay';
import { resegmenting } from './resegment';
import { encodeText, sharedOut, textOfBytes, textOfTokens } from './trainingText';

export interface StagePlan {
  /** Steps of the stages before. */
  readonly from: number;
  readonly steps: number;
  readonly documents: readonly Uint32Array[];
  /** In their place, of a stage that learns answers. */
  readonly answers?: AnswerStage;
  /** UTF-8 bytes of them. */
  readonly bytes: number;
  readonly endId: number | null;
  /** Of a distillation: the same documents in both cuts. */
  readonly taught?: readonly TwoCuts[];
}

export interface Planned {
  readonly model: LoadedModel;
  readonly corpus: Pick<CorpusText, 'train' | 'general' | 'instructions'>;
  readonly evaluation: GeneralText['evaluation'];
  readonly vocabulary?: Vocabulary;
  readonly earlier?: Graft;
  readonly adapters?: Recipe['adapters'];
  readonly stages: readonly Stage[];
  readonly budget: Budget;
  readonly seed: number;
}

/** What stands before and after every document. */
export function documentEnds({ startId, config }: LoadedModel, tokenizer: Tokenizer) {
  return { startId, endId: tokenizer.special.eos ?? config.eosTokenIds[0] ?? null };
}

export async function stagePlans(setup: Planned, tokenizer: Tokenizer, options: Watch = {}): Promise<StagePlan[]> {
  const { model, stages } = setup;
  const ends = documentEnds(model, tokenizer);
  const plans: StagePlan[] = [];
  let replayed: Iterator<string, never> | undefined;
  // From stage to stage it goes on where it was.
  const passages = () =>
    (replayed ??= replayedPassages({ general: setup.corpus.general, evaluation: setup.evaluation }, setup.seed));
  let from = 0;
  const owned = textsOf(setup, tokenizer);
  for (const [at, stage] of stages.entries()) {
    const { batch, replay, resegment } = stage;
    const { rows, length } = batch;
    if (readBy(stage) === 'instructions') {
      const answers = await answersOf(setup, at, tokenizer, options);
      const packed = [...packConversations(answers.chats, length)].length;
      const steps = stepsOf(setup, at, Math.ceil(packed / rows));
      plans.push({ from, steps, documents: [], answers, bytes: answers.bytes, endId: null });
      from += steps;
      continue;
    }
    const own = owned.shift()!;
    const texts = replay === undefined ? own : withReplay(own, replay, passages());
    if (texts.length === 0) {
      const message = `Stage ${at + 1} of ${stages.length} would read nothing: the budget is too small to be shared out.`;
      throw new LabError('lab/budget-too-small', message, 'Raise the budget, or leave a stage out.');
    }
    if (isTaughtBy(stage)) {
      const { documents, bytes } = await cutTwice(texts, tokenizer, model.tokenizer, ends, options);
      const steps = stepsOf(setup, at, Math.ceil(rowsOf(documents, length) / rows));
      plans.push({ from, steps, documents: [], bytes, endId: ends.endId, taught: documents });
      from += steps;
      continue;
    }
    const { documents, bytes, tokens } = await encodeText(texts, tokenizer, ends, {
      signal: options.signal,
      recut:
        resegment === undefined ? undefined : resegmenting(setup.vocabulary?.newRows ?? [], resegment, setup.seed + at),
      onProgress: (done, total) => options.onProgress?.({ phase: 'tokenizing', done, total }),
    });
    const steps = stepsOf(setup, at, Math.ceil(Math.ceil(tokens / length) / rows));
    plans.push({ from, steps, documents, bytes, endId: ends.endId });
    from += steps;
  }
  return plans;
}

async function answersOf(setup: Planned, at: number, tokenizer: Tokenizer, options: Watch): Promise<AnswerStage> {
  const { model, corpus, budget, seed, stages } = setup;
  const { share, batch } = stages[at]!;
  if (!corpus.instructions) {
    const hint = 'Open conversations beside the corpus: `instructions` in the specification.';
    throw new LabError('lab/no-instructions', `Stage ${at + 1} learns answers, and there are no instructions.`, hint);
  }
  const all = stages.reduce((sum, stage) => sum + stage.share, 0);
  const until =
    'bytes' in budget
      ? { bytes: Math.round((budget.bytes * share) / all) }
      : { tokens: askedSteps(setup)![at]! * batch.rows * batch.length };
  const { train: conversations } = corpus.instructions;
  const { answerStage } = await import('./answerStage');
  return answerStage({ model, conversations, seed: seed + at, length: batch.length, until }, tokenizer, options);
}

/** A budget in FLOPs ends before the last document does. */
function stepsOf(setup: Planned, at: number, steps: number): number {
  const asked = askedSteps(setup)?.[at];
  return asked === undefined ? steps : Math.min(asked, steps);
}

/** As `stepFlops` takes them. */
export function newRowsOf({ vocabulary, earlier }: Pick<Planned, 'vocabulary' | 'earlier'>): number | GraftPlan {
  return vocabulary?.newRows.length ?? earlier?.plan ?? 0;
}

function askedSteps({ budget, stages, model, adapters, ...rows }: Planned): readonly number[] | undefined {
  if ('bytes' in budget) return undefined;
  const all = stages.reduce((sum, { share }) => sum + share, 0);
  return stages.map((stage) => {
    const share = stage.share / all;
    return Math.max(1, Math.round((budget.flops * share) / stepFlops(model, newRowsOf(rows), stage, adapters)));
  });
}

/** Of each stage that reads the corpus. */
function textsOf(setup: Planned, tokenizer: Tokenizer): (readonly string[])[] {
  const { budget, corpus, seed, stages } = setup;
  const reading = stages.filter((stage) => readBy(stage) === 'text');
  if (reading.length === 0) return [];
  const shares = reading.map((stage) => stage.share * ownShare(stage));
  if ('bytes' in budget) {
    const bytes = Math.round(budget.bytes * ownShareOf(stages));
    return sharedOut(textOfBytes(corpus.train, bytes, seed), shares);
  }
  const steps = askedSteps(setup)!;
  const tokens = reading.map((stage) => steps[stages.indexOf(stage)]! * stage.batch.rows * stage.batch.length);
  const known = new Map<string, number>();
  const lengthOf = (text: string) => {
    const length = known.get(text) ?? tokenizer.encode(text).ids.length;
    known.set(text, length);
    return length;
  };
  const texts = textOfTokens(
    corpus.train,
    tokens.reduce((sum, count) => sum + count, 0),
    seed,
    lengthOf,
  );
  if (reading.length === 1) return [texts];
  const parts: string[][] = [];
  let at = 0;
  for (const wanted of tokens) {
    const part: string[] = [];
    for (let found = 0; found < wanted && at < texts.length; at++) {
      found += lengthOf(texts[at]!);
      part.push(texts[at]!);
    }
    parts.push(part);
  }
  return parts;
}

/** What goes beside the weights: the run's records and the model card's figures. */
import type { Precision } from '../../engine/index';
import { type ModelCard, licenceOf } from '../../graft/index';
import type { CorpusText } from '../open/corpusText';
import type { FrozenWeights } from '../device/frozenWeights';
import type { Graft } from '../device/graftedRows';
import type { LoadedModel } from '../open/openModel';
import type { Comparison, ScoreResult } from '../scoring/comparison';
import type { ParameterGroup } from '../device/parameterTable';
import type { Recipe } from '../training/recipe';
import { learnedText, type ObjectiveName } from '../training/objectives/index';
import type { RunRecord } from '../training/records';
import type { RemovalSummary } from '../vocabulary/vocabularySummary';
import { modeGroups, smallestMode, type TrainMode } from '../training/trainSettings';

export function recordLines(records: readonly RunRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

const moved: Readonly<Record<TrainMode, string>> = {
  'new-rows': 'the new rows only',
  embeddings: 'all embedding rows',
  adapters: 'low-rank adapters and the new rows',
  all: 'all parameters',
};

const groupNames: Readonly<Record<ParameterGroup, string>> = {
  newRows: 'the new rows',
  oldRows: 'the old rows',
  body: 'the matrices between the embeddings',
  norms: 'norms, biases and learned positions',
  adapters: 'low-rank adapters',
};

/** A model without new rows moves all of its rows where it moves the old ones. */
function movedText(groups: readonly ParameterGroup[], hasNewRows: boolean): string {
  if (groups.length === 0) return 'nothing';
  const mode = smallestMode(groups);
  const all = modeGroups[mode].filter((group) => hasNewRows || group !== 'newRows');
  // Without new rows the words for adapters would speak of some.
  return (hasNewRows || mode !== 'adapters') && all.every((group) => groups.includes(group))
    ? moved[mode]
    : groups.map((group) => groupNames[group]).join(', ');
}

function startText({ input, output, medianNorm, logitCorrection }: Recipe['start']): string {
  const made = input === output ? input : `${input} (input side), ${output} (output side)`;
  const sides = medianNorm === 'both' ? 'both sides' : `${medianNorm} side`;
  const scaled = medianNorm === undefined ? [] : [`scaled to the median norm of the old rows (${sides})`];
  return [made, ...scaled, ...(logitCorrection ? ['logits corrected to those of the pieces'] : [])].join(', ');
}

const lostText =
  'Text that a tokenizer cannot write has no price, so that base and graft are not compared; the table says what each loses.';

/** Against the untouched base, tokens and text cannot be told apart: what either did is not said. */
const againstBase =
  'The base was not trained on this text: how much of the difference the new tokens made is told by a control, the old vocabulary trained on the same text (`lab run`).';

export function cardOf(parts: {
  readonly model: LoadedModel;
  readonly corpus: CorpusText['summary'];
  readonly graft: Graft | undefined;
  /** Old tokens that went. */
  readonly removal?: RemovalSummary | undefined;
  /** How its new rows started; absent where that is not known. */
  readonly start?: Recipe['start'];
  /** What was trained. */
  readonly moves: readonly ParameterGroup[];
  readonly steps: number;
  /** How matrices that did not move were held. */
  readonly frozen?: FrozenWeights | undefined;
  /** What its steps multiplied in. */
  readonly precision?: Precision | undefined;
  /** Of the stages, in their order; absent where nothing was trained, or elsewhere. */
  readonly learned?: readonly ObjectiveName[];
  readonly comparison?: Comparison | null;
}): ModelCard {
  const { model, corpus, graft, removal, start, moves, steps, frozen, precision, learned, comparison } = parts;
  const { summary, checkpoint } = model;
  const licence = checkpoint.readme === undefined ? undefined : licenceOf(checkpoint.readme);
  return {
    title: `${summary.name}, ${removal && !graft ? 'trimmed' : 'grafted'} on ${corpus.name}`,
    baseModel: summary.name,
    ...(licence === undefined ? {} : { licence }),
    newTokens: graft ? graft.plan.count - graft.rowless : 0,
    firstNewId: graft ? graft.plan.firstNewId + graft.rowless : summary.embeddingRows,
    embeddingRows: graft?.plan.newEmbeddingRows ?? summary.embeddingRows,
    ...(removal ? { removed: { kind: removal.kind, tokens: removal.removed } } : {}),
    init: start ? startText(start) : 'not known',
    trained: movedText(moves, graft !== undefined),
    ...(learned ? { learned: learnedText(learned) } : {}),
    steps,
    ...(frozen && frozen !== 'as-stored' ? { heldAs: frozen } : {}),
    ...(precision && precision !== 'f32' ? { precision } : {}),
    corpus: {
      name: corpus.name,
      ...(corpus.source === undefined ? {} : { source: corpus.source }),
      ...(corpus.licence === undefined ? {} : { licence: corpus.licence }),
    },
    ...(comparison
      ? {
          arms: ['base', 'grafted, untrained', 'grafted, trained'],
          figures: [
            figure(comparison, 'bits per byte, held-out', (arm) => bitsOf(arm.heldOut)),
            figure(
              comparison,
              '95 % interval',
              (arm) => arm.heldOut.interval?.map((x) => x.toFixed(3)).join(' to ') ?? whyNoInterval(arm.heldOut),
            ),
            figure(comparison, 'tokens, held-out', (arm) => String(arm.heldOut.tokens)),
            figure(comparison, `bits per byte, ${corpus.generalName}`, (arm) => bitsOf(arm.general)),
            ...lostFigures(comparison, corpus.generalName),
          ],
          verdict: comparison.difference === null ? lostText : againstBase,
        }
      : { arms: [], figures: [] }),
  };
}

function figure(comparison: Comparison, measure: string, value: (arm: Comparison['arms'][number]) => string) {
  return { measure, values: comparison.arms.map(value) };
}

function bitsOf({ bitsPerByte }: ScoreResult): string {
  return bitsPerByte === null ? 'none: text is lost' : bitsPerByte.toFixed(3);
}

function whyNoInterval({ lostBytes }: ScoreResult): string {
  return lostBytes > 0 ? 'none' : 'one document';
}

/** Lines only where some arm loses text. */
function lostFigures(comparison: Comparison, generalName: string) {
  const parts = [
    ['held-out', (arm: Comparison['arms'][number]) => arm.heldOut],
    [generalName, (arm: Comparison['arms'][number]) => arm.general],
  ] as const;
  return parts
    .filter(([, of]) => comparison.arms.some((arm) => of(arm).lostBytes > 0))
    .map(([name, of]) =>
      figure(comparison, `lost bytes, ${name}`, (arm) => `${of(arm).lostBytes} of ${of(arm).bytes}`),
    );
}

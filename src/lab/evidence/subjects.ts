/** What evidence is gathered of: an arm that is held with its trained weights, or a folder that was expanded. */
import { readText, type FileTree } from '../../checkpoint/index';
import type { Engine } from '../../engine/index';
import { LabError } from '../../error';
import { earlierGraft } from '../device/earlierGraft';
import { ModelSession } from '../device/modelSession';
import type { ExperimentReport } from '../experiment/report';
import type { RunKey } from '../experiment/runFolder';
import type { CorpusText } from '../open/corpusText';
import type { LoadedModel } from '../open/openModel';
import type { Watch } from '../progress';
import { sampledDocuments } from '../scoring/evaluate';
import type { ArmModel } from '../training/armModel';
import type { RunRecord } from '../training/records';
import type { NewToken } from '../vocabulary/vocabularySummary';
import type { Control, EvidenceSubject } from './evidence';

/** Throws `lab/no-new-tokens` where the arm keeps its vocabulary. */
export function subjectOfArm(
  { session, tokenizer, graft, setup }: ArmModel,
  newTokens: readonly NewToken[],
  records: readonly RunRecord[],
  control?: Control,
): EvidenceSubject {
  const { heldOut } = setup.corpus;
  const { bytes, sample } = setup.evaluation;
  const subject = {
    session,
    tokenizer,
    newTokens: requireTokens(newTokens),
    records,
    heldOut,
    watched: sampledDocuments(heldOut, bytes, sample),
    ...(control ? { control } : {}),
  };
  // Rows of an earlier graft began before this training, in a way that no file tells.
  return graft && setup.vocabulary ? { ...subject, graft } : subject;
}

/** The arm on the old vocabulary that an arm is compared with, where that is trained with the same seed. */
export function controlIn({ comparisons, arms }: ExperimentReport, { arm, seed }: RunKey): string | undefined {
  const against = comparisons.find((each) => each.arm === arm)?.against;
  return arms.find((each) => each.arm === against && each.seed === seed)?.arm;
}

export const controlOfArm = (
  name: string,
  { session, tokenizer }: ArmModel,
  records: readonly RunRecord[] = [],
): Control => ({ name, session, tokenizer, records });

/** Its session is to be closed. Throws `lab/no-new-tokens` without new_tokens.json. */
export async function subjectOfFolder(
  tree: FileTree,
  model: LoadedModel,
  { heldOut }: Pick<CorpusText, 'heldOut'>,
  engine: Engine,
  { onProgress = () => undefined, signal }: Watch = {},
): Promise<EvidenceSubject> {
  const newTokens = requireTokens((await earlierGraft(tree, model))?.newTokens ?? []);
  const session = await ModelSession.open(engine, model, { onProgress, ...(signal ? { signal } : {}) });
  return { session, tokenizer: model.tokenizer, newTokens, records: await recordsIn(tree), heldOut };
}

/** Of run.jsonl, which a download holds; a line that was cut off ends it. */
async function recordsIn(tree: FileTree): Promise<RunRecord[]> {
  const source = tree.open('run.jsonl');
  const records: RunRecord[] = [];
  if (!source) return records;
  for (const line of (await readText(source)).split('\n')) {
    try {
      if (line !== '') records.push(JSON.parse(line) as RunRecord);
    } catch {
      break;
    }
  }
  return records;
}

function requireTokens(newTokens: readonly NewToken[]): readonly NewToken[] {
  if (newTokens.length > 0) return newTokens;
  throw new LabError(
    'lab/no-new-tokens',
    'There are no new tokens here to look at.',
    'Take an arm with a vocabulary of its own, or a folder with new_tokens.json.',
  );
}

/** Files of conversations to the instructions of an experiment. */
import { bytesOfTurns, readConversations, type CorpusFile, type ReadConversations } from '../../corpus/index';
import type { InstructionSummary, Instructions } from './instructions';

export interface InstructionOptions {
  /** Of the whole; the file's by default. */
  readonly name?: string;
  readonly source?: string;
  readonly licence?: string;
  readonly signal?: AbortSignal;
}

/** @throws LabError corpus/bad-conversations, corpus/too-few-conversations. */
export async function openInstructions(
  files: readonly CorpusFile[],
  { signal, ...said }: InstructionOptions = {},
): Promise<Instructions> {
  const read = await readConversations(files, signal);
  const name = said.name ?? (files.length === 1 ? files[0]!.name : `${files.length} files`);
  return { train: read.train, heldOut: read.heldOut, summary: { ...summaryOf(read), ...said, name } };
}

function summaryOf({ train, heldOut, forms, duplicates }: ReadConversations): Omit<InstructionSummary, 'name'> {
  const all = [...train, ...heldOut];
  const answers = all.map(({ turns }) => turns.filter(({ role }) => role === 'assistant'));
  return {
    forms,
    conversations: all.length,
    heldOut: heldOut.length,
    bytes: all.reduce((sum, { turns }) => sum + bytesOfTurns(turns), 0),
    answerBytes: answers.reduce((sum, turns) => sum + bytesOfTurns(turns), 0),
    duplicates,
    first: (train[0] ?? heldOut[0])!.turns,
  };
}

// The forms of records by name, in the order they are tried. A new one is a file here and a row.
import { alpaca } from './alpaca';
import type { RecordForm } from './form';
import { messages } from './messages';
import { promptCompletion, questionAnswer } from './pairs';

export type { RawRecord, RecordForm } from './form';

export const recordForms = {
  messages,
  'prompt-completion': promptCompletion,
  alpaca,
  'question-answer': questionAnswer,
} satisfies Record<string, RecordForm>;

export type RecordFormName = keyof typeof recordForms;
export const recordFormNames = Object.keys(recordForms) as readonly RecordFormName[];

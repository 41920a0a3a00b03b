// A question and its answer in two fields of their own.
import type { RecordForm } from './form';
import { textAt } from '../recordProblem';

function pair(question: string, answer: string): RecordForm {
  return {
    about: `\`${question}\` and \`${answer}\``,
    fits: (record) => record[question] !== undefined || record[answer] !== undefined,
    read: (record) => [
      [
        { role: 'user', content: textAt(record, question) },
        { role: 'assistant', content: textAt(record, answer) },
      ],
    ],
  };
}

export const promptCompletion = pair('prompt', 'completion');
export const questionAnswer = pair('question', 'answer');

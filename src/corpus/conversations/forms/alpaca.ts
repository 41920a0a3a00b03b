// `instruction`, an optional `input` below it, and `output`, as Stanford's Alpaca has them; Self-Instruct, which it came from, lists
// several inputs with their outputs under `instances`.
import type { Turn } from '../conversation';
import { RecordProblem, shown, textAt } from '../recordProblem';
import type { RawRecord, RecordForm } from './form';

export const alpaca: RecordForm = {
  about: '`instruction`, `input` (may be empty) and `output`',
  fits: (record) => record.instruction !== undefined,
  read(record) {
    const instruction = textAt(record, 'instruction');
    const { instances } = record;
    if (instances === undefined) return [turnsOf(instruction, record, '')];
    if (!Array.isArray(instances) || instances.length === 0) {
      throw new RecordProblem('instances', shown(instances), 'a list of {"input", "output"}');
    }
    return instances.map((instance: unknown, at) => {
      if (typeof instance === 'object' && instance !== null) {
        return turnsOf(instruction, instance as RawRecord, `instances[${at}].`);
      }
      throw new RecordProblem(`instances[${at}]`, shown(instance), 'an object with "input" and "output"');
    });
  },
};

function turnsOf(instruction: string, record: RawRecord, path: string): Turn[] {
  const input = record.input ?? '';
  if (typeof input !== 'string') throw new RecordProblem(`${path}input`, shown(input), 'text, or nothing');
  const content = input.trim() === '' ? instruction : `${instruction}\n\n${input}`;
  return [
    { role: 'user', content },
    { role: 'assistant', content: textAt(record, 'output', `${path}output`) },
  ];
}

/** Questions from the text in words. */
import { msg, str } from '@lit/localize';
import type { ClozeReport } from '../../worker/index';
import { count, percent } from '../format';

export function askedText({ questions, chance, seed, shown }: ClozeReport): string {
  const choices = count(shown[0]!.choices.length);
  return msg(
    str`${count(questions)} passages of held-out text with a word left out; of ${choices} words the one that makes the passage likeliest is the answer. A guess is right in ${percent(chance, 0)}. Seed ${count(seed)}.`,
  );
}

export const clozeNote = (): string =>
  msg(
    'The wrong words occur in the training text about as often as the right one. Wilson intervals, 95\u00a0%; differences of the same questions by Newcombe’s paired method.',
  );

/** What is wrong with a field of a specification, by the code and values of the lab's refusal. */
import { msg, str } from '@lit/localize';
import type { Bounds, Expected, ReasonWords, SpecProblem, SpecReason } from '../../worker/index';
import { count } from '../format';

const words: ReasonWords = {
  unexpected: ({ found, expected }) => msg(str`is ${found}; expected is ${expectedText(expected)}`),
  missing: ({ expected }) => msg(str`is missing; expected is ${expectedText(expected)}`),
  empty: ({ fields }) =>
    fields ? msg(str`is empty; expected is one of ${list(fields)}`) : msg('is empty; expected is at least one by name'),
  'unknown-field': ({ fields }) => msg(str`is no field here; there are ${list(fields)}`),
  'arm-name': () => msg('needs a name of one line, 1 to 80 characters'),
  'arm-letter': () => msg('needs a name with a letter or digit in it'),
  'arm-folder': ({ folder, other }) => msg(str`would share its folder “${folder}” with the arm “${other}”`),
  'one-budget': () => msg('needs either bytes of training text or FLOPs, not both'),
  'one-source': () => msg('needs one of sample, path, or the name of files opened on the page'),
  'seed-twice': () => msg('names a seed twice'),
  'how-many-tokens': () => msg('is missing: how many tokens; only an alphabet of atoms has a number of its own'),
  'grammar-of-atomic': () => msg('belongs to an alphabet of atoms'),
  'distillation-of-other': () => msg('belongs to the objective “distillation”'),
  'distillation-of-nothing': () => msg('has old pieces teach new tokens, and the arm has no vocabulary that adds any'),
  'distillation-recut': () =>
    msg('would cut new tokens back into the pieces that teach them; leave it out of a distillation'),
  'teacher-moves': () => msg('moves what teaches; a distillation moves the new rows alone'),
  'layer-beyond': ({ layer, layers }) => msg(str`is ${layer}; the model has ${layers} layers`),
  'resegment-of-nothing': () => msg('cuts new tokens back into old ones, and the arm has no vocabulary that adds any'),
  'start-of-nothing': () => msg('says how new rows start, and the arm has no vocabulary that adds any'),
  'trim-adds-nothing': () => msg('is of new tokens, and trimming adds none'),
  'remove-of-nothing': () => msg('says which old tokens go; they go where new ones take their rows, or in trimming'),
  'as-many-as-come': () => msg('belongs to trimming: new tokens take the rows of as many old ones'),
  'no-earlier-rows': () => msg('moves rows of new tokens, and neither the arm nor the open model brings any'),
  'no-adapters': () => msg('moves adapters, and the arm has none'),
  'idle-adapters': () => msg('stand beside the model, and no stage gives them a rate'),
  'adapters-and-body': () => msg('moves the very matrices that the arm’s adapters stand beside; name the other groups'),
  'rank-too-large': ({ rank, most, tensor }) =>
    msg(str`is ${count(rank)}; expected is at most ${count(most)}, the smaller side of “${tensor}”`),
  'no-such-target': ({ known }) => msg(str`is no projection of this model’s family; there are ${list(known)}`),
  'no-instructions': () => msg('learns answers, and no instructions are open to learn them from'),
  'of-text-alone': () => msg('is of stages that read the corpus; this one reads conversations as they are'),
  'beyond-context': ({ length, most }) =>
    msg(str`is ${count(length)}; expected is at most ${count(most)}, the model’s context`),
  'step-too-large': ({ rows, length, most, bytes }) =>
    bytes === undefined
      ? msg(
          str`is ${count(rows)}, ${count(rows * length)} tokens a step with rows of ${count(length)}; expected is at most ${count(most)}`,
        )
      : msg(
          str`is ${count(rows)}, ${count(rows * length)} tokens a step with rows of ${count(length)}; expected is at most ${count(most)}, all that ${count(bytes)} bytes of text can fill`,
        ),
  'no-json': ({ why }) => msg(str`is no JSON: ${why}`),
  'does-not-fit': ({ why }) => msg(str`does not fit: ${why}`),
  'not-checked': ({ why }) => msg(str`could not be checked: ${why}`),
};

/** As it follows the field's name, without a full stop. */
export const problemText = ({ reason }: Pick<SpecProblem, 'reason'>): string =>
  (words[reason.code] as (values: SpecReason) => string)(reason);

const list = (names: readonly string[]): string => names.join(msg(', '));

const expectedText = (expected: readonly Expected[]): string => expected.map(oneText).join(msg(', or '));

function oneText(expected: Expected): string {
  switch (expected.kind) {
    case 'constant':
      return expected.value;
    case 'choice':
      return msg(str`one of ${list(expected.of)}`);
    case 'object':
      return expected.fields ? msg(str`an object with ${list(expected.fields)}`) : msg('an object');
    case 'list': {
      const { least, most } = expected;
      if (least !== undefined) return msg(str`a list of at least ${least}`);
      return most === undefined ? msg('a list') : msg(str`a list of at most ${most}`);
    }
    case 'boolean':
      return msg('true or false');
    case 'text':
      return expected.most === undefined ? msg('text') : msg(str`text of at most ${expected.most} characters`);
    case 'integer': {
      const bounds = boundsText(expected);
      return bounds === '' ? msg('a whole number') : msg(str`a whole number ${bounds}`);
    }
    case 'number': {
      const bounds = boundsText(expected);
      return bounds === '' ? msg('a number') : msg(str`a number ${bounds}`);
    }
  }
}

const boundsText = ({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Bounds): string =>
  [
    ...(minimum === undefined ? [] : [msg(str`at least ${minimum}`)]),
    ...(exclusiveMinimum === undefined ? [] : [msg(str`above ${exclusiveMinimum}`)]),
    ...(maximum === undefined ? [] : [msg(str`at most ${maximum}`)]),
    ...(exclusiveMaximum === undefined ? [] : [msg(str`below ${exclusiveMaximum}`)]),
  ].join(msg(' and '));

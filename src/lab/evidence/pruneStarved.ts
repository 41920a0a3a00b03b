/** One more arm of a specification: another one without the new tokens that its training hardly saw. */
import { LabError } from '../../error';
import { addsTokens, type ArmSpec, type ExperimentSpec } from '../experiment/spec';
import { isStarved, type TokenEvidence } from './tokenEvidence';

export interface PrunedArm {
  readonly name: string;
  readonly spec: ExperimentSpec;
  /** As tokenizer.json spells them. */
  readonly pruned: readonly string[];
}

/**
 * The arm's starved tokens are turned down, with what is built on them; those added by hand are not added. Stages, start and rules
 * stay, so that the two arms differ in nothing else. Throws `lab/nothing-starved`.
 * @param floor exposures under which a token is starved.
 */
export function withoutStarved(
  spec: ExperimentSpec,
  arm: string,
  tokens: readonly Pick<TokenEvidence, 'text' | 'piece' | 'exposures' | 'isLink'>[],
  floor: number,
): PrunedArm {
  const { vocabulary, ...recipe } = spec.arms[arm]!;
  const starved = tokens.filter((token) => isStarved(token, floor));
  if (!addsTokens(vocabulary) || starved.length === 0 || starved.length === tokens.length) {
    throw new LabError(
      'lab/nothing-starved',
      starved.length === 0
        ? `No new token of \`${arm}\` that stands alone was seen fewer than ${floor} times.`
        : `Every new token of \`${arm}\` would go: all were seen fewer than ${floor} times.`,
      starved.length === 0 ? 'There is nothing to prune.' : 'Train on more text, or on the old vocabulary.',
      { arm, floor },
    );
  }
  const added = vocabulary.added.filter((text) => !starved.some((token) => token.text === text));
  const learned = starved.filter(({ text }) => !vocabulary.added.includes(text)).map(({ piece }) => piece);
  const pruned: ArmSpec = {
    ...recipe,
    vocabulary: {
      ...vocabulary,
      newTokens: Math.max(1, vocabulary.newTokens - learned.length),
      turnedDown: [...new Set([...vocabulary.turnedDown, ...learned])],
      added,
    },
  };
  const name = freeName(`${arm}, pruned`, Object.keys(spec.arms));
  return { name, spec: { ...spec, arms: { ...spec.arms, [name]: pruned } }, pruned: starved.map(({ piece }) => piece) };
}

function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  let n = 2;
  while (taken.includes(`${wanted} ${n}`)) n++;
  return `${wanted} ${n}`;
}

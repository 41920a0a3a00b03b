/** How an arm looks wherever it is drawn: colour, marker and dash together, so that no arm is told by colour alone. */
import { svg, type SVGTemplateResult } from 'lit';
import { shape, type Shape } from '../parts/marks';

export interface ArmLook {
  /** A role of tokens.css. */
  readonly role: string;
  readonly mark: Shape;
  readonly dash: readonly number[];
}

const NAMED = {
  base: { role: '--arm-base', mark: 'ring', dash: [1.5, 4] },
  oldVocabulary: { role: '--arm-cont', mark: 'square', dash: [7, 4] },
  continued: { role: '--arm-graft', mark: 'disc', dash: [] },
  atomic: { role: '--arm-atomic', mark: 'cross', dash: [8, 3, 2, 3] },
  newRows: { role: '--arm-rows', mark: 'triangle', dash: [3, 3] },
  oldEmbeddings: { role: '--arm-distil', mark: 'diamond', dash: [10, 4] },
} as const satisfies Record<string, ArmLook>;

export type LookName = keyof typeof NAMED;
/** A name for the arms every experiment has; a number from 0 for any others. */
export type Look = LookName | number;

/** Colours of what is trained, with the marker and dash that go with each first. */
const FIRST: readonly ArmLook[] = [
  NAMED.continued,
  NAMED.atomic,
  NAMED.newRows,
  NAMED.oldEmbeddings,
  NAMED.oldVocabulary,
];
const MARKS: readonly Shape[] = [...FIRST.map(({ mark }) => mark), 'plus', 'wedge'];
/** Of a round through the colours each: what shares a marker differs in dash, what shares a colour in both. */
const DASHES: readonly (readonly number[])[] = [
  [14, 3],
  [5, 2, 1, 2],
  [2, 3],
  [9, 2, 2, 2, 2, 2],
  [4, 6],
  [18, 4, 4, 4],
];

/** Each colour once with every marker. */
const FREE: readonly ArmLook[] = [
  ...FIRST,
  ...DASHES.flatMap((dash, round) =>
    FIRST.map(({ role }, color): ArmLook => ({ role, mark: MARKS[(color + round + 1) % MARKS.length]!, dash })),
  ),
];

export const armLook = (look: Look): ArmLook =>
  typeof look === 'string' ? NAMED[look] : FREE[((look % FREE.length) + FREE.length) % FREE.length]!;

/** Of further arms: each call gives a look that neither an earlier one has nor `taken`, as long as there are any. */
export function freeLooks(taken: Iterable<Look>): () => Look {
  const used = new Set([...taken].map(armLook));
  let next = 0;
  return () => {
    while (next < FREE.length && used.has(armLook(next))) next++;
    return next++;
  };
}

export const colorOf = (look: Look): string => `var(${armLook(look).role})`;

export const markOf = (look: Look, x: number, y: number, r = 4.5, hollow = false): SVGTemplateResult =>
  shape(armLook(look).mark, colorOf(look), x, y, r, hollow);

/** A marker of 12 px before a name. */
export const armGlyph = (look: Look): SVGTemplateResult =>
  svg`<svg class="arm-mark" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">${markOf(look, 6, 6)}</svg>`;

/** Line and marker of a legend, 26 px wide, its middle at `y`. */
export const keyLine = (look: Look, x = 0, y = 5): SVGTemplateResult =>
  svg`<path d="M${x} ${y}h26" fill="none" stroke=${colorOf(look)} stroke-width="2" stroke-dasharray=${armLook(look).dash.join(' ')}/>${markOf(look, x + 13, y, 4)}`;

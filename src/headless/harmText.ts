/** Harm in the command line's words. */
import type {
  AfterNew,
  HarmReport,
  NewTokenMass,
  PlacesPrice,
  PricedPiece,
  ReferenceKind,
  WorseText,
} from '../lab/index';

export function harmText(of: string, harm: HarmReport): string {
  const { text, general, references, afterNew, mass, worseDocuments, worst } = harm;
  return [
    `${of}: ${text.general.bytes} bytes of general text (${text.general.documents} documents), ${text.heldOut.bytes} of held-out text`,
    `general text: ${bits(general.bitsPerByte)} bits per byte`,
    ...references.map(
      ({ kind, name, general: other, difference }) =>
        `  ${kindNames[kind]} ${name}: ${bits(other.bitsPerByte)}; ${differenceText(difference)}`,
    ),
    ...afterNew.flatMap(afterNewLines),
    ...(mass ? massLines(mass) : []),
    `${worseDocuments} of ${text.general.documents} general texts need more bits than with the untouched base`,
    ...worst.flatMap(worseLines),
  ].join('\n');
}

const kindNames: Readonly<Record<ReferenceKind, string>> = { base: 'untouched base', control: 'control' };
const textNames: Readonly<Record<AfterNew['text'], string>> = { general: 'general', heldOut: 'held-out' };

function afterNewLines({ text, reference, after, elsewhere, uncompared }: AfterNew): string[] {
  const title = `just after a new token, ${textNames[text]} text, beside the ${kindNames[reference]}:`;
  if (after.places === 0)
    return [`${title} no such place${uncompared > 0 ? ` that both cut alike (${uncompared} otherwise)` : ''}`];
  return [
    title,
    `  after new tokens  ${placesText(after)}`,
    `  elsewhere         ${placesText(elsewhere)}`,
    ...(uncompared > 0 ? [`  ${uncompared} places are left out, where the old cut has no boundaries`] : []),
  ];
}

const placesText = ({ places, bytes, arm, reference, difference }: PlacesPrice): string =>
  `${bits(arm)} against ${bits(reference)} bits per byte, ${differenceText(difference)} (${places} places, ${bytes} bytes)`;

function massLines({ places, ofPlaces, mean, interval, newTargets, meanElsewhere, highest }: NewTokenMass): string[] {
  const spread = interval ? ` [${share(interval[0])}, ${share(interval[1])}]` : '';
  return [
    `probability of all new tokens on general text: ${share(mean)}${spread} on average over ${places} of ${ofPlaces} places; ${share(newTargets)} of the tokens there are new`,
    ...(meanElsewhere === null ? [] : [`  where an old token follows: ${share(meanElsewhere)}; highest there:`]),
    ...highest.map(
      ({ before, token, after, mass: each, likeliest }) =>
        `  ${share(each).padStart(8)}  ${visible(before)}[${visible(token)}]${visible(after)}  (likeliest ${visible(likeliest.text)}, ${share(likeliest.probability)})`,
    ),
  ];
}

function worseLines({ arm, base, bytes, armPieces, basePieces, hidden }: WorseText): string[] {
  return [
    `${signed(arm - base)} bits per byte: ${bits(base)} to ${bits(arm)}, ${bytes} bytes${hidden > 0 ? `, ${hidden} characters not shown` : ''}`,
    `  base  ${basePieces.map(pieceText).join(' ')}`,
    `  arm   ${armPieces.map(pieceText).join(' ')}`,
  ];
}

/** With its price in bits; a new one in brackets. */
const pieceText = ({ text, isNew, nats }: PricedPiece): string =>
  `${isNew ? `[${visible(text)}]` : visible(text)}/${(nats / Math.LN2).toFixed(1)}`;

function differenceText(difference: PlacesPrice['difference']): string {
  if (!difference) return 'not comparable';
  const { bitsPerByte, interval } = difference;
  return `${signed(bitsPerByte)}${interval ? ` [${signed(interval[0])}, ${signed(interval[1])}]` : ''}`;
}

const bits = (value: number | null): string => value?.toFixed(4) ?? 'none, text is lost';
const share = (value: number): string => `${(100 * value).toPrecision(3)} %`;
const signed = (value: number): string => `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(4)}`;
const visible = (text: string): string => JSON.stringify(text).slice(1, -1).replaceAll(' ', '·');

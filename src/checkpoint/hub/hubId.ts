/** How a model of the Hub is named: `owner/name`, with `@revision` and, for one GGUF file of several, `/file.gguf` behind it. */
import { LabError } from '../../error';

export interface HubId {
  /** `owner/name`. */
  readonly name: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  readonly file?: string;
}

const PART = '[A-Za-z0-9][\\w.-]{0,95}';
const ID = new RegExp(`^(${PART}/${PART})(?:@([\\w.-]{1,100}))?(?:/([\\w./ -]{1,200}\\.gguf))?$`);

/** Accepts the address of a model's page as well. Throws `hub/bad-id`. */
export function parseHubId(text: string): HubId {
  const id = matched(text.trim().replace(/^https?:\/\/[^/]+\//, ''));
  if (id) return id;
  throw new LabError(
    'hub/bad-id',
    `\`${text.slice(0, 120)}\` is not the name of a model on the Hub.`,
    'Write owner/name, as in HuggingFaceTB/SmolLM2-135M; behind it @revision or /file.gguf where you mean that one.',
    { id: text.slice(0, 120) },
  );
}

export function isHubId(text: string): boolean {
  return matched(text) !== undefined;
}

function matched(text: string): HubId | undefined {
  const [, name, revision, file] = ID.exec(text) ?? [];
  if (name === undefined || /\.\.|--/.test(name) || file?.split('/').includes('..')) return undefined;
  return { name, revision: revision ?? 'main', ...(file === undefined ? {} : { file }) };
}

/** The way it is written back. */
export function hubIdText({ name, revision, file }: HubId): string {
  return `${name}${revision === 'main' ? '' : `@${revision}`}${file === undefined ? '' : `/${file}`}`;
}

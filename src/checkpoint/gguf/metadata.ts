/** The metadata of a GGUF file, asked for by key: a value of another kind than wanted is an error that names the key. */
import { LabError } from '../../error';

/** Numbers in lists are f64; 64-bit integers beyond 2^53 are rounded (no key that is read holds one). */
export type MetadataValue = number | boolean | string | Float64Array | readonly MetadataValue[];

export class GgufMetadata {
  constructor(
    readonly file: string,
    private readonly values: ReadonlyMap<string, MetadataValue>,
  ) {}

  has(key: string): boolean {
    return this.values.has(key);
  }

  text(key: string): string | undefined {
    return this.value(key, 'text', (value) => typeof value === 'string');
  }

  number(key: string): number | undefined {
    return this.value(key, 'a number', (value): value is number => typeof value === 'number' && Number.isFinite(value));
  }

  /** A whole number from 0. */
  whole(key: string): number | undefined {
    return this.value(
      key,
      'a whole number',
      (value): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0,
    );
  }

  flag(key: string): boolean | undefined {
    return this.value(key, 'true or false', (value) => typeof value === 'boolean');
  }

  numbers(key: string): Float64Array | undefined {
    return this.value(key, 'a list of numbers', (value): value is Float64Array => value instanceof Float64Array);
  }

  texts(key: string): readonly string[] | undefined {
    return this.value(
      key,
      'a list of texts',
      (value): value is readonly string[] => Array.isArray(value) && value.every((item) => typeof item === 'string'),
    );
  }

  /** Throws `checkpoint/gguf-metadata` where `value` is undefined. */
  needed<T>(key: string, value: T | undefined): T {
    if (value !== undefined) return value;
    throw metadataError(this.file, `lacks the metadata key \`${key}\``, { key });
  }

  private value<T extends MetadataValue>(
    key: string,
    wanted: string,
    is: (value: MetadataValue) => value is T,
  ): T | undefined {
    const value = this.values.get(key);
    if (value === undefined || is(value)) return value;
    throw metadataError(this.file, `has as \`${key}\` something other than ${wanted}`, { key, expected: wanted });
  }
}

export function metadataError(file: string, what: string, details: Readonly<Record<string, unknown>> = {}): LabError {
  return new LabError(
    'checkpoint/gguf-metadata',
    `\`${file}\` ${what}.`,
    'Take the model as safetensors, or convert it again with a current llama.cpp.',
    { file, ...details },
  );
}

/** What a file says and the lab does not compute. */
export function ggufUnsupported(file: string, what: string, hint = ''): LabError {
  return new LabError(
    'checkpoint/gguf-unsupported',
    `\`${file}\` ${what}.`,
    hint || 'Take the model as a Hugging Face folder with safetensors.',
    { file },
  );
}

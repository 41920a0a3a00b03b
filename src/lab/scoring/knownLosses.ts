/**
 * What an engine has answered already, so that nothing is measured twice: nats of documents by the ids they were cut into, of weights
 * that stay as they are. Sums are those of the passes they were first scored in: in other company they differ in the eighth
 * digit. Runs of an experiment therefore do not read it (a report does not hang on what was looked at before), but add to it.
 */
import { Sha256 } from '../../checkpoint/index';

/** What its nats depend on beside the model. */
interface Document {
  readonly ids: Uint32Array;
  readonly isScored?: Uint8Array;
  readonly startId?: number;
}

/** Of one model on one engine, in windows of one length. */
export class KnownLosses {
  private readonly sums = new Map<string, number>();
  private readonly each = new Map<string, Float32Array>();

  /** Nats of the document; undefined where it was not asked for. */
  sum(document: Document): number | undefined {
    return this.sums.get(keyOf(document));
  }

  keepSum(document: Document, nats: number): void {
    this.sums.set(keyOf(document), nats);
  }

  /** Nats of each of its ids. */
  tokens({ ids }: Document): Float32Array | undefined {
    return this.each.get(keyOf({ ids }));
  }

  keepTokens({ ids }: Document, nats: Float32Array): void {
    const key = keyOf({ ids });
    this.each.set(key, nats);
    if (!this.sums.has(key))
      this.sums.set(
        key,
        nats.reduce((sum, value) => sum + value, 0),
      );
  }
}

/** Models whose answers are kept; those of a model that was not asked for longest go first. */
const mostModels = 24;

export class KnownModels {
  private readonly models = new Map<string, KnownLosses>();

  /** @param key of everything beside the text that its losses depend on: weights, how they are held, and what computes. */
  of(key: string): KnownLosses {
    const known = this.models.get(key) ?? new KnownLosses();
    this.models.delete(key);
    this.models.set(key, known);
    for (const oldest of this.models.keys()) {
      if (this.models.size <= mostModels) break;
      this.models.delete(oldest);
    }
    return known;
  }
}

function keyOf({ ids, isScored, startId }: Document): string {
  const hash = new Sha256();
  hash.update(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength));
  if (isScored) hash.update(isScored);
  return `${ids.length} ${isScored ? 'some' : 'all'} ${startId ?? ''} ${hash.hex()}`;
}

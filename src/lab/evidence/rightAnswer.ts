/** How a new token stands among all ids where it is right, from the logits before it. */

export interface RightAnswer {
  /** Nats: -ln of the probability. */
  readonly loss: number;
  readonly probability: number;
  /** 1 where nothing has a larger logit. */
  readonly rank: number;
  /** Id with the largest logit. */
  readonly first: number;
}

/**
 * @param logits f32 [embeddingRows]. Rows without a token take their part of the probability, as they do in the loss, and no rank.
 * @param isToken whether an id has a token.
 */
export function rightAnswer(logits: Float32Array, right: number, isToken: (id: number) => boolean): RightAnswer {
  let first = right;
  for (let id = 0; id < logits.length; id++) if (logits[id]! > logits[first]! && isToken(id)) first = id;
  const largest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
  const own = logits[right]!;
  let [total, rank] = [0, 1];
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    total += Math.exp(logit - largest);
    if (logit > own && isToken(id)) rank++;
  }
  const loss = Math.log(total) + largest - own;
  return { loss, probability: Math.exp(-loss), rank, first };
}

/** Whether `beginning` is where `bytes` begin, and not empty. */
export function beginsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return (
    beginning.length > 0 && beginning.length <= bytes.length && beginning.every((byte, index) => byte === bytes[index])
  );
}

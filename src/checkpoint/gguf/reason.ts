/** Why llama.cpp would not run a model as the lab does, for whoever words it: `details` of the error that refuses it. */
export interface GgufReason {
  readonly reason:
    | 'family'
    | 'activation'
    | 'biases'
    | 'windows'
    | 'rotary'
    | 'attention-scale'
    | 'tokenizer-kind'
    | 'pre-tokenizer'
    | 'normalizer'
    | 'space'
    | 'whole-word'
    | 'ends';
  /** The family, activation, kind or token that is meant. */
  readonly what?: string;
}

// What a decoder of tokenizer.json is: the pieces of a sequence to the texts that, joined, are the decoded text.

export interface Decoder {
  decode(pieces: readonly string[]): readonly string[];
}

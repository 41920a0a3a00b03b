// The corpora that come with the page: public/samples/index.json, written by scripts/samples, and the files it names.

export interface SampleCorpus {
  /** Stable; also the stem of the file's name. */
  readonly id: string;
  readonly kind: 'symbolic' | 'vertical' | 'script' | 'known' | 'general';
  readonly title: string;
  /** Beside index.json. */
  readonly file: string;
  readonly bytes: number;
  readonly documents: number;
  /** Where the text comes from, and how the file was made of it. */
  readonly source: string;
  /** SPDX expression, or words where the text is in the public domain. */
  readonly licence: string;
  readonly excerpt: string;
}

/** Conversations that come with the page. */
export interface SampleInstructions extends Pick<
  SampleCorpus,
  'id' | 'title' | 'file' | 'bytes' | 'source' | 'licence'
> {
  readonly conversations: number;
}

export interface SampleIndex {
  readonly samples: readonly SampleCorpus[];
  readonly instructions: readonly SampleInstructions[];
}

/** What was taken of a corpus. Bytes are UTF-8 bytes. */
import type { CorpusFileReport } from '../../corpus/index';

export interface SampleSummary {
  readonly id: string;
  readonly title: string;
  readonly kind: 'symbolic' | 'vertical' | 'script' | 'known' | 'general';
  readonly bytes: number;
  readonly source: string;
  readonly licence: string;
  readonly excerpt: string;
}

/** What was taken of a file, and as what. */
export interface TakenFile extends Omit<CorpusFileReport, 'nearEmpty' | 'recordsWithoutText'> {
  /** Documents without a letter or digit, and records without the text field: left out. */
  readonly withoutText: number;
}

export interface CorpusSummary {
  readonly name: string;
  readonly files: readonly TakenFile[];
  readonly documents: number;
  /** Things that the documents are about: molecules, sequences, openings; a document of its own is one. */
  readonly entities: number;
  readonly trainDocuments: number;
  readonly heldOutDocuments: number;
  /** Where too few are held out for an interval: how many documents are needed for one, all together. */
  readonly documentsNeeded?: number;
  readonly trainBytes: number;
  /** Of a corpus that does not fit in memory: the even sample of its training documents that runs draw from. */
  readonly sampledDocuments?: number;
  readonly sampledBytes?: number;
  readonly heldOutBytes: number;
  readonly generalBytes: number;
  readonly generalName: string;
  readonly duplicates: number;
  readonly nearEmpty: number;
  readonly invalidBytes: number;
  readonly excerpt: string;
  readonly source?: string;
  readonly licence?: string;
}

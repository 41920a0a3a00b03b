// What a script that makes a sample gives: the file's text and what index.json says about it.
import type { SampleCorpus } from '../../src/corpus/index';

export interface MadeSample extends Omit<SampleCorpus, 'bytes' | 'documents' | 'excerpt'> {
  readonly text: string;
}

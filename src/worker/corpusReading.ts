/** Readers of what people bring, loaded when a corpus is opened. */
export { openCorpus, openGeneralText } from '../lab/index';

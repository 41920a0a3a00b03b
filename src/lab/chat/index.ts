/** Talking to a model through its template. Imported when it is used: neither this nor the template's parser is in the first load. */
export { answerEnds, chatIds, encodeChat, type EncodedChat } from './encodeChat';
export { modelChat, templateToWrite, type ModelChat, type TemplateSource } from './modelChat';
export { promptText, renderChat, type RenderedChat } from './renderChat';
export { scoredAnswers } from './scoredAnswers';

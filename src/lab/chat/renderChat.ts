/**
 * A conversation as the model reads it, and which of it are the answers: what `{% generation %}` encloses, or else, of a template
 * without it, everything behind the generation prompt up to the end-of-turn token, which an answer has to learn too. White space
 * behind that belongs to the template.
 */
import type { Conversation, Turn } from '../../corpus/index';
import { LabError } from '../../error';
import type { ModelChat } from './modelChat';
import type { Span } from './template/template';

export interface RenderedChat {
  readonly text: string;
  /** UTF-16 places of the answers, in their order. */
  readonly answers: readonly Span[];
}

/** A private-use character, put at an end of an answer to find it again. */
const MARK = '\ue0f0';

/** What the model is asked with: everything up to where it writes. */
export function promptText(chat: ModelChat, turns: readonly Turn[]): string {
  return rendered(chat, turns, true).text;
}

/** @throws LabError of the template, with the place of the conversation, and chat/answer-not-found. */
export function renderChat(chat: ModelChat, { turns, place }: Conversation): RenderedChat {
  try {
    const { text, generation } = rendered(chat, turns, false);
    const answers = chat.template.marksAnswers ? generation : answersIn(chat, turns, text);
    if (answers.some(({ start, end }) => end > start)) return { text, answers };
    throw notFound('it prints none of the answers');
  } catch (thrown) {
    if (!(thrown instanceof LabError)) throw thrown;
    throw new LabError(thrown.code, `${place}: ${thrown.message}`, thrown.hint, { ...thrown.details, place }, thrown);
  }
}

function rendered(chat: ModelChat, turns: readonly Turn[], asks: boolean) {
  return chat.template.render({
    ...chat.variables,
    ...{ messages: turns, tools: null, documents: null, add_generation_prompt: asks },
  });
}

function answersIn(chat: ModelChat, turns: readonly Turn[], text: string): Span[] {
  return turns.flatMap(({ role }, at) => (role === 'assistant' ? [answerAt(chat, turns, at, text)] : []));
}

function answerAt(chat: ModelChat, turns: readonly Turn[], at: number, text: string): Span {
  const end = markIn(chat, turns, at, 'end', text);
  const prompt = rendered(chat, turns.slice(0, at), true).text;
  const asked = text.startsWith(prompt) && prompt.length <= end;
  const start = asked ? prompt.length : markIn(chat, turns, at, 'start', text);
  const last = turns.slice(0, at + 1);
  const whenLast = rendered(chat, last, false).text;
  const follows = whenLast.slice(markIn(chat, last, at, 'end', whenLast));
  return { start, end: end + endOfTurn(text.slice(end), follows) };
}

/** Where one end of an answer stands in the text. */
function markIn(chat: ModelChat, turns: readonly Turn[], at: number, side: 'start' | 'end', text: string): number {
  const { role, content } = turns[at]!;
  // Inside white space, which templates strip.
  const [, before, inner, after] = /^(\s*)([^]*?)(\s*)$/u.exec(content)!;
  const marked = side === 'start' ? `${before}${MARK}${inner}${after}` : `${before}${inner}${MARK}${after}`;
  const found = rendered(chat, turns.with(at, { role, content: marked }), false).text;
  const place = found.indexOf(MARK);
  if (place >= 0 && found.replace(MARK, '') === text) return place;
  throw notFound(`turn ${at + 1} is changed by it in more than white space around it`);
}

/** Length of what ends the turn, in what follows the answer: the same as behind a last one, without the white space at its end. */
function endOfTurn(follows: string, whenLast: string): number {
  const ended = whenLast.trimEnd();
  let same = 0;
  while (same < ended.length && same < follows.length && ended[same] === follows[same]) same++;
  return same === ended.length ? same : 0;
}

function notFound(why: string): LabError {
  return new LabError(
    'chat/answer-not-found',
    `The chat template does not show where an answer stands: ${why}.`,
    'Put {% generation %} and {% endgeneration %} around the answer in the template.',
  );
}

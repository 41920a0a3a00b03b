// The beginning of a text file: what its format and its field are told from.

/** Lines and UTF-16 units that the decision looks at. */
const HEAD_LINES = 2000;
const HEAD_LENGTH = 2 ** 20;

export interface FileHead {
  readonly text: string;
  /** Of the text, without line ends; the last may be cut off where the head is not the whole file. */
  readonly lines: readonly string[];
  /** Whether there is nothing behind it. */
  readonly isWhole: boolean;
}

/** Takes as many chunks as make a head; the rest stays in the generator. */
export async function headOf(chunks: AsyncGenerator<string>): Promise<FileHead> {
  const parts: string[] = [];
  let length = 0;
  let lines = 0;
  while (length < HEAD_LENGTH && lines < HEAD_LINES) {
    const { done, value } = await chunks.next();
    if (done === true) return fileHead(parts.join(''), true);
    parts.push(value);
    length += value.length;
    lines += countOf(value, '\n') || countOf(value, '\r');
  }
  return fileHead(parts.join(''), false);
}

export function fileHead(text: string, isWhole: boolean): FileHead {
  const lines = text.split(/\r\n|\r|\n/u);
  if (isWhole && lines.at(-1) === '') lines.pop();
  return { text, lines: lines.slice(0, HEAD_LINES), isWhole };
}

function countOf(text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0; at = text.indexOf(character, at + 1)) count++;
  return count;
}

/** A report as Markdown (CommonMark with tables), its figures as files beside it. */
import type { FigureName, Picture, ReportBlock, ReportDocument } from './report-document';

/** Name of a figure's file, beside the text. */
export const figureFile = (name: FigureName): string => `${name}.svg`;

/** Files of pictures, beside the text: formulas have none, and stand in the table as they were written. */
export function pictureFiles({ sheets }: ReportDocument): { readonly name: string; readonly input: string }[] {
  return sheets
    .flat()
    .flatMap((block) => (block.kind === 'pictures' ? block.pictures.filter(isImage) : []))
    .map((picture) => ({ name: pictureFile(picture), input: picture.drawing.markup }));
}

const isImage = ({ drawing }: Picture): boolean => drawing.kind === 'svg';
const pictureFile = ({ name }: Picture): string => `${name}.svg`;

export function reportMarkdown(report: ReportDocument): string {
  const { question, made, headline, lede, sheets } = report;
  const blocks = [
    `# ${escaped(headline)}`,
    `*${escaped(question)}* · ${escaped(made)}`,
    escaped(lede),
    ...sheets.flat().map(blockMarkdown),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function blockMarkdown(block: ReportBlock): string {
  switch (block.kind) {
    case 'heading':
      return `## ${escaped(block.text)}`;
    case 'text':
      return escaped(block.text);
    case 'figure':
      return `## ${escaped(block.title)}\n\n![${escaped(block.title)}](${figureFile(block.name)})\n\n${escaped(block.caption)}`;
    case 'pictures':
      return block.pictures
        .filter(isImage)
        .map((picture) => `![${escaped(`${picture.caption}: ${picture.text}`)}](${pictureFile(picture)})`)
        .join('\n');
    case 'table':
      return tableMarkdown(block.columns, block.rows);
    case 'facts':
      return tableMarkdown(['', ''], block.rows);
    case 'terms':
      return block.rows.map(([term, meaning]) => `- **${escaped(term)}**: ${escaped(meaning)}`).join('\n');
    case 'code': {
      // A fence longer than any within.
      const runs = [...block.text.matchAll(/`+/g)].map(([run]) => run.length);
      const fence = '`'.repeat(Math.max(3, ...runs.map((length) => length + 1)));
      return `${fence}${block.language}\n${block.text}\n${fence}`;
    }
    case 'list':
      return block.items.map((item) => `- ${escaped(item)}`).join('\n');
  }
}

function tableMarkdown(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  const rule = `|${columns.map((_, at) => (at === 0 ? ' --- ' : ' ---: ')).join('|')}|`;
  return [line(columns), rule, ...rows.map(line)].join('\n');
}

/** Names come from specifications that others share: nothing of them is markup. */
const escaped = (text: string): string =>
  text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[\\`*_[\]<>|~#]/g, (char) => `\\${char}`)
    // What would begin a list or a rule at the start of a line.
    .replace(/^(\s*)([-+]|\d+[.)])(?=\s)/, '$1\\$2');

/** A report as one HTML file: no script, nothing from elsewhere, light on any screen, and A4 when it is printed. */
import { mathOf } from '../parts/drawing';
import type { FigureName, Picture, ReportBlock, ReportDocument } from './report-document';

/** Each an SVG document. */
export type Figures = Readonly<Partial<Record<FigureName, string>>>;

const STYLE = `
@page { size: A4; margin: 14mm 15mm; }
:root { color-scheme: light; }
body { margin: 0 auto; padding: 32px 24px 64px; max-width: 860px; color: #12181a; background: #fff;
  font: 14px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
h1 { font-size: 26px; line-height: 1.25; margin: 4px 0 12px; }
h2 { font-size: 15px; margin: 28px 0 8px; break-after: avoid; }
.meta, figcaption { color: #5d6a70; font-size: 12px; }
.meta { display: flex; justify-content: space-between; border-bottom: 1px solid #dbe1e3; padding-bottom: 8px; margin-bottom: 20px; }
.lede { font-size: 16px; }
figure { margin: 0; break-inside: avoid; }
figure svg { display: block; max-width: 100%; height: auto; }
.pictures { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 12px; margin-top: 12px; }
.pictures img { display: block; max-width: 100%; height: auto; }
table { width: 100%; border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; break-inside: avoid; }
th { color: #5d6a70; font-weight: 400; font-size: 12px; text-align: left; padding: 4px 12px 6px 0; }
td { border-top: 1px solid #dbe1e3; padding: 6px 12px 6px 0; }
th:not(:first-child), td:not(:first-child) { text-align: right; }
dl.facts div { display: flex; justify-content: space-between; gap: 24px; border-top: 1px solid #dbe1e3; padding: 5px 0; }
dl { margin: 0; }
dl.facts dt { color: #455157; }
dl.facts dd { font-weight: 500; text-align: right; overflow-wrap: anywhere; }
dl.terms div { padding: 3px 0; break-inside: avoid; }
dt { font-weight: 600; }
dl.facts dt { font-weight: 400; }
dd { margin: 0; }
pre { margin: 12px 0; padding: 12px; background: #eef1f2; border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere;
  font: 11.5px/1.5 ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace; }
ul { margin: 0; padding-left: 18px; }
@media print { body { padding: 0; max-width: none; zoom: 0.8; } section + section { break-before: page; } }
`;

export function reportHtml(report: ReportDocument, figures: Figures): string {
  const { language, question, made, headline, lede, sheets } = report;
  return `<!doctype html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escaped(question)}</title>
<style>${STYLE}</style>
</head>
<body>
<div class="meta"><span>Tokengraft</span><span>${escaped(made)}</span></div>
<p class="meta-question">${escaped(question)}</p>
<h1>${escaped(headline)}</h1>
<p class="lede">${escaped(lede)}</p>
${sheets.map((blocks) => `<section>\n${blocks.map((block) => blockHtml(block, figures)).join('\n')}\n</section>`).join('\n')}
</body>
</html>
`;
}

function blockHtml(block: ReportBlock, figures: Figures): string {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escaped(block.text)}</h2>`;
    case 'text':
      return `<p>${escaped(block.text)}</p>`;
    case 'figure': {
      const drawing = figures[block.name]?.replace(/^<\?xml[^>]*\?>\s*/, '') ?? '';
      return `<h2>${escaped(block.title)}</h2>\n<figure>${drawing}<figcaption>${escaped(block.caption)}</figcaption></figure>`;
    }
    case 'pictures':
      return `<div class="pictures">${block.pictures.map(pictureHtml).join('\n')}</div>`;
    case 'table':
      return `<table><thead><tr>${block.columns.map((name) => `<th scope="col">${escaped(name)}</th>`).join('')}</tr></thead><tbody>\n${block.rows
        .map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`)
        .join('\n')}\n</tbody></table>`;
    case 'facts':
    case 'terms':
      return `<dl class="${block.kind}">${block.rows
        .map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`)
        .join('\n')}</dl>`;
    case 'code':
      return `<pre>${escaped(block.text)}</pre>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;
  }
}

/** SVG as an image, in which nothing runs; formulas rebuilt. */
function pictureHtml({ text, caption, drawing: { kind, markup } }: Picture): string {
  const drawn =
    kind === 'svg'
      ? `<img src="data:image/svg+xml,${encodeURIComponent(markup)}" alt="${escaped(text)}">`
      : (mathOf(markup)?.outerHTML ?? '');
  return `<figure>${drawn}<figcaption>${escaped(caption)}</figcaption></figure>`;
}

/** Names come from specifications that others share. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

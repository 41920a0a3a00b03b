/**
 * Charts as files. A chart hands over its drawing at a width, with title, note and legend apart; here they become one SVG
 * that carries its colours and faces itself (those of the present theme, on its ground), a PNG of it at twice the size, and
 * its data as CSV.
 */
import { nothing, render, svg, type SVGTemplateResult } from 'lit';
import { readRole } from '../parts/roles';
import { csvText, fileStem, type Table } from './csv';
import { textWidth, wrapped } from './scales';

export interface FigureKey {
  /** Drawn from x 0 with its middle at y 0, 26 px wide. */
  readonly mark: SVGTemplateResult;
  readonly name: string;
  readonly value?: string;
}

export interface Figure {
  readonly width: number;
  readonly height: number;
  readonly content: SVGTemplateResult;
  readonly note?: string;
  /** How to read it, under the drawing. */
  readonly foot?: string;
  readonly keys?: readonly FigureKey[];
  readonly table: Table;
}

/** Marks the elements that can be saved, so that a panel's header finds its chart. */
export const FIGURE = 'data-figure';

export interface Savable extends HTMLElement {
  figure(width: number): Figure;
}

export type FileFormat = 'svg' | 'png' | 'csv';
export const FILE_FORMATS: readonly FileFormat[] = ['svg', 'png', 'csv'];

const EDGE = 20;
/** What a style sheet may say of the parts of a chart; each is a presentation attribute of SVG. */
const CARRIED = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'stroke-linecap',
  'opacity',
  'fill-opacity',
  'paint-order',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
] as const;

/** Rows of keys that fit the width. */
function keyRows(keys: readonly FigureKey[], width: number, face: string) {
  const placed: { key: FigureKey; x: number; row: number }[] = [];
  let [x, row] = [0, 0];
  for (const key of keys) {
    const wide = 34 + textWidth(`${key.name} ${key.value ?? ''}`, 12, face) * 1.08 + 26;
    if (x > 0 && x + wide > width) [x, row] = [0, row + 1];
    placed.push({ key, x, row });
    x += wide;
  }
  return { placed, height: keys.length > 0 ? (row + 1) * 20 + 8 : 0 };
}

function composed(title: string, { width, height, content, note, foot = '', keys = [] }: Figure): SVGTemplateResult {
  const face = readRole('--font-ui');
  const { placed, height: keysHeight } = keyRows(keys, width, face);
  const below = wrapped(foot, width, 11, face);
  const head = (title ? 24 : 0) + (note ? 18 : 0) + 6;
  const [fullWidth, fullHeight] = [
    width + 2 * EDGE,
    head + keysHeight + height + (below.length > 0 ? 8 : 0) + below.length * 16 + 2 * EDGE,
  ];
  return svg`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${fullWidth} ${fullHeight}" width=${fullWidth} height=${fullHeight}>
    ${title ? svg`<title>${title}</title>` : nothing}
    <rect class="figure-ground" width=${fullWidth} height=${fullHeight}/>
    ${title ? svg`<text class="figure-title" x=${EDGE} y=${EDGE + 13}>${title}</text>` : nothing}
    ${note ? svg`<text x=${EDGE} y=${EDGE + (title ? 33 : 11)}>${note}</text>` : nothing}
    ${placed.map(
      ({ key, x, row }) =>
        svg`<g transform="translate(${EDGE + x} ${EDGE + head + row * 20 + 6})">${key.mark}<text class="lab" x="34" y="4">${key.name}${
          key.value === undefined ? nothing : svg`<tspan class="value" dx="6">${key.value}</tspan>`
        }</text></g>`,
    )}
    <g transform="translate(${EDGE} ${EDGE + head + keysHeight})">${content}</g>
    ${below.map((line, at) => svg`<text x=${EDGE} y=${EDGE + head + keysHeight + height + 22 + at * 16}>${line}</text>`)}
  </svg>`;
}

/** The figure as a document of its own: styles as attributes, nothing that points outside. */
export function svgText(title: string, figure: Figure): string {
  const stage = document.createElement('div');
  stage.className = 'chart figure-stage';
  stage.setAttribute('aria-hidden', 'true');
  document.body.append(stage);
  try {
    render(composed(title, figure), stage);
    const root = stage.querySelector('svg')!;
    for (const element of [root, ...root.querySelectorAll<SVGElement>('*')]) {
      const style = getComputedStyle(element);
      const above = element === root ? null : getComputedStyle(element.parentElement!);
      for (const name of CARRIED) {
        const value = style.getPropertyValue(name);
        // What a part inherits stands with its parent; opacity is not inherited.
        if (name === 'opacity' ? value === '1' : above?.getPropertyValue(name) === value) element.removeAttribute(name);
        // Unitless is what every reader of SVG takes.
        else if (value) element.setAttribute(name, name === 'font-family' ? value : value.replace(/(\d)px\b/g, '$1'));
      }
    }
    const clone = root.cloneNode(true) as SVGElement;
    for (const element of [clone, ...clone.querySelectorAll('*')]) {
      element.removeAttribute('class');
      for (const node of [...element.childNodes]) if (node.nodeType === Node.COMMENT_NODE) node.remove();
    }
    return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(clone)}\n`;
  } finally {
    stage.remove();
  }
}

async function png(text: string, scale: number): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * scale;
    canvas.height = image.naturalHeight * scale;
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The canvas gave no image.'))), 'image/png'),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

export async function chartFile(format: FileFormat, title: string, figure: Figure): Promise<File> {
  const name = `${fileStem(title)}.${format}`;
  switch (format) {
    case 'csv':
      return new File([csvText(figure.table)], name, { type: 'text/csv' });
    case 'svg':
      return new File([svgText(title, figure)], name, { type: 'image/svg+xml' });
    case 'png':
      return new File([await png(svgText(title, figure), 2)], name, { type: 'image/png' });
  }
}

export function download(file: File): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  // The browser reads the address after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

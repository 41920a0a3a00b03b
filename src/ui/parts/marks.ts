/** Markers of the arms and line samples of a legend: an arm is told by shape and dash as well as by hue. */
import { svg, type SVGTemplateResult } from 'lit';

export type Shape = 'disc' | 'ring' | 'triangle' | 'square' | 'cross' | 'diamond' | 'plus' | 'wedge';

/** Centred on x and y; `hollow` for what is not finished. */
export function shape(kind: Shape, color: string, x = 6, y = 6, r = 5, hollow = false): SVGTemplateResult {
  const paint = hollow || kind === 'ring' ? 'var(--surface)' : color;
  const line = hollow || kind === 'ring' ? color : 'none';
  switch (kind) {
    case 'disc':
    case 'ring':
      return svg`<circle cx=${x} cy=${y} r=${line === 'none' ? r : r - 1} fill=${paint} stroke=${line} stroke-width="2"/>`;
    case 'square':
      return svg`<path d="M${x - r + 0.5} ${y - r + 0.5}h${2 * r - 1}v${2 * r - 1}h${1 - 2 * r}z" fill=${paint} stroke=${line} stroke-width="2"/>`;
    case 'cross':
      return svg`<path d="M${x - r + 1} ${y - r + 1}l${2 * r - 2} ${2 * r - 2}m0 ${2 - 2 * r}l${2 - 2 * r} ${2 * r - 2}" fill="none" stroke=${color} stroke-width=${hollow ? 1.5 : 2.2}/>`;
    case 'diamond':
      return svg`<path d="M${x} ${y - r}l${r} ${r}l${-r} ${r}l${-r} ${-r}z" fill=${paint} stroke=${line} stroke-width="2"/>`;
    case 'plus':
      return svg`<path d="M${x - r} ${y}h${2 * r}M${x} ${y - r}v${2 * r}" fill="none" stroke=${color} stroke-width=${hollow ? 1.5 : 2.2}/>`;
    case 'wedge':
      return svg`<path d="M${x} ${y + r}l${r} ${1 - 2 * r}h${-2 * r}z" fill=${paint} stroke=${line} stroke-width="2"/>`;
    case 'triangle':
      return svg`<path d="M${x} ${y - r}l${r} ${2 * r - 1}h${-2 * r}z" fill=${paint} stroke=${line} stroke-width="2"/>`;
  }
}

export const armMark = (kind: Shape, color: string): SVGTemplateResult =>
  svg`<svg class="arm-mark" viewBox="0 0 12 12" aria-hidden="true">${shape(kind, color)}</svg>`;

export const lineMark = (color: string, dash: readonly number[] = []): SVGTemplateResult =>
  svg`<svg viewBox="0 0 18 8" aria-hidden="true"><path d="M0 4H18" stroke=${color} stroke-width="2" stroke-dasharray=${dash.join(' ')}/></svg>`;

/** A row of values as a line 72 by 22 px; null where there are not two. */
export function sparkline(values: readonly number[]): SVGTemplateResult | '' {
  if (values.length < 2) return '';
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const points = values.map((value, at) => {
    const x = (at / (values.length - 1)) * 72;
    const y = 20 - ((value - low) / span) * 18;
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  const last = points.at(-1)!.split(' ');
  return svg`<svg class="spark" viewBox="0 0 76 22" aria-hidden="true"><path d="M${points.join('L')}" fill="none" stroke="var(--accent)" stroke-width="1.5"/><circle cx=${last[0]!} cy=${last[1]!} r="2.2" fill="var(--accent)"/></svg>`;
}

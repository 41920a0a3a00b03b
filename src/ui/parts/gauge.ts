/** A threshold gauge: passing zone in green, ticks at the thresholds, a marker at the value. Log axis for counts and bytes. */
import { svg, type SVGTemplateResult } from 'lit';
import type { Signal } from '../../worker/index';

const WIDTH = 168;

/** Which threshold the passing zone (reading good or strong) begins or ends at; exposure has a floor below its good mark. */
const PASSES: Partial<Record<Signal['name'], number>> = { exposure: 1, fragmentation: 1 };
const passesAt = ({ name, thresholds }: Signal): number | undefined => thresholds[PASSES[name] ?? 0];

export function thresholdGauge(signal: Signal): SVGTemplateResult | '' {
  const { thresholds, value, better } = signal;
  if (thresholds.length === 0 || better === 'neither' || !Number.isFinite(value)) return '';
  const isLog = signal.unit !== 'ratio';
  const scale = (raw: number) => (isLog ? Math.log10(Math.max(1, raw)) : raw);
  const marks = thresholds.map(scale);
  const at = scale(value);
  const least = Math.min(...marks, at);
  const most = Math.max(...marks, at);
  const room = (most - least || Math.abs(most) || 1) * 0.18;
  const low = isLog || least - room > 0 ? least - room : Math.min(0, least);
  const high = most + room;
  const x = (position: number) => 2 + ((position - low) / (high - low)) * (WIDTH - 4);
  const pass = x(scale(passesAt(signal)!));
  const [zoneStart, zoneEnd] = better === 'higher' ? [pass, WIDTH] : [0, pass];
  return svg`<svg class="tgauge" width=${WIDTH} height="18" viewBox="0 0 ${WIDTH} 18" aria-hidden="true">
    <rect x="0" y="8" width=${WIDTH} height="4" rx="2" fill="var(--hover)"/>
    <rect x=${zoneStart} y="8" width=${zoneEnd - zoneStart} height="4" rx="2" fill="var(--good)" opacity=".55"/>
    ${marks.map((mark) => svg`<path d="M${x(mark)} 5v10" stroke="var(--ink-3)"/>`)}
    <path d="M${x(at)} 3.5 l4.5 -3.5 h-9z M${x(at) - 0.75} 3h1.5v12h-1.5z" fill="var(--ink)"/>
  </svg>`;
}

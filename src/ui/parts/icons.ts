/** Line icons on a 16 px grid, drawn in the colour of the text beside them. */
import { svg, type SVGTemplateResult } from 'lit';

const DRAWINGS = {
  lock: svg`<rect x="3" y="7" width="10" height="7" rx="1.5"/><path d="M5 7V5a3 3 0 0 1 6 0v2"/>`,
  folder: svg`<path d="M1.8 4.2c0-.6.5-1 1-1h3.4l1.5 1.9h5.5c.6 0 1 .5 1 1v6c0 .6-.4 1-1 1H2.8c-.5 0-1-.4-1-1z"/>`,
  file: svg`<path d="M4 2h5l3 3v9H4zM9 2v3h3"/>`,
  pause: svg`<path d="M5.5 3.5v9M10.5 3.5v9"/>`,
  play: svg`<path d="M5 3.2v9.6L12.5 8z"/>`,
  step: svg`<path d="M4 3.5v9L10.5 8zM12.5 3.5v9"/>`,
  stop: svg`<rect x="4" y="4" width="8" height="8" rx="1"/>`,
  down: svg`<path d="M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M3 13.5h10"/>`,
  cross: svg`<path d="m4 4 8 8M12 4l-8 8"/>`,
  search: svg`<circle cx="7" cy="7" r="4.3"/><path d="m10.3 10.3 3.2 3.2"/>`,
  theme: svg`<circle cx="8" cy="8" r="5.8"/><path d="M8 2.2a5.8 5.8 0 0 1 0 11.6z" fill="currentColor" stroke="none"/>`,
  sun: svg`<circle cx="8" cy="8" r="3"/><path d="M8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M12.6 3.4l-1.1 1.1M4.5 11.5l-1.1 1.1"/>`,
  moon: svg`<path d="M13.2 9.6A5.6 5.6 0 1 1 6.4 2.8a4.6 4.6 0 0 0 6.8 6.8z"/>`,
  warn: svg`<path d="M8 2.2 14.5 13.5h-13zM8 6.5v3.5M8 11.9v.1"/>`,
  check: svg`<path d="m3.5 8.5 3 3 6-7"/>`,
  list: svg`<path d="M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.1M2.5 8h.1M2.5 12h.1"/>`,
  bin: svg`<path d="M2.5 4.5h11M6 4.5V2.8h4v1.7M4 4.5l.7 9h6.6l.7-9M6.8 7v4M9.2 7v4"/>`,
  link: svg`<path d="M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2a2.6 2.6 0 0 0-3.7-3.7l-.9.9M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9a2.6 2.6 0 0 0 3.7 3.7l.9-.9"/>`,
  print: svg`<path d="M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z"/>`,
  chevron: svg`<path d="m4 6 4 4 4-4"/>`,
} as const;

export type IconName = keyof typeof DRAWINGS;

export const icon = (name: IconName): SVGTemplateResult =>
  svg`<svg class="ico" viewBox="0 0 16 16" aria-hidden="true">${DRAWINGS[name]}</svg>`;

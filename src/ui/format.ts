/**
 * Numbers as the page writes them, in one piece: a space before the unit that no line breaks at, a true minus sign, grouped thousands. Digits and grouping are
 * the same in both languages (half-width, by threes), so only words such as "minutes" are translated.
 */
import { msg, str } from '@lit/localize';
import { html, type TemplateResult } from 'lit';

export interface Measure {
  readonly value: string;
  readonly unit: string;
}

const MINUS = '−';

/** A figure in one piece: no line breaks inside it. */
export const unbroken = (text: string): string => text.replaceAll(' ', '\u00a0');

export function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return '–';
  const text = Math.abs(value).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return value < 0 && Number(text.replaceAll(',', '')) !== 0 ? MINUS + text : text;
}

export const count = (value: number): string => fixed(Math.round(value), 0);

/** `signed(-0.2, 1)` is "−0.2", `signed(0.2, 1)` is "+0.2". */
export const signed = (value: number, digits: number): string => (value >= 0 ? '+' : '') + fixed(value, digits);

/** Sentences after one another: Chinese ones need no space between. */
export const joinSentences = (...texts: readonly string[]): string =>
  texts
    .filter(Boolean)
    .reduce((before, text) => before + (before === '' || /[。！？：]$/.test(before) ? '' : ' ') + text, '');

/** A share as percent: `percent(0.298)` is "29.8 %". */
export const percent = (share: number, digits = 1): string => unbroken(`${fixed(share * 100, digits)} %`);

/** Three significant digits, at most one decimal when the number is large. */
const short = (value: number): string => fixed(value, value >= 100 ? 0 : value >= 10 ? 1 : 2);

/** File and text sizes, in powers of ten. */
export function fileSize(bytes: number): Measure {
  if (bytes < 1000) return { value: count(bytes), unit: 'B' };
  if (bytes < 999_500) return { value: short(bytes / 1e3), unit: 'KB' };
  if (bytes < 999_500_000) return { value: short(bytes / 1e6), unit: 'MB' };
  return { value: short(bytes / 1e9), unit: 'GB' };
}

/** Memory, in powers of two. */
export function memorySize(bytes: number): Measure {
  if (bytes < 1024 ** 2) return { value: short(bytes / 1024), unit: 'KiB' };
  if (bytes < 1000 * 1024 ** 2) return { value: short(bytes / 1024 ** 2), unit: 'MiB' };
  return { value: short(bytes / 1024 ** 3), unit: 'GiB' };
}

/** Parameter counts: 4.26 M, 1.24 B. */
export function parameterCount(parameters: number): Measure {
  if (parameters < 1e3) return { value: count(parameters), unit: '' };
  if (parameters < 999_500) return { value: short(parameters / 1e3), unit: 'K' };
  if (parameters < 999_500_000) return { value: short(parameters / 1e6), unit: 'M' };
  return { value: short(parameters / 1e9), unit: 'B' };
}

export const plain = (measure: Measure): string =>
  measure.unit ? unbroken(`${measure.value} ${measure.unit}`) : measure.value;

/** The value with its unit set smaller and greyer. */
export const measured = (measure: Measure): TemplateResult =>
  html`${measure.value}${measure.unit ? html`<span class="u">${measure.unit}</span>` : ''}`;

export const withUnit = (value: string, unit: string): TemplateResult => measured({ value, unit });

/** A span of time in the two largest units. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return Number.isFinite(seconds) ? unbroken(spanText(seconds)) : '–';
}

function spanText(seconds: number): string {
  if (seconds < 10) return msg(str`${fixed(seconds, 1)} s`);
  if (seconds < 60) return msg(str`${count(seconds)} s`);
  const whole = Math.round(seconds);
  if (whole < 3600) return msg(str`${Math.floor(whole / 60)} min ${whole % 60} s`);
  return msg(str`${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`);
}

/** How long ago an ISO date was, in one unit. */
/** @param date ISO 8601; empty: none yet. */
export function ago(date: string, now = Date.now()): string {
  if (date === '') return '–';
  const seconds = Math.max(0, (now - Date.parse(date)) / 1000);
  if (seconds < 90) return msg('just now');
  if (seconds < 5400) return msg(str`${count(seconds / 60)} minutes ago`);
  if (seconds < 129600) return msg(str`${count(seconds / 3600)} hours ago`);
  return msg(str`${count(seconds / 86400)} days ago`);
}

/** 1.97 × 10⁻⁴, for rates and differences; plain where plain is as short. */
export function scientific(value: number): TemplateResult {
  if (value === 0) return html`0`;
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -2 && exponent < 4) return html`${fixed(value, Math.max(0, 2 - exponent))}`;
  return html`${unbroken(`${fixed(value / 10 ** exponent, 2)} × 10`)}<sup class="power">${fixed(exponent, 0)}</sup>`;
}

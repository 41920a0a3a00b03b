/** Colours and faces of tokens.css for the canvas, which knows no custom properties. Read once a theme. */
export const THEME_EVENT = 'tokengraft-theme';

const known = new Map<string, string>();

export function readRole(role: string): string {
  let value = known.get(role);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(role).trim();
    known.set(role, value);
  }
  return value;
}

export function themeChanged(): void {
  known.clear();
  dispatchEvent(new Event(THEME_EVENT));
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', themeChanged);

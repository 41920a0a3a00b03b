/** What is on the page, and waiting for it. */
import { vi } from 'vitest';

export const find = <T extends HTMLElement>(selector: string) => document.querySelector<T>(selector);

export const shown = <T extends HTMLElement>(selector: string) =>
  vi.waitFor(
    () => {
      const element = find<T>(selector);
      if (!element) throw new Error(`${selector} is not on the page`);
      return element;
    },
    { timeout: 10_000 },
  );

export const click = async (selector: string) => (await shown(selector)).click();

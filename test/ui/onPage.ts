/** What is on the page, and waiting for it. */
import { until } from '../support/until';

export const find = <T extends HTMLElement>(selector: string) => document.querySelector<T>(selector);

export const shown = <T extends HTMLElement>(selector: string) =>
  until(() => {
    const element = find<T>(selector);
    if (!element) throw new Error(`${selector} is not on the page`);
    return element;
  });

export const click = async (selector: string) => (await shown(selector)).click();

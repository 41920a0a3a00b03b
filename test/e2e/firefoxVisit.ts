/**
 * Firefox as it is installed, driven over WebDriver BiDi. Playwright speaks to builds of its own, and its BiDi client asks for
 * commands that the extended support release does not have.
 */
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { MINUTE } from './patience';

/** What turns WebGPU on where Firefox has it built in and off by default, as on Linux. */
const webgpuPreferences = {
  'dom.webgpu.enabled': true,
  'dom.webgpu.workers.enabled': true,
  'gfx.webgpu.ignore-blocklist': true,
};

export interface FirefoxKind {
  /** Otherwise as Firefox comes. */
  readonly webgpu: boolean;
  /** Every window is private: there is no private file system. */
  readonly isPrivate: boolean;
}

/** `downloads` is where files go without a question. */
export function openFirefox(
  executablePath: string,
  downloads: string,
  { webgpu, isPrivate }: FirefoxKind,
): Promise<Browser> {
  mkdirSync(downloads, { recursive: true });
  // The driver that is named for Node's WebGPU is Chromium's own; Firefox takes what the system has.
  const { VK_ICD_FILENAMES: _driver, LD_LIBRARY_PATH: _libraries, ...env } = process.env;
  return puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    env,
    // A command may be an answer that takes as long as a step of the flow.
    protocolTimeout: 15 * MINUTE,
    extraPrefsFirefox: {
      ...(webgpu ? webgpuPreferences : {}),
      'browser.privatebrowsing.autostart': isPrivate,
      'browser.download.folderList': 2,
      'browser.download.dir': downloads,
      'browser.download.useDownloadDir': true,
      'browser.download.alwaysOpenPanel': false,
      'intl.accept_languages': 'en-US',
      'intl.locale.requested': 'en-US',
      'ui.systemUsesDarkTheme': 0,
    },
  });
}

export interface FirefoxVisit {
  readonly page: Page;
  readonly requests: readonly string[];
  /** What the console, an uncaught error, a request or the content security policy had to say against the page. */
  complaints(): Promise<string[]>;
}

export async function visitInFirefox(browser: Browser, url: string, width = 1440): Promise<FirefoxVisit> {
  const requests: string[] = [];
  const heard: string[] = [];
  const page = await browser.newPage();
  page.setDefaultTimeout(MINUTE);
  await page.setViewport({ width, height: 900 });
  page.on('request', (request) => requests.push(request.url()));
  page.on('requestfailed', (request) => {
    // Not a failure: the page has seen enough of an answer and lets the rest go (src/checkpoint/fetchTree.ts).
    if (request.failure()?.errorText === 'NS_BASE_STREAM_CLOSED') return;
    heard.push(`${request.url()}: ${request.failure()?.errorText}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) heard.push(`${response.url()}: ${response.status()}`);
  });
  page.on('pageerror', (error) => heard.push(error instanceof Error ? error.message : String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') heard.push(message.text());
  });
  // Firefox tells its own console of a broken policy, and no one else.
  await page.evaluateOnNewDocument(() => {
    const broken: string[] = [];
    Object.assign(window, { broken });
    addEventListener('securitypolicyviolation', (event) => {
      const { violatedDirective, blockedURI } = event as SecurityPolicyViolationEvent;
      broken.push(`${violatedDirective}: ${blockedURI}`);
    });
  });
  await page.goto(url, { waitUntil: 'load' });
  return {
    page,
    requests,
    complaints: async () => [
      ...heard,
      ...(await page.evaluate(() => (window as unknown as { broken: string[] }).broken)),
    ],
  };
}

/** The text of the first element that matches. */
export const textOf = (page: Page, selector: string): Promise<string> =>
  page.$eval(selector, (element) => element.textContent ?? '');

/** Waits until an element that matches shows `text`. */
export async function shows(page: Page, selector: string, text: string, timeout: number): Promise<void> {
  await page.waitForFunction(
    (where, what) => [...document.querySelectorAll(where)].some((each) => each.textContent?.includes(what)),
    { timeout },
    selector,
    text,
  );
}

/** Waits for an element and clicks it where it is: panels that are still growing move under a pointer. */
export async function press(page: Page, selector: string, timeout: number): Promise<void> {
  await page.waitForSelector(selector, { timeout });
  await page.$eval(selector, (element) => (element as HTMLElement).click());
}

export async function setField(page: Page, selector: string, value: string): Promise<void> {
  await page.waitForSelector(selector);
  await page.$eval(
    selector,
    (element, entered) => {
      (element as HTMLInputElement).value = entered;
      element.dispatchEvent(new Event('input', { bubbles: true }));
      element.dispatchEvent(new Event('change', { bubbles: true }));
    },
    value,
  );
}

export async function goToStep(page: Page, step: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, step);
  await page.waitForSelector(`main[data-step="${step}"]`);
}

/** The next file to arrive in `folder`: it is whole once Firefox has taken its `.part` away and it stops growing. */
export async function arrivedIn(folder: string, before: readonly string[], timeout: number): Promise<string> {
  const end = Date.now() + timeout;
  let size = -1;
  while (Date.now() < end) {
    const names = readdirSync(folder);
    const fresh = names.find((name) => !before.includes(name) && !name.endsWith('.part'));
    if (fresh && !names.some((name) => name.endsWith('.part'))) {
      const now = statSync(join(folder, fresh)).size;
      if (now > 0 && now === size) return join(folder, fresh);
      size = now;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`No file arrived in ${folder} within ${timeout / 1000} s.`);
}

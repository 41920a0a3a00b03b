/** A walk through every step at every width: nothing scrolls sideways, every action is where a finger can get to it. */

/** Pixels of CSS: phones, a tablet, a laptop, and a laptop of 1440 at a zoom of 200 %. */
const sizes = [
  { name: '1440', width: 1440, height: 900 },
  { name: '768', width: 768, height: 1024 },
  { name: '390', width: 390, height: 844 },
  { name: '360', width: 360, height: 640 },
  { name: '1440 at 200 %', width: 720, height: 450 },
] as const;

export interface Walker {
  goTo(step: string): Promise<void>;
  resize(size: { readonly width: number; readonly height: number }): Promise<void>;
  /** Runs in the page. */
  look(): Promise<Looked>;
}

export interface Looked {
  /** The page's own width, and what it would need. */
  readonly width: number;
  readonly needs: number;
  /** Values of `data-action` that can be seen and are not covered once scrolled to; disabled ones too. */
  readonly reachable: readonly string[];
}

/** What is wrong, a line each. What can be reached on a laptop must be reachable everywhere. */
export async function walk(steps: readonly string[], { goTo, resize, look }: Walker): Promise<string[]> {
  const problems: string[] = [];
  for (const step of steps) {
    await goTo(step);
    let wanted: readonly string[] | undefined;
    for (const size of sizes) {
      await resize(size);
      const { width, needs, reachable } = await look();
      wanted ??= reachable;
      if (needs > width) problems.push(`${step} at ${size.name}: ${needs} pixels wide`);
      const missing = wanted.filter((action) => !reachable.includes(action));
      if (missing.length > 0) problems.push(`${step} at ${size.name}: out of reach: ${missing.join(', ')}`);
    }
  }
  await resize(sizes[0]);
  return problems;
}

/** Stands by itself, since it is sent to the page. */
export async function looked(): Promise<Looked> {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const root = document.documentElement;
  // Charts are drawn anew some frames after the width has changed.
  for (let waited = 0; waited < 60 && (waited < 3 || root.scrollWidth > root.clientWidth); waited++) await frame();
  const isReachable = async (element: HTMLElement) => {
    element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
    const { left, top, width, height } = element.getBoundingClientRect();
    if (width === 0 || height === 0 || getComputedStyle(element).visibility === 'hidden') return false;
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return hit !== null && (element.contains(hit) || hit.contains(element));
  };
  const reachable: string[] = [];
  for (const element of document.querySelectorAll<HTMLElement>('main [data-action]'))
    if (await isReachable(element)) reachable.push(element.dataset['action']!);
  scrollTo(0, 0);
  const { scrollWidth: needs, clientWidth: width } = root;
  return { width, needs, reachable: [...new Set(reachable)] };
}

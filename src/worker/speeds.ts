/**
 * How fast this machine trains, as it is known so far, by engine and by the model's shape: what runs really did, and until one was
 * run, what plain matrix products reach. Kept in the browser, so that another visit knows it.
 *
 * Estimates follow the newest figure. Budgets follow one that stays for the visit, and from visit to visit until the newest is more
 * than twice or less than half of it: the same machine is offered the same experiment, though its speed comes and goes.
 */
import { privateDirectory, writeFile } from '../checkpoint/index';

export interface KnownSpeed {
  /** FLOP/s of the steps of the last run; absent before one. */
  readonly run?: number;
  /** FLOP/s of plain matrix products, the most of all visits: whatever else the machine did then only slowed them. */
  readonly products?: number;
  /** FLOP/s that budgets were sized by. */
  readonly sized?: number;
}

export interface SpeedStore {
  read(): Promise<Readonly<Record<string, KnownSpeed>>>;
  write(known: Readonly<Record<string, KnownSpeed>>): Promise<void>;
}

/** Of a step, FLOP/s of its matrix products and attention. */
export interface Speed {
  readonly newest: number;
  readonly sized: number;
}

/** Share of the speed of plain matrix products that a whole step reaches (docs/performance.md). */
const stepEfficiency = 0.7;
const mostDrift = 2;

export class Speeds {
  private known: Promise<Map<string, KnownSpeed>> | undefined;
  /** Sized in this visit. */
  private readonly sized = new Map<string, number>();

  constructor(private readonly store: SpeedStore = privateSpeeds) {}

  /**
   * @param key of the engine and the model's shape.
   * @param products FLOP/s of plain matrix products, as they were timed when the engine was opened.
   */
  async of(key: string, products: number): Promise<Speed> {
    const { run, products: before = 0, sized } = (await this.all()).get(key) ?? {};
    const newest = run ?? stepEfficiency * Math.max(before, products);
    return { newest, sized: this.sized.get(key) ?? kept(sized, newest) };
  }

  /**
   * The same, and budgets keep to it for this visit.
   * @param timeProducts times them once more; not asked where a run is known.
   */
  async settle(key: string, timeProducts: () => Promise<number>): Promise<Speed> {
    const before = (await this.all()).get(key);
    const products = before?.run === undefined ? Math.max(before?.products ?? 0, await timeProducts()) : undefined;
    const speed = await this.of(key, products ?? 0);
    this.sized.set(key, speed.sized);
    await this.keep(key, { ...(products === undefined ? {} : { products }), sized: speed.sized });
    return speed;
  }

  /** @param flopsPerSecond that the steps of a run reached. */
  async learn(key: string, flopsPerSecond: number): Promise<void> {
    await this.keep(key, { run: flopsPerSecond });
  }

  private all(): Promise<Map<string, KnownSpeed>> {
    return (this.known ??= this.store.read().then(
      (known) => new Map(Object.entries(known)),
      () => new Map(),
    ));
  }

  /** Where nothing can be stored it is known for as long as the tab. */
  private async keep(key: string, change: KnownSpeed): Promise<void> {
    const all = await this.all();
    const before = all.get(key);
    const after = { ...before, ...change };
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    all.set(key, after);
    await this.store.write(Object.fromEntries(all)).catch(() => undefined);
  }
}

function kept(sized: number | undefined, newest: number): number {
  return sized !== undefined && newest <= mostDrift * sized && sized <= mostDrift * newest ? sized : newest;
}

const file = 'speeds.json';

const privateSpeeds: SpeedStore = {
  async read() {
    const directory = await privateDirectory('settings');
    const text = await (await (await directory.getFileHandle(file)).getFile()).text();
    return JSON.parse(text) as Record<string, KnownSpeed>;
  },
  async write(known) {
    await writeFile(await privateDirectory('settings'), file, JSON.stringify(known));
  },
};

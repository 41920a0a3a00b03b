/**
 * Contestants as child processes that take the identical step in turns (A B C A B C ...), so that a machine that drifts
 * drifts for all. A contestant that does not start, or breaks, leaves the others running and is named with its reason.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { About } from './contestant.mjs';

export interface Step {
  readonly loss: number;
  readonly milliseconds: number;
}

export interface ContestantCommand {
  readonly name: string;
  /** Arguments of Node, or of `program`. */
  readonly commandLine: readonly string[];
  readonly program?: string;
  /** Besides that of this process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Until it is ready, and for a step; one that takes longer is ended. */
  readonly mostSeconds?: number;
}

export interface Turns {
  readonly name: string;
  /** What it said of itself when it was ready. */
  readonly about?: Partial<About>;
  /** The first one compiles: its loss counts, its time does not. */
  readonly steps: readonly Step[];
  /** Why it took no (more) steps. */
  readonly failure?: string;
}

interface Contestant {
  readonly about: Partial<About>;
  step(): Promise<Step>;
  close(): void;
}

/** `rounds` timed steps each, behind one that is not. */
export async function takeTurns(commands: readonly ContestantCommand[], rounds: number): Promise<Turns[]> {
  const running = new Map<string, Contestant>();
  const steps = new Map<string, Step[]>(commands.map(({ name }) => [name, []]));
  const failures = new Map<string, string>();
  const abouts = new Map<string, Partial<About>>();
  const attempt = async (name: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failures.set(name, error instanceof Error ? error.message : String(error));
      running.get(name)?.close();
      running.delete(name);
    }
  };
  for (const command of commands) {
    const { name } = command;
    await attempt(name, async () => {
      const contestant = await start(command);
      running.set(name, contestant);
      abouts.set(name, contestant.about);
    });
  }
  for (let round = 0; round <= rounds; round++) {
    for (const [name, contestant] of [...running]) {
      await attempt(name, async () => void steps.get(name)!.push(await contestant.step()));
    }
  }
  for (const contestant of running.values()) contestant.close();
  return commands.map(({ name }) => {
    const failure = failures.get(name);
    const about = abouts.get(name);
    return { name, steps: steps.get(name)!, ...(about && { about }), ...(failure !== undefined && { failure }) };
  });
}

async function start({
  name,
  commandLine,
  environment,
  mostSeconds,
  program = process.execPath,
}: ContestantCommand): Promise<Contestant> {
  const child = spawn(program, commandLine, {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A child that has ended is noticed where its answer is missing.
  child.stdin.on('error', () => undefined);
  let complaint = '';
  child.on('error', (error) => (complaint = `${error.name}: ${error.message}`));
  child.stderr.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString()}`.slice(-4000)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextAnswer = async (): Promise<Record<string, unknown>> => {
    let isLate = false;
    const timer =
      mostSeconds === undefined
        ? undefined
        : setTimeout(() => {
            isLate = true;
            child.kill('SIGKILL');
          }, mostSeconds * 1000);
    try {
      for (;;) {
        const { value, done } = await lines.next();
        if (isLate) throw new Error(`${name} gave no answer within ${mostSeconds} s`);
        if (done) throw new Error(`${name} ended without an answer${reasonIn(complaint)}`);
        if (value.startsWith('{')) return JSON.parse(value) as Record<string, unknown>;
      }
    } finally {
      clearTimeout(timer);
    }
  };
  const about: Partial<About> = await nextAnswer();
  return {
    about,
    step: async () => {
      child.stdin.write('step\n');
      return (await nextAnswer()) as unknown as Step;
    },
    close: () => child.kill(),
  };
}

function reasonIn(complaint: string): string {
  const line =
    complaint.split('\n').find((each) => /^\w*Error\b/.test(each)) ?? complaint.trim().split('\n').at(-1) ?? '';
  return line ? `: ${line.trim()}` : '.';
}

/** Milliseconds of the timed steps, the middle one. */
export function medianStep({ steps }: Turns): number {
  const sorted = steps
    .slice(1)
    .map(({ milliseconds }) => milliseconds)
    .sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** The largest distance between losses of the same step. */
export function lossesApart(a: Turns, b: Turns): number {
  return Math.max(...a.steps.slice(0, b.steps.length).map(({ loss }, step) => Math.abs(loss - b.steps[step]!.loss)));
}

/** Losses that agree to this are of the same step; rounding alone moves them by some 1e-6. */
export const lossTolerance = 2e-3;

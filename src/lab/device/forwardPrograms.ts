/**
 * The forward programs of one session: compiled when first asked for, kept for the next time. Beside a training only the one that was
 * asked for last stays open, so that the memory of the rest is there for the training: opening another closes it first. Kernels
 * stay compiled on the device, so that opening again costs a plan and its buffers.
 */
import type { Forward, Inputs } from '../../engine/index';

interface Kept {
  readonly made: Promise<Forward>;
  /** Runs that were asked for and are not answered. */
  runs: number;
  /** Told when none is left. */
  left?: () => void;
}

export class ForwardPrograms {
  private readonly kept = new Map<string, Kept>();
  private isAlone = false;

  /** Closes all; from now on one is open at a time. */
  async keepOne(): Promise<void> {
    this.isAlone = true;
    await this.leaveOthers();
  }

  /** @param key names the program: what `compile` makes is asked again under the same one. */
  async run(key: string, compile: () => Promise<Forward>, inputs: Inputs): Promise<Float32Array[]> {
    const program = this.kept.get(key) ?? this.open(key, compile);
    program.runs++;
    try {
      return await (await program.made).run(inputs);
    } finally {
      program.runs--;
      if (program.runs === 0) program.left?.();
    }
  }

  close(): void {
    for (const { made } of this.kept.values()) void closeWhenMade(made);
    this.kept.clear();
  }

  private open(key: string, compile: () => Promise<Forward>): Kept {
    const made = this.isAlone ? this.leaveOthers().then(compile) : compile();
    const program: Kept = { made, runs: 0 };
    this.kept.set(key, program);
    made.catch(() => {
      if (this.kept.get(key) === program) this.kept.delete(key);
    });
    return program;
  }

  /** Waits until what they still run is answered and they are closed. */
  private async leaveOthers(): Promise<void> {
    const others = [...this.kept.values()];
    this.kept.clear();
    await Promise.all(others.map(closeWhenIdle));
  }
}

async function closeWhenIdle(program: Kept): Promise<void> {
  if (program.runs > 0) await new Promise<void>((resolve) => (program.left = resolve));
  await closeWhenMade(program.made);
}

async function closeWhenMade(made: Promise<Forward>): Promise<void> {
  await made.then(
    (program) => program.close(),
    () => undefined,
  );
}

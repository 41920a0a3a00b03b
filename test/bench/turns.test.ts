// Contestants of a benchmark: in turns, and one that breaks is named with its reason while the others go on.
import { describe, expect, it } from 'vitest';
import { lossesApart, medianStep, takeTurns } from '../../bench/trainStep/turns';

const contestant = (body: string): string[] => [
  '-e',
  `console.log('{"ready":true}'); let step = 0;
   require('node:readline').createInterface({ input: process.stdin }).on('line', () => { step += 1; ${body} });`,
];
const answers = (losses: readonly number[]) =>
  contestant(`console.log(JSON.stringify({ loss: ${JSON.stringify(losses)}[step - 1], milliseconds: 10 * step }));`);

describe('contestants', () => {
  it('take every step, the first untimed', async () => {
    const [first, second] = await takeTurns(
      [
        { name: 'first', commandLine: answers([3, 2, 1]) },
        { name: 'second', commandLine: answers([3, 2.5, 1]) },
      ],
      2,
    );
    expect(first!.steps.map(({ loss }) => loss)).toEqual([3, 2, 1]);
    expect(medianStep(first!)).toBe(30);
    expect(lossesApart(second!, first!)).toBe(0.5);
    expect([first!.failure, second!.failure]).toEqual([undefined, undefined]);
  });

  it('say what they are, and may be another program than Node', async () => {
    const ready = '{"ready":true,"backend":"wasm","threads":2}';
    const [told, absent] = await takeTurns(
      [
        { name: 'told', commandLine: ['-e', `console.log('${ready}')`] },
        { name: 'absent', program: 'tokengraft-no-such-program', commandLine: [] },
      ],
      1,
    );
    expect(told!.about).toMatchObject({ backend: 'wasm', threads: 2 });
    expect(absent!.failure).toMatch(/ENOENT/);
  });

  it.each([
    ['never starts', ['-e', 'throw new Error("no such peer")'], 0, /Error: no such peer/],
    ['ends without a word', ['-e', ''], 0, /ended without an answer\.$/],
    [
      'breaks in its second step',
      contestant('if (step > 1) throw new RangeError("too far"); console.log("{}")'),
      1,
      /RangeError: too far/,
    ],
    ['talks nonsense', contestant('console.log("{nonsense")'), 0, /JSON/],
  ] as const)('that %s is named, and the others go on', async (_, commandLine, steps, reason) => {
    const [broken, good] = await takeTurns(
      [
        { name: 'broken', commandLine },
        { name: 'good', commandLine: answers([3, 2, 1]) },
      ],
      2,
    );
    expect(broken!.failure).toMatch(reason);
    expect(broken!.steps.length).toBe(steps);
    expect(good!.steps.length).toBe(3);
    expect(good!.failure).toBeUndefined();
  });

  it('end one that is silent for too long', async () => {
    const silent = { name: 'silent', commandLine: contestant('if (step < 2) console.log("{}")'), mostSeconds: 2 };
    const [taken, good] = await takeTurns([silent, { name: 'good', commandLine: answers([3, 2, 1]) }], 2);
    expect([taken!.failure, taken!.steps.length]).toEqual(['silent gave no answer within 2 s', 1]);
    expect(good!.steps.length).toBe(3);
  });
});

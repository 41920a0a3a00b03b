// `npm run bench:killed-run -- [kills] [seed]`: a run that is killed 20 times must end with the figures of one that is not.
import { killRun } from './killRun';

export async function main([kills = '20', seed = '1']: readonly string[]): Promise<number> {
  const { faults, ...rest } = await killRun(Number(kills), Number(seed), (line) => console.log(line));
  console.log(JSON.stringify({ ...rest, faults }, null, 2));
  return faults.length === 0 ? 0 : 1;
}

// `npm run bench:killed-page -- [kills] [seed]`: an experiment in a page whose browser is killed must end as one that is not.
import { killPage } from './killPage';

export async function main([kills = '5', seed = '1']: readonly string[]): Promise<number> {
  const { faults, ...rest } = await killPage(Number(kills), Number(seed), (line) => console.log(line));
  console.log(JSON.stringify({ ...rest, faults }, null, 2));
  return faults.length === 0 ? 0 : 1;
}

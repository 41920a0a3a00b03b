/** RDKit as the page loads it: where code from strings is forbidden it reads the same. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { withoutCode } from '../../../scripts/rdkit/withoutCode';

const dist = 'node_modules/@rdkit/rdkit/dist/RDKit_minimal';
const smiles = ['OC(=O)c1ccccc1OC(C)=O', 'CC(', 'C1CC', 'N(C)(C)(C)C', 'c1cccc1', 'C[C@H](N)C(=O)O'];

it('reads and draws without making code', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rdkit-'));
  try {
    // As a classic script beside its wasm: the module's own last line is for bundlers.
    const text = withoutCode(await readFile(`${dist}.js`, 'utf8')).replace(/\nexport default .*\n$/u, '');
    await writeFile(join(folder, 'without.cjs'), text);
    await copyFile(`${dist}.js`, join(folder, 'before.cjs'));
    await copyFile(`${dist}.wasm`, join(folder, 'RDKit_minimal.wasm'));
    const program = `require(process.argv[1])().then((library) => {
      const log = library.set_log_capture('rdApp.error');
      const read = (text) => {
        const molecule = library.get_mol(text);
        const answer = molecule && [molecule.get_smiles(), molecule.get_svg(90, 60), molecule.has_coords()];
        if (molecule) molecule.delete();
        const why = log.get_buffer().replace(/\\[[\\d:]+\\]/g, '');
        log.clear_buffer();
        return [answer, why];
      };
      console.log(JSON.stringify(${JSON.stringify(smiles)}.map(read)));
    })`;
    const run = async (file: string, ...flags: string[]) =>
      (await promisify(execFile)(process.execPath, [...flags, '-e', program, join(folder, file)])).stdout;
    const forbidden = '--disallow-code-generation-from-strings';
    await expect(run('before.cjs', forbidden)).rejects.toThrow(/Code generation from strings disallowed/);
    const read = await run('without.cjs', forbidden);
    expect(JSON.parse(read)).toHaveLength(smiles.length);
    expect(read).toBe(await run('before.cjs'));
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('refuses a script that it does not know', () => {
  expect(() => withoutCode('var initRDKitModule = 1;')).toThrow(/read scripts\/rdkit\/withoutCode.ts again/);
});

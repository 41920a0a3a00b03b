/** SMILES by RDKit: valences, aromatic rings without a Kekulé form and rings left open are refused, as chemists' programs do. */
import type { Notation } from './notation';

const picture = { width: 240, height: 160 };

export const molecules: Notation = {
  library: { name: 'RDKit', licence: 'BSD-3-Clause' },
  grammars: ['smiles'],
  longest: 160,
  async open({ rdkit }) {
    const library = await rdkit();
    const log = library.set_log_capture('rdApp.error');
    return {
      parse(text, isCut) {
        const smiles = text.trim();
        if (smiles === '') return { valid: false, why: 'nothing is written' };
        // RDKit would take what follows for a name, or an extension.
        if (/\s/u.test(smiles)) return { valid: false, why: 'a space inside' };
        log?.clear_buffer();
        const molecule = library.get_mol(smiles);
        try {
          if (molecule?.is_valid()) {
            // Whatever is there by chance, the molecule was not finished.
            if (isCut) return { valid: false, why: 'it does not end' };
            return { valid: true, canonical: molecule.get_smiles() };
          }
        } finally {
          molecule?.delete();
        }
        return { valid: false, why: isCut ? 'it does not end' : reasonOf(log?.get_buffer() ?? '') };
      },
      draw(text) {
        const molecule = library.get_mol(text.trim());
        try {
          return molecule ? { kind: 'svg', markup: molecule.get_svg(picture.width, picture.height) } : null;
        } finally {
          molecule?.delete();
        }
      },
    };
  },
};

/** The first line of RDKit's error log that says something, without its clock. */
function reasonOf(log: string): string {
  const [line = 'RDKit refuses it'] = log.split('\n').filter((each) => each !== '');
  return line
    .replace(/^\[[\d:]+\] /u, '')
    .replace(/^SMILES Parse Error: /u, '')
    .replace(/(?: while parsing| for input): .*$/u, '');
}

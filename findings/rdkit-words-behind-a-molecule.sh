#!/usr/bin/env bash
# Package:   npm @rdkit/rdkit 2026.9.1.
# Input:     what a language model might write for a molecule, read with `get_mol`.
# Behaviour: whatever follows the first space or tab is taken for the molecule's name: `CC O` is ethane called "O", `C C C` methane. Both are
#            valid, so the share of a model's samples that parse counts every text that begins with a molecule, `get_smiles` answers
#            with the first word alone, and two texts that differ behind it are one molecule.
# Expected:  of a text with a space inside, that it is no SMILES, or an option to read it without names.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @rdkit/rdkit@2026.9.1
cat >read.cjs <<'JS'
const open = require('@rdkit/rdkit');

const expected = { CCO: 'CCO', 'CC O': 'CC', 'C C C': 'C', 'CCO is ethanol': 'CCO', 'CCO\tx': 'CCO', 'not a molecule': null };

open().then((rdkit) => {
  const found = {};
  for (const text of Object.keys(expected)) {
    const molecule = rdkit.get_mol(text);
    found[text] = molecule?.is_valid() ? molecule.get_smiles() : null;
    molecule?.delete();
    console.log(`  ${JSON.stringify(text)}: ${found[text] ?? 'refused'}`);
  }
  const isSame = JSON.stringify(found) === JSON.stringify(expected);
  if (!isSame) console.log(`  CHANGED: it was ${JSON.stringify(expected)}`);
  process.exit(isSame ? 0 : 1);
});
JS
echo '@rdkit/rdkit 2026.9.1'
node read.cjs 2>/dev/null

#!/usr/bin/env bash
# Package:   npm @rdkit/rdkit 2026.9.1, on Node.
# Input:     the library opened as its README says, where code may not be made from strings: Node's
#            --disallow-code-generation-from-strings, which is what a content security policy with 'wasm-unsafe-eval' and without
#            'unsafe-eval' says in a page. WebAssembly itself is allowed by both.
# Behaviour: it cannot be opened at all: the glue of its build puts the callers of its functions together as text (`new Function`), and the
#            promise of the module is rejected with an EvalError that does not say which policy would do.
# Expected:  that a policy which allows WebAssembly is enough, as for other builds of emscripten (-sDYNAMIC_EXECUTION=0).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @rdkit/rdkit@2026.9.1
cat >open.cjs <<'JS'
const wasm = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
WebAssembly.compile(wasm)
  .then(() => require('@rdkit/rdkit')())
  .then(
    (rdkit) => console.log(`opened, ${rdkit.get_mol('CCO').get_smiles()}`),
    (error) => console.log(error.name),
  );
JS
echo '@rdkit/rdkit 2026.9.1'
free=$(node open.cjs)
strict=$(node --disallow-code-generation-from-strings open.cjs)
echo "  as it is: $free"
echo "  where WebAssembly may be compiled and strings may not: $strict"
[ "$free" = 'opened, CCO' ] && [ "$strict" = EvalError ] || { echo '  CHANGED: it was "opened, CCO" and "EvalError"'; exit 1; }

#!/usr/bin/env bash
# Package:   PyPI biopython 1.88.
# Input:     three FASTA records, read with SeqIO.parse(handle, "fasta-blast"), the format for FASTA with comment lines.
# Behaviour: three records come, each with its own sequence, and all three are named after the first.
# Expected:  the names a, b and c, as with the format "fasta": whoever splits by name keeps one record of a file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check biopython==1.88
venv/bin/python - <<'PYTHON'
import sys
from io import StringIO

import Bio
from Bio import SeqIO

text = '>a\nAC\n>b\nGG\n>c\nTT\n'
found = {name: [(record.id, str(record.seq)) for record in SeqIO.parse(StringIO(text), name)] for name in ('fasta', 'fasta-blast')}
print(f'biopython {Bio.__version__}')
for name, records in found.items():
    print(f'  {name}: {records}')
if found['fasta-blast'] != [('a', 'AC'), ('a', 'GG'), ('a', 'TT')] or found['fasta'] != [('a', 'AC'), ('b', 'GG'), ('c', 'TT')]:
    print('  CHANGED')
    sys.exit(1)
PYTHON

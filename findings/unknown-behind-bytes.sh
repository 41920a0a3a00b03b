#!/usr/bin/env bash
# Package:   PyPI tokenizers 0.23.3.
# Input:     a BPE model with byte_fallback and an unknown token, whose vocabulary has the byte pieces of one character (U+5965: E5 A5
#            A5) but no piece for the space: the text " 奥".
# Behaviour: the three bytes come first and the unknown token behind them: ids 1, 2, 2, 0, with fuse_unk and without. The offset of the
#            first byte is that of the space.
# Expected:  0, 1, 2, 2, the order of the text, as with a character that is a piece (" a" gives 0, 4).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tokenizers==0.23.3
venv/bin/python - <<'PYTHON'
import sys

import tokenizers
from tokenizers import Tokenizer, models

vocabulary = {'<unk>': 0, **{f'<0x{byte:02X}>': 1 + at for at, byte in enumerate(dict.fromkeys('奥'.encode()))}, 'a': 4}
found = {}
for fuse in (True, False):
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token='<unk>', byte_fallback=True, fuse_unk=fuse))
    encoded = tokenizer.encode(' 奥')
    found[fuse] = (encoded.ids, encoded.offsets, tokenizer.encode(' a').ids)
    print(f'tokenizers {tokenizers.__version__}, fuse_unk {fuse}: " 奥" {encoded.ids} {encoded.offsets}; " a" {found[fuse][2]}')
ids = [vocabulary[f'<0x{byte:02X}>'] for byte in '奥'.encode()]
if any(value[0] != [*ids, 0] or value[2] != [0, 4] for value in found.values()):
    print(f'  CHANGED: it was {[*ids, 0]} and [0, 4]')
    sys.exit(1)
PYTHON

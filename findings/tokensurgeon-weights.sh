#!/usr/bin/env bash
# Package:   PyPI mergekit 0.1.5 (its tokensurgeon), with transformers 5.23.0, tokenizers 0.23.3 and torch 2.13.0.
# Input:     a new token "abc" whose pieces in the donor are a, b and c; tokensurgeon's subword method `weighted_mean`.
# Behaviour: on the input side the first piece weighs most (3/6, 2/6, 1/6) and on the output side the last (1/6, 2/6, 3/6). Nothing says so.
# Expected:  the other way round: the comment beside the code asks for the last piece on the input side and the first on the output side, the
#            method `first_last` of the same function takes just those, and so do published weightings: what follows goes on from
#            the last piece, and the first decides what is written.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > look.py <<'PYTHON'
import sys
from importlib.metadata import version

import torch
from mergekit.tokensurgeon import SubwordMethod, subword_approximate
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast

donor = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE(vocab={'a': 0, 'b': 1, 'c': 2}, merges=[])))


def weights(is_head, method):
    row = subword_approximate(torch.eye(3), ['abc'], is_head, donor, method)[0]
    return [round(6 * float(weight)) for weight in row]


found = {
    'weighted_mean, input side ': weights(False, SubwordMethod.WEIGHTED_MEAN),
    'weighted_mean, output side': weights(True, SubwordMethod.WEIGHTED_MEAN),
    'first_last, input side    ': weights(False, SubwordMethod.FIRST_LAST),
    'first_last, output side   ': weights(True, SubwordMethod.FIRST_LAST),
}
print(f'mergekit {version("mergekit")}: sixths of the rows of a, b and c')
for name, sixths in found.items():
    print(f'  {name} {sixths}')
if list(found.values()) != [[3, 2, 1], [1, 2, 3], [0, 0, 6], [6, 0, 0]]:
    print('  CHANGED')
    sys.exit(1)
PYTHON
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  mergekit==0.1.5 transformers==5.23.0 tokenizers==0.23.3 torch==2.13.0
venv/bin/python look.py 2>/dev/null

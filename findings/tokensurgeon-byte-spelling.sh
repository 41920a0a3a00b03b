#!/usr/bin/env bash
# Package:   PyPI mergekit 0.1.5 (its tokensurgeon), with transformers 5.23.0, tokenizers 0.23.3 and torch 2.13.0.
# Input:     a donor with a byte-level tokenizer (every published GPT-2, Llama 3 or Qwen tokenizer is one) and a vocabulary that gives it the
#            character 何 as one token: in a byte-level vocabulary that token is spelled ä½ķ.
# Behaviour: the row of the new token is the mean of the donor's rows for the *spelling* ä½ķ, three other characters of six bytes, and has
#            none of the rows of the three bytes that 何 is. Nothing is said. ASCII tokens are not concerned.
# Expected:  the mean of the rows of the donor's pieces of 何, which is what `--subword-method mean` is described to be.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > look.py <<'PYTHON'
import json
import sys
from importlib.metadata import version

import torch
from mergekit.tokenizer.normalization import normalized_vocabulary
from mergekit.tokensurgeon import SubwordMethod, subword_approximate
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2TokenizerFast


def byte_level(more):
    vocabulary = {letter: index for index, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    for piece in more:
        vocabulary[piece] = len(vocabulary)
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return GPT2TokenizerFast(tokenizer_object=tokenizer)


donor = byte_level([])
spelling = ''.join(donor.tokenize('何'))
target = byte_level([spelling])
token, = [token for token in normalized_vocabulary(target) if token == spelling]
rows = torch.eye(len(donor))
row = subword_approximate(rows, [token], False, donor, SubwordMethod.MEAN)[0]
used = sorted(int(id) for id in row.nonzero().flatten())
pieces = sorted(donor('何', add_special_tokens=False)['input_ids'])
of_spelling = sorted(set(donor(spelling, add_special_tokens=False)['input_ids']))
print(f'mergekit {version("mergekit")}: {target.decode(target.convert_tokens_to_ids([token]))} is spelled {spelling}')
print(f'  pieces of the text in the donor: {donor.convert_ids_to_tokens(pieces)}')
print(f'  rows that its row is made of:    {donor.convert_ids_to_tokens(used)}')
if used != of_spelling or set(used) & set(pieces) == set(pieces):
    print('  CHANGED: they were those of the spelling')
    sys.exit(1)
PYTHON
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  mergekit==0.1.5 transformers==5.23.0 tokenizers==0.23.3 torch==2.13.0
venv/bin/python look.py 2>/dev/null

#!/usr/bin/env bash
# Package:   PyPI transformers 5.23.0 (tokenizers 0.23.3); 4.57.6 beside it.
# Input:     a folder of tokenizer.json, whose pre-tokenizer is a sequence of Digits and ByteLevel, and tokenizer_config.json with
#            tokenizer_class GPT2Tokenizer: how small models that keep digits apart are saved. A config.json beside it with model_type
#            llama or gpt2 changes nothing.
# Behaviour: AutoTokenizer of 5.23.0 makes the pipeline anew from vocabulary and merges, by the class, and the Digits stage is gone:
#            "a123" becomes a, 123 in place of a, 1, 2, 3. Nothing is said, and save_pretrained writes it that way. 4.57.6 obeys the file.
# Expected:  the ids of the folder's own tokenizer.json, or a warning: a model meets tokens for numbers that it was never trained with.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > look.py <<'PYTHON'
import json
import sys

import tokenizers
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoTokenizer

digits = pre_tokenizers.Digits(individual_digits=True)
byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
vocabulary = {letter: index for index, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
merges = [('1', '2'), ('12', '3')]
for left, right in merges:
    vocabulary[left + right] = len(vocabulary)
written = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
written.pre_tokenizer = pre_tokenizers.Sequence([digits, byte_level])
written.decoder = decoders.ByteLevel()
written.save('tokenizer.json')
json.dump({'tokenizer_class': 'GPT2Tokenizer'}, open('tokenizer_config.json', 'w'))

text = 'a123'
from_file = Tokenizer.from_file('tokenizer.json').encode(text).tokens
loaded = AutoTokenizer.from_pretrained('.')
from_class = loaded.tokenize(text)
loaded.save_pretrained('saved')
saved = json.load(open('saved/tokenizer.json'))['pre_tokenizer']['type']
print(f'transformers {transformers.__version__}, tokenizers {tokenizers.__version__}: {type(loaded).__name__}')
print(f'  tokenizer.json itself: {from_file}')
print(f'  AutoTokenizer:         {from_class}; saved again with the pre-tokenizer {saved}')
expected = json.loads(sys.argv[1])
if [from_file, from_class, saved] != expected:
    print(f'  CHANGED: it was {expected}')
    sys.exit(1)
PYTHON
status=0
look() {
  "${PYTHON:-python3}" -m venv "venv-$1"
  "venv-$1/bin/pip" install --quiet --disable-pip-version-check "transformers==$1" "tokenizers==$2"
  "venv-$1/bin/python" look.py "$3" 2>/dev/null || status=1
}
look 5.23.0 0.23.3 '[["a", "1", "2", "3"], ["a", "123"], "ByteLevel"]'
look 4.57.6 0.22.2 '[["a", "1", "2", "3"], ["a", "1", "2", "3"], "Sequence"]'
exit $status

#!/usr/bin/env bash
# Package:   PyPI transformers 5.23.0 (tokenizers 0.23.3); 4.57.6 beside it.
# Input:     a tokenizer.json of 14 pieces, and tokenizer_config.json with added_tokens_decoder that gives <a> the id 20 and <b> the
#            id 30: tokens that a model was trained with in rows 20 and 30 of its embedding.
# Behaviour: the ids are not taken. <a> is 14 and <b> is 15: added tokens are numbered on from the vocabulary in the order of the
#            named ids. Nothing is said.
# Expected:  20 and 30, the keys of the file, or an error: the model is asked with rows of other tokens.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > look.py <<'PYTHON'
import json
import sys

import tokenizers
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers

pieces = {letter: index for index, letter in enumerate('abcdefghijklmn')}
written = Tokenizer(models.BPE(vocab=pieces, merges=[]))
written.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
written.save('tokenizer.json')
token = lambda content: {'content': content, 'special': True, 'normalized': False}
config = {'tokenizer_class': 'PreTrainedTokenizerFast', 'added_tokens_decoder': {'20': token('<a>'), '30': token('<b>')}}
json.dump(config, open('tokenizer_config.json', 'w'))
loaded = transformers.AutoTokenizer.from_pretrained('.')
ids = loaded('a<a>b<b>', add_special_tokens=False)['input_ids']
print(f'transformers {transformers.__version__}, tokenizers {tokenizers.__version__}: a<a>b<b> is {ids}; the file names 20 and 30')
if ids != [0, 14, 1, 15]:
    print('  CHANGED: it was [0, 14, 1, 15]')
    sys.exit(1)
PYTHON
status=0
look() {
  "${PYTHON:-python3}" -m venv "venv-$1"
  "venv-$1/bin/pip" install --quiet --disable-pip-version-check "transformers==$1" "tokenizers==$2"
  "venv-$1/bin/python" look.py 2>/dev/null || status=1
}
look 5.23.0 0.23.3
look 4.57.6 0.22.2
exit $status

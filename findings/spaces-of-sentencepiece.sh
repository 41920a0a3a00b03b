#!/usr/bin/env bash
# Package:   PyPI transformers 5.23.0 (tokenizers 0.23.3), beside sentencepiece 0.2.3.
# Input:     a folder with the SentencePiece file of Mistral 7B (tokenizer.model.v1 of PyPI mistral-common 1.13.1) as tokenizer.model,
#            config.json with model_type mistral, tokenizer_config.json with tokenizer_class LlamaTokenizer, and no tokenizer.json.
# Behaviour: AutoTokenizer makes merges of the pieces by their ids, not by their scores, and puts no space before a text, which the
#            file asks for (add_dummy_prefix). "hello world" begins with another token, and two spaces in a text are cut otherwise.
# Expected:  the ids of sentencepiece on the same file, which the model was trained with.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check transformers==5.23.0 tokenizers==0.23.3 sentencepiece==0.2.3 protobuf==7.36.2
venv/bin/pip install --quiet --disable-pip-version-check --no-deps --target only-files mistral-common==1.13.1
cp only-files/mistral_common/data/tokenizer.model.v1 tokenizer.model
echo '{"model_type": "mistral"}' >config.json
echo '{"tokenizer_class": "LlamaTokenizer"}' >tokenizer_config.json
venv/bin/python - 2>/dev/null <<'PYTHON'
import sys

import sentencepiece
import transformers

pieces = sentencepiece.SentencePieceProcessor(model_file='tokenizer.model')
loaded = transformers.AutoTokenizer.from_pretrained('.')
print(f'transformers {transformers.__version__}: {type(loaded).__name__}; sentencepiece {sentencepiece.__version__}')
found = {}
for text in ('hello world', 'a  b'):
    found[text] = [pieces.encode(text), loaded(text, add_special_tokens=False)['input_ids']]
    print(f'  {text!r}: sentencepiece {found[text][0]}, AutoTokenizer {found[text][1]}')
expected = {
    'hello world': [[6312, 28709, 1526], [21558, 1526]],
    'a  b': [[264, 28705, 287], [28708, 259, 28726]],
}
if found != expected:
    print(f'  CHANGED: it was {expected}')
    sys.exit(1)
PYTHON

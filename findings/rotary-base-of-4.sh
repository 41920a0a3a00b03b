#!/usr/bin/env bash
# Package:   PyPI transformers 5.23.0 and 4.57.6.
# Input:     a LlamaConfig with a rotary base of 500000, saved by 5.23.0, which writes it into `rope_parameters` and no `rope_theta` beside it.
# Behaviour: 4.57.6 opens the configuration without an error and computes with a base of 10000: every position is turned otherwise than in
#            training. A model that 5 saved gives other logits in 4.
# Expected:  the base of the file, or a refusal: a setting that is not known is kept as an attribute and never read.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > write.py <<'PYTHON'
import json

import transformers
from transformers import LlamaConfig

config = LlamaConfig(rope_parameters={'rope_type': 'default', 'rope_theta': 500000.0})
config.save_pretrained('.')
saved = json.load(open('config.json'))
print(f"transformers {transformers.__version__} wrote rope_parameters {saved['rope_parameters']}, rope_theta {saved.get('rope_theta')}")
PYTHON
cat > read.py <<'PYTHON'
import sys

import transformers
from transformers import AutoConfig

base = AutoConfig.from_pretrained('.').rope_theta
print(f'transformers {transformers.__version__} reads a rotary base of {base}')
if base != 10000.0:
    print('  CHANGED: it was 10000')
    sys.exit(1)
PYTHON
for version in 5.23.0 4.57.6; do
  "${PYTHON:-python3}" -m venv "venv-$version"
  "venv-$version/bin/pip" install --quiet --disable-pip-version-check "transformers==$version"
done
venv-5.23.0/bin/python write.py 2>/dev/null
venv-4.57.6/bin/python read.py 2>/dev/null

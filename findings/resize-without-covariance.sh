#!/usr/bin/env bash
# Package:   PyPI transformers 5.23.0, torch 2.13.0.
# Input:     a Llama of 2,000 rows of 64 values, standard deviations of 0.5 to 2; `resize_token_embeddings(2064)` with its defaults.
# Behaviour: it says that new embeddings come from a normal distribution with the mean and the covariance of the old ones. The covariance is
#            multiplied by 1e-9 first: the new rows' deviation is 3.2e-5 of the old ones', and any two of the 64 are the same row to six digits.
# Expected:  new rows that differ from each other as old rows do. As it is, every new token begins with one logit, and training has to tell
#            them apart from there; whoever compares starts and takes this one for Hewitt's compares the plain mean.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > resize.py <<'PYTHON'
import sys

import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM

torch.manual_seed(0)
config = LlamaConfig(
    vocab_size=2000, hidden_size=64, intermediate_size=128, num_hidden_layers=1, num_attention_heads=4, num_key_value_heads=4
)
model = LlamaForCausalLM(config)
rows = model.get_input_embeddings().weight.data
rows.copy_(0.3 + torch.randn(2000, 64) * torch.linspace(0.5, 2, 64))
old = rows.clone()
model.resize_token_embeddings(2064)
new = model.get_input_embeddings().weight.data[2000:]
ratio = (new.std(0) / old.std(0)).mean().item()
cosine = torch.nn.functional.cosine_similarity(new[:, None], new[None], dim=-1).min().item()
print(f'transformers {transformers.__version__}: new rows have {ratio:.1e} of the deviation of old ones; least cosine of two of them {cosine:.7f}')
if not (2e-5 < ratio < 5e-5 and cosine > 0.99999):
    print('  CHANGED: they were one row, with 3.2e-5 of the deviation')
    sys.exit(1)
PYTHON
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 transformers==5.23.0
venv/bin/python resize.py 2>/dev/null

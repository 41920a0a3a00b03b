#!/usr/bin/env bash
# Package:   npm node-llama-cpp 3.22.1 with its prebuilt llama.cpp (@node-llama-cpp/linux-x64 3.22.1), beside PyPI gguf 0.19.0.
# Input:     a GGUF file whose byte-level tokenizer has two ordinary pieces, "</s>" and "</t>" (type "normal"), and another token as its
#            end of text. Qwen 3's vocabulary has such a piece.
# Behaviour: where special tokens are looked for, "a</s>b" becomes three tokens with the piece in the middle, and the piece ends a
#            generation, though the file says neither; "a</t>b" is cut into letters.
# Expected:  both are cut alike, as they are where special tokens are not looked for: the file gives both pieces the same type.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check gguf==0.19.0
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional \
  node-llama-cpp@3.22.1 @node-llama-cpp/linux-x64@3.22.1
venv/bin/python - <<'PYTHON'
import numpy as np
from gguf import GGUFWriter, TokenType

pieces = ['a', 'b', 's', 't', '<', '>', '/', '<|end|>', '</s>', '</t>']
writer = GGUFWriter('model.gguf', 'llama')
writer.add_block_count(1)
writer.add_context_length(32)
writer.add_embedding_length(32)
writer.add_feed_forward_length(32)
writer.add_head_count(1)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_tokenizer_model('gpt2')
writer.add_tokenizer_pre('qwen2')
writer.add_token_list(pieces)
writer.add_token_types([TokenType.CONTROL if piece == '<|end|>' else TokenType.NORMAL for piece in pieces])
writer.add_token_merges(['< /'])
writer.add_eos_token_id(pieces.index('<|end|>'))
writer.add_tensor('token_embd.weight', np.zeros((len(pieces), 32), dtype=np.float32))
for norm in ('output_norm', 'blk.0.attn_norm', 'blk.0.ffn_norm'):
    writer.add_tensor(f'{norm}.weight', np.ones(32, dtype=np.float32))
for matrix in ('attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'):
    writer.add_tensor(f'blk.0.{matrix}.weight', np.zeros((32, 32), dtype=np.float32))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
PYTHON
cat >read.mjs <<'JS'
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';

const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error, progressLogs: false });
const model = await llama.loadModel({ modelPath: 'model.gguf', vocabOnly: true, gpuLayers: 0 });
const found = {};
for (const text of ['a</s>b', 'a</t>b']) {
  found[text] = [model.tokenize(text, true), model.tokenize(text, false)].map((ids) => [...ids]);
  console.log(`  ${text}: ${found[text][0]} with special tokens, ${found[text][1]} without`);
}
found.ends = [8, 9].map((id) => model.isEogToken(id));
console.log(`  ends a generation: </s> ${found.ends[0]}, </t> ${found.ends[1]}`);
const expected = {
  'a</s>b': [[0, 8, 1], [0, 4, 6, 2, 5, 1]],
  'a</t>b': [[0, 4, 6, 3, 5, 1], [0, 4, 6, 3, 5, 1]],
  ends: [true, false],
};
const isSame = JSON.stringify(found) === JSON.stringify(expected);
if (!isSame) console.log(`  CHANGED: it was ${JSON.stringify(expected)}`);
process.exit(isSame ? 0 : 1);
JS
echo 'node-llama-cpp 3.22.1'
node read.mjs 2>&1

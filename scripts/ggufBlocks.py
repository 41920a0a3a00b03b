"""Makes test/fixtures/gguf/blocks.safetensors: random blocks of every quantised type that is read, and what gguf-py makes of
them. Run with the interop environment: .venv/bin/python scripts/ggufBlocks.py"""

from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, quants
from gguf.constants import GGML_QUANT_SIZES
from safetensors.numpy import save_file

BLOCKS = 4
# Offsets of the f16 numbers in a block: their exponents are kept small, so that nothing overflows.
HALVES = {"Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}

random = np.random.default_rng(4)
tensors = {}
for name, halves in HALVES.items():
    kind = GGMLQuantizationType[name]
    _, size = GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, (BLOCKS, size), dtype=np.uint8)
    for at in halves:
        blocks[:, at : at + 2] = random.normal(0, 0.1, (BLOCKS, 1)).astype(np.float16).view(np.uint8)
    tensors[f"{name}.blocks"] = blocks.reshape(-1)
    tensors[f"{name}.values"] = quants.dequantize(blocks, kind).reshape(-1)
out = Path(__file__).resolve().parents[1] / "test/fixtures/gguf/blocks.safetensors"
save_file(tensors, out)
print(out, out.stat().st_size, "bytes")

"""A training step of a model by shape in PyTorch, on its GPU where it has one: `pytorchShape.py CONFIG ROWS ROW_LENGTH NEW_ROWS
PRECISION`, CONFIG as config.json has it, PRECISION f32 (TF32 off) or bf16. NEW_ROWS 0: everything moves; else that many rows behind
the vocabulary alone. Attention and AdamW are PyTorch's fused ones; the protocol is contestant.mjs's."""

import json
import os
import platform
import sys
import time

# As in bench/trainStep/pytorch.py: threads that spin while they wait fall far behind beside other work.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
import torch
import torch.nn.functional as F

config = json.loads(sys.argv[1])
rows, row_length, new_rows = (int(value) for value in sys.argv[2:5])
precision = sys.argv[5]
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[precision]
hidden, inner, layers, heads, shared, size, vocabulary = (
    config[name]
    for name in (
        "hidden_size",
        "intermediate_size",
        "num_hidden_layers",
        "num_attention_heads",
        "num_key_value_heads",
        "head_dim",
        "vocab_size",
    )
)
has_bias = config["model_type"] == "qwen2"
torch.manual_seed(1)


def matrix(*dims, moves=new_rows == 0):
    values = torch.empty(dims, device=device, dtype=dtype).uniform_(-0.03, 0.03)
    return values.requires_grad_(moves)


def ones():
    return torch.ones(hidden, device=device, dtype=dtype).requires_grad_(new_rows == 0)


base = matrix(vocabulary, hidden)
grown = matrix(new_rows, hidden, moves=True) if new_rows else None
blocks = [
    {
        "attentionNorm": ones(),
        "query": matrix(heads * size, hidden),
        "key": matrix(shared * size, hidden),
        "value": matrix(shared * size, hidden),
        "output": matrix(hidden, heads * size),
        "mlpNorm": ones(),
        "gate": matrix(inner, hidden),
        "up": matrix(inner, hidden),
        "down": matrix(hidden, inner),
        **({kind + "Bias": matrix(width * size) for kind, width in (("query", heads), ("key", shared), ("value", shared))} if has_bias else {}),
    }
    for _ in range(layers)
]
last_norm = ones()
parameters = [grown] if new_rows else [base, last_norm, *(weight for block in blocks for weight in block.values())]
optimizer = torch.optim.AdamW(parameters, lr=1e-4, weight_decay=0, fused=device.type == "cuda")
angles = torch.outer(torch.arange(row_length), config["rope_theta"] ** -(torch.arange(0, size, 2) / size)).to(device)
cos, sin = (torch.cat([part, part], -1).to(dtype) for part in (angles.cos(), angles.sin()))
at = torch.arange(rows * row_length, device=device)
ids = at * 7919 % vocabulary
if new_rows:
    ids[::5] = vocabulary + at[::5] % new_rows
targets = ids.roll(-1)
epsilon = config["rms_norm_eps"]


def heads_of(x, count):
    return x.view(rows, row_length, count, size).transpose(1, 2)


def rotate(x):
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat([-second, first], -1) * sin


def loss_of():
    embedding = torch.cat([base, grown]) if new_rows else base
    h = F.embedding(ids, embedding)
    for block in blocks:
        a = F.rms_norm(h, (hidden,), block["attentionNorm"], epsilon)
        q, k, v = (F.linear(a, block[kind], block.get(kind + "Bias")) for kind in ("query", "key", "value"))
        o = F.scaled_dot_product_attention(
            rotate(heads_of(q, heads)), rotate(heads_of(k, shared)), heads_of(v, shared), is_causal=True, enable_gqa=True
        )
        h = h + F.linear(o.transpose(1, 2).reshape(rows * row_length, -1), block["output"])
        m = F.rms_norm(h, (hidden,), block["mlpNorm"], epsilon)
        h = h + F.linear(F.silu(F.linear(m, block["gate"])) * F.linear(m, block["up"]), block["down"])
    logits = F.linear(F.rms_norm(h, (hidden,), last_norm, epsilon), embedding)
    return F.cross_entropy(logits.float(), targets)


def step():
    loss = loss_of()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item()


def answer(value):
    print(json.dumps(value), flush=True)


# One step before it is ready, so that what it needs at most is known.
step()
answer(
    {
        "ready": "PyTorch",
        "product": f"PyTorch {torch.__version__}, Python {platform.python_version()}",
        "backend": torch.cuda.get_device_name() if device.type == "cuda" else "processor",
        "threads": torch.get_num_threads(),
        **({"bytes": torch.cuda.max_memory_allocated()} if device.type == "cuda" else {}),
    }
)
for line in sys.stdin:
    if line.strip() != "step":
        break
    begun = time.perf_counter()
    loss = step()
    answer({"loss": loss, "milliseconds": (time.perf_counter() - begun) * 1000})

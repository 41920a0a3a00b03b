"""PyTorch on the processor, float32: `pytorch.py PROBLEM THREADS`, PROBLEM as problemFile.mjs writes it. Attention is its
fused one and AdamW is written over lists of tensors (`_foreach`), its fastest of each here; the protocol is contestant.mjs's."""

import json
import os
import platform
import sys
import time

# Threads that wait for each other by spinning take ten times as long beside two busy processes (5.1 s a step, 0.5 so).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
import torch
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[2]))
with open(sys.argv[1], "rb") as file:
    problem = json.loads(file.readline())
    numbers = bytearray(file.read())
shape, adam = problem["shape"], problem["adam"]
offset = 0


def read(dims, dtype=torch.float32):
    global offset
    count = torch.Size(dims).numel()
    values = torch.frombuffer(numbers, dtype=dtype, count=count, offset=offset)
    offset += 4 * count
    return values.reshape(dims).clone()


rows, row_length, heads, head_size = (shape[name] for name in ("rows", "rowLength", "heads", "headSize"))
weights = {each["name"]: read(each["dims"]).requires_grad_() for each in problem["weights"]}
ids, targets = (read([rows * row_length], torch.int32).long() for _ in range(2))
cos, sin = (read([row_length, head_size // 2]) for _ in range(2))
parameters = list(weights.values())
first, second = ([torch.zeros_like(each) for each in parameters] for _ in range(2))


def rms_norm(x, weight):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + problem["normEpsilon"]) * weight


def heads_of(x):
    return x.view(rows, row_length, heads, head_size).transpose(1, 2)


def rotate(x):
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def loss_of():
    h = F.embedding(ids, weights["embedding"])
    for layer in range(shape["layers"]):
        w = lambda kind: weights[f"{kind}.{layer}"]
        a = rms_norm(h, w("attentionNorm"))
        q, k = (rotate(heads_of(a @ w(kind))) for kind in ("query", "key"))
        o = F.scaled_dot_product_attention(q, k, heads_of(a @ w("value")), is_causal=True)
        h = h + o.transpose(1, 2).reshape(rows * row_length, -1) @ w("output")
        f = rms_norm(h, w("mlpNorm"))
        h = h + (F.silu(f @ w("gate")) * (f @ w("up"))) @ w("down")
    logits = rms_norm(h, weights["finalNorm"]) @ weights["embedding"].T
    return F.cross_entropy(logits, targets)


@torch.no_grad()
def update(gradients, step):
    beta1, beta2, rate = adam["beta1"], adam["beta2"], adam["learningRate"]
    torch._foreach_lerp_(first, gradients, 1 - beta1)
    torch._foreach_mul_(second, beta2)
    torch._foreach_addcmul_(second, gradients, gradients, 1 - beta2)
    root = torch._foreach_sqrt(torch._foreach_div(second, 1 - beta2**step))
    torch._foreach_add_(root, adam["epsilon"])
    torch._foreach_mul_(parameters, 1 - rate * adam["weightDecay"])
    torch._foreach_addcdiv_(parameters, first, root, -rate / (1 - beta1**step))


def answer(value):
    print(json.dumps(value), flush=True)


answer(
    {
        "ready": "PyTorch",
        "product": f"PyTorch {torch.__version__}, Python {platform.python_version()}",
        "backend": "processor",
        "threads": torch.get_num_threads(),
    }
)
taken = 0
for line in sys.stdin:
    if line.strip() != "step":
        break
    begun = time.perf_counter()
    taken += 1
    loss = loss_of()
    update(torch.autograd.grad(loss, parameters), taken)
    answer({"loss": loss.item(), "milliseconds": (time.perf_counter() - begun) * 1000})

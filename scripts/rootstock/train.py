"""Train `rootstock`, the base model the page carries, from scratch: a small Llama on public-domain English.

Choices, for a run that must fit into an hour or two on two CPU cores:
- Muon for the matrices, AdamW for embeddings and norms: per token seen it learns about twice as fast as AdamW alone.
- The schedule follows the clock, not a step count (warm-up, plateau, linear decay over the last half), so the run ends
  when it should on a fast machine and on a busy one.
- Three quarters of the time at 256 tokens a row, the rest at 512, the model's context.
- Master weights in f32; what is written is bf16, and the card's figure is measured on what is written.
- The whole state is kept every ten minutes; `--resume` goes on from it, with the clock where it stood. Two threads that wait for each
  other crawl on a machine that is busy with other work: go on with `--threads 1` there.

    python scripts/rootstock/train.py build/rootstock --minutes 95
"""

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from tokenizers import Tokenizer

CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "attention_bias": False,
    "attention_dropout": 0.0,
    "bos_token_id": 0,
    "eos_token_id": 0,
    "head_dim": 64,
    "hidden_act": "silu",
    "hidden_size": 256,
    "initializer_range": 0.02,
    "intermediate_size": 640,
    "max_position_embeddings": 512,
    "mlp_bias": False,
    "model_type": "llama",
    "num_attention_heads": 4,
    "num_hidden_layers": 4,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
    "tie_word_embeddings": True,
    "torch_dtype": "bfloat16",
    "vocab_size": 4096,
}
DOCUMENT_END = 0
D, L, HEADS, KV, HD, FF = 256, 4, 4, 2, 64, 640


def initial_weights(generator: torch.Generator) -> dict[str, torch.Tensor]:
    """Hugging Face names; residual outputs start at zero so every layer begins as the identity."""

    def uniform(rows: int, columns: int) -> torch.Tensor:
        return (torch.rand(rows, columns, generator=generator) * 2 - 1) * math.sqrt(3 / columns) * 0.5

    weights = {"model.embed_tokens.weight": torch.randn(4096, D, generator=generator) * 0.02}
    for layer in range(L):
        p = f"model.layers.{layer}."
        weights |= {
            p + "input_layernorm.weight": torch.ones(D),
            p + "self_attn.q_proj.weight": uniform(HEADS * HD, D),
            p + "self_attn.k_proj.weight": uniform(KV * HD, D),
            p + "self_attn.v_proj.weight": uniform(KV * HD, D),
            p + "self_attn.o_proj.weight": torch.zeros(D, HEADS * HD),
            p + "post_attention_layernorm.weight": torch.ones(D),
            p + "mlp.gate_proj.weight": uniform(FF, D),
            p + "mlp.up_proj.weight": uniform(FF, D),
            p + "mlp.down_proj.weight": torch.zeros(D, FF),
        }
    weights["model.norm.weight"] = torch.ones(D)
    return weights


def rotary(tokens: int) -> tuple[torch.Tensor, torch.Tensor]:
    frequency = 10000.0 ** (-torch.arange(0, HD, 2).float() / HD)
    angle = torch.arange(tokens).float()[:, None] * frequency[None]
    angle = torch.cat([angle, angle], -1)
    return angle.cos(), angle.sin()


def rotate(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    first, second = x.chunk(2, -1)
    return x * cos + torch.cat([-second, first], -1) * sin


def loss_of(w: dict[str, torch.Tensor], ids: torch.Tensor, targets: torch.Tensor, reduction: str = "mean") -> torch.Tensor:
    """ids, targets: [rows, tokens]."""
    rows, tokens = ids.shape
    cos, sin = rotary(tokens)
    h = F.embedding(ids, w["model.embed_tokens.weight"])
    for layer in range(L):
        p = f"model.layers.{layer}."
        a = F.rms_norm(h, (D,), w[p + "input_layernorm.weight"], 1e-5)
        q = (a @ w[p + "self_attn.q_proj.weight"].T).view(rows, tokens, HEADS, HD).transpose(1, 2)
        k = (a @ w[p + "self_attn.k_proj.weight"].T).view(rows, tokens, KV, HD).transpose(1, 2)
        v = (a @ w[p + "self_attn.v_proj.weight"].T).view(rows, tokens, KV, HD).transpose(1, 2)
        k, v = k.repeat_interleave(HEADS // KV, 1), v.repeat_interleave(HEADS // KV, 1)
        o = F.scaled_dot_product_attention(rotate(q, cos, sin), rotate(k, cos, sin), v, is_causal=True)
        h = h + o.transpose(1, 2).reshape(rows, tokens, HEADS * HD) @ w[p + "self_attn.o_proj.weight"].T
        a = F.rms_norm(h, (D,), w[p + "post_attention_layernorm.weight"], 1e-5)
        gated = F.silu(a @ w[p + "mlp.gate_proj.weight"].T) * (a @ w[p + "mlp.up_proj.weight"].T)
        h = h + gated @ w[p + "mlp.down_proj.weight"].T
    h = F.rms_norm(h, (D,), w["model.norm.weight"], 1e-5)
    logits = h.view(-1, D) @ w["model.embed_tokens.weight"].T
    return F.cross_entropy(logits, targets.reshape(-1), reduction=reduction)


def orthogonalise(g: torch.Tensor) -> torch.Tensor:
    """Five Newton-Schulz steps towards the nearest semi-orthogonal matrix (Muon, Jordan et al. 2024)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g.T if g.shape[0] > g.shape[1] else g
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        s = x @ x.T
        x = a * x + (b * s + c * s @ s) @ x
    return x.T if g.shape[0] > g.shape[1] else x


def encode_documents(tokenizer: Tokenizer, path: Path) -> list[np.ndarray]:
    texts = [json.loads(line)["text"] for line in path.open()]
    return [np.array([DOCUMENT_END, *e.ids], dtype=np.int64) for e in tokenizer.encode_batch(texts, add_special_tokens=False)]


@torch.no_grad()
def held_out_bits_per_byte(w: dict[str, torch.Tensor], documents: list[np.ndarray], texts: list[str], context: int = 512) -> float:
    """Every token of every document is predicted once, in windows of `context` that overlap by half."""
    nats, stride = 0.0, context // 2
    for ids in documents:
        for start in range(0, len(ids) - 1, stride):
            window = torch.from_numpy(ids[start : start + context + 1])
            losses = loss_of(w, window[None, :-1], window[None, 1:], "none")
            fresh = losses if start == 0 else losses[context - stride :]
            nats += fresh.sum().item()
            if start + context + 1 >= len(ids):
                break
    return nats / math.log(2) / sum(len(t.encode()) for t in texts)


def write(w: dict[str, torch.Tensor], out: Path) -> dict[str, torch.Tensor]:
    """Save as bf16 and return exactly what was saved, widened again."""
    narrow = {name: tensor.detach().to(torch.bfloat16).contiguous() for name, tensor in w.items()}
    out.mkdir(parents=True, exist_ok=True)
    save_file(narrow, out / "model.safetensors", metadata={"format": "pt"})
    (out / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
    return {name: tensor.float() for name, tensor in narrow.items()}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--minutes", type=float, default=95)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--resume", action="store_true")
    options = arguments.parse_args()
    torch.set_num_threads(options.threads)
    generator = torch.Generator().manual_seed(options.seed)

    tokenizer = Tokenizer.from_file(str(options.folder / "tokenizer.json"))
    train = encode_documents(tokenizer, options.folder / "train.jsonl")
    held_out = encode_documents(tokenizer, options.folder / "heldout.jsonl")
    held_out_texts = [json.loads(line)["text"] for line in (options.folder / "heldout.jsonl").open()]
    print(f"{sum(map(len, train))} training tokens, {sum(map(len, held_out))} held out", flush=True)

    w = {name: tensor.requires_grad_() for name, tensor in initial_weights(generator).items()}
    print(f"{sum(t.numel() for t in w.values())} parameters", flush=True)
    matrices = [n for n in w if w[n].ndim == 2 and "embed" not in n]
    others = [n for n in w if n not in matrices]
    adam = torch.optim.AdamW([{"params": [w[n] for n in others], "rate": 4e-3}], lr=4e-3, betas=(0.9, 0.95), weight_decay=0.0)
    momentum = {n: torch.zeros_like(w[n]) for n in matrices}

    begun, step, seen, running = time.time(), 0, 0, None
    state_file = options.folder / "state.pt"
    if options.resume:
        state = torch.load(state_file)
        with torch.no_grad():
            for n in w:
                w[n].copy_(state["weights"][n])
        momentum = state["momentum"]
        if state["adam"]:
            adam.load_state_dict(state["adam"])
        step, seen = state["step"], state["seen"]
        begun -= state["progress"] * options.minutes * 60
        generator.manual_seed(options.seed + step)

    def epoch() -> np.ndarray:
        order = torch.randperm(len(train), generator=generator).tolist()
        return np.concatenate([train[i] for i in order])

    stream, at = epoch(), 0
    first_time, first_seen, last_write = time.time(), seen, time.time()
    while (progress := (time.time() - begun) / (options.minutes * 60)) < 1:
        rows, tokens = (16, 256) if progress < 0.75 else (8, 512)
        need = rows * tokens + 1
        if at + need > len(stream):
            stream, at = epoch(), 0
        span = torch.from_numpy(stream[at : at + need])
        at += need - 1
        loss = loss_of(w, span[:-1].view(rows, tokens), span[1:].view(rows, tokens))
        adam.zero_grad(set_to_none=True)
        for n in matrices:
            w[n].grad = None
        loss.backward()
        rate = min(1.0, (step + 1) / 50) * min(1.0, (1 - progress) / 0.5)
        for group in adam.param_groups:
            group["lr"] = group["rate"] * max(rate, 0.02)
        adam.step()
        with torch.no_grad():
            for n in matrices:
                momentum[n].lerp_(w[n].grad, 0.05)
                update = orthogonalise(torch.lerp(w[n].grad, momentum[n], 0.95))
                scale = max(1.0, update.shape[0] / update.shape[1]) ** 0.5
                w[n].mul_(1 - 0.02 * rate * 0.05).add_(update, alpha=-0.02 * rate * scale)
        step, seen = step + 1, seen + rows * tokens
        running = loss.item() if running is None else 0.95 * running + 0.05 * loss.item()
        if step % 50 == 0:
            score = held_out_bits_per_byte(w, held_out[::8], held_out_texts[::8]) if step % 300 == 0 else float("nan")
            print(f"step {step} tokens {seen} loss {running:.3f} held-out bits/byte {score:.3f} progress {progress:.3f} "
                  f"{(seen - first_seen) / (time.time() - first_time):.0f} tokens/s", flush=True)
        if time.time() - last_write > 600:
            write(w, options.folder / "snapshot")
            torch.save({"weights": {n: t.detach() for n, t in w.items()}, "momentum": momentum, "adam": adam.state_dict(),
                        "step": step, "seen": seen, "progress": progress}, state_file)
            last_write = time.time()

    final = write(w, options.folder / "final")
    score = held_out_bits_per_byte(final, held_out, held_out_texts)
    report = {"steps": step, "tokensSeen": seen, "epochs": seen / sum(map(len, train)), "seed": options.seed, "minutes": options.minutes,
              "parameters": sum(t.numel() for t in w.values()), "heldOutBitsPerByte": score,
              "heldOutDocuments": len(held_out), "heldOutBytes": sum(len(t.encode()) for t in held_out_texts)}
    (options.folder / "report.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()

"""Writes the golden values that test/model/golden.test.ts compares the engine with.

    .venv/bin/python scripts/golden.py

A tiny Llama (two layers, grouped-query, a vocabulary and widths that are multiples of no tile) in transformers, f32,
eager attention. Two rows of packed documents: a token sees its own document only, positions start again in each.
Cases: tied, untied, and tied with every body weight rounded to bf16 and frozen. Each file holds the weights, the
logits, the loss of every token and, under `gradient.`, the gradient of the mean loss for every trained parameter;
golden.json holds the configurations, the packing, and losses and gradient norms of a few AdamW steps.
families.json and the files it names are the same, without AdamW, for every family (golden_families.py);
adapters.json and its files hold peft's low-rank adapters beside some of them (golden_adapters.py).
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import LlamaConfig, LlamaForCausalLM

OUT = Path(__file__).resolve().parent.parent / "test" / "fixtures" / "golden"
ROW_LENGTH = 25
DOCUMENTS = [[10, 15], [5, 13, 7]]
ADAMW = {"learningRate": 0.01, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0.05, "clipNorm": 1.0, "steps": 4}


def make_config(tied):
    return LlamaConfig(
        vocab_size=67, hidden_size=36, intermediate_size=50, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=10, rms_norm_eps=1e-5, max_position_embeddings=64, tie_word_embeddings=tied,
        rope_theta=10000.0, attn_implementation="eager",
    )


def packing(ids):
    positions = torch.zeros_like(ids)
    mask = torch.full((len(DOCUMENTS), 1, ROW_LENGTH, ROW_LENGTH), torch.finfo(torch.float32).min)
    targets = torch.full_like(ids, -100)
    for row, lengths in enumerate(DOCUMENTS):
        start = 0
        for length in lengths:
            end = start + length
            positions[row, start:end] = torch.arange(length)
            causal = torch.ones(length, length, dtype=torch.bool).tril()
            mask[row, 0, start:end, start:end][causal] = 0.0
            targets[row, start : end - 1] = ids[row, start + 1 : end]
            start = end
        assert start == ROW_LENGTH
    return positions, mask, targets


def windowed(mask, window):
    """The mask once more, for tokens that see `window` tokens, themselves included."""
    far = torch.ones(ROW_LENGTH, ROW_LENGTH, dtype=torch.bool).tril(-window)
    return mask.masked_fill(far, torch.finfo(torch.float32).min)


def masks(config, mask):
    """As each architecture takes them: one for all layers, or one for each kind of layer."""
    window = getattr(config, "sliding_window", None)
    if getattr(config, "layer_types", None):
        return {"full_attention": mask, "sliding_attention": windowed(mask, window) if window else mask}
    return windowed(mask, window) if window else mask


def losses(model, ids):
    positions, mask, targets = packing(ids)
    mask = masks(model.config, mask)
    logits = model(input_ids=ids, position_ids=positions, attention_mask=mask, use_cache=False).logits
    flat = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=-100, reduction="none"
    )
    return logits, flat, flat.sum() / (targets != -100).sum()


def draw(tied, body_bf16):
    torch.manual_seed(11 if tied else 12)
    model = LlamaForCausalLM(make_config(tied)).float()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            base = 1.0 if "norm" in name else 0.0
            parameter.copy_(base + 0.2 * torch.randn_like(parameter))
            if body_bf16 and "embed_tokens" not in name:
                parameter.copy_(parameter.bfloat16().float())
                parameter.requires_grad_(False)
    # Ids come again within and across documents, so that the embedding's gradient has runs to add up.
    ids = torch.randint(0, 67, (len(DOCUMENTS), ROW_LENGTH)) // torch.tensor([1, 3])[:, None]
    return model, ids


def case(name, tied, body_bf16=False):
    model, ids = draw(tied, body_bf16)
    tensors = {
        key: (value.bfloat16() if body_bf16 and "embed_tokens" not in key else value.clone()).contiguous()
        for key, value in model.named_parameters()
    }
    logits, token_loss, loss = losses(model, ids)
    loss.backward()
    tensors |= {"logits": logits.flatten(0, 1).detach(), "tokenLoss": token_loss.detach(), "ids": ids.flatten().int()}
    tensors |= {f"gradient.{key}": value.grad.clone() for key, value in model.named_parameters() if value.grad is not None}
    save_file(tensors, OUT / f"{name}.safetensors", metadata={"format": "pt"})

    trained = [value for value in model.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(
        trained, lr=ADAMW["learningRate"], betas=(ADAMW["beta1"], ADAMW["beta2"]), eps=ADAMW["epsilon"],
        weight_decay=ADAMW["weightDecay"],
    )
    record = {"loss": loss.item(), "losses": [], "gradientNorms": []}
    for _ in range(ADAMW["steps"]):
        optimizer.zero_grad()
        step_loss = losses(model, ids)[2]
        step_loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(trained, ADAMW["clipNorm"])
        optimizer.step()
        record["losses"].append(step_loss.item())
        record["gradientNorms"].append(norm.item())
    config = model.config.to_dict()
    kept = [
        "architectures", "model_type", "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers",
        "num_attention_heads", "num_key_value_heads", "head_dim", "rms_norm_eps", "max_position_embeddings",
        "tie_word_embeddings", "rope_parameters", "hidden_act", "attention_bias", "mlp_bias",
    ]
    config["architectures"] = ["LlamaForCausalLM"]
    return record | {"config": {key: config[key] for key in kept if key in config}}


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    cases = {
        "tied": case("tied", tied=True),
        "untied": case("untied", tied=False),
        "bf16Body": case("bf16Body", tied=True, body_bf16=True),
    }
    lengths = [length for row in DOCUMENTS for length in row]
    golden = {"rowLength": ROW_LENGTH, "documentLengths": lengths, "adamw": ADAMW, "cases": cases}
    (OUT / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")
    from golden_adapters import write_adapters
    from golden_families import write_families

    write_families(OUT)
    write_adapters(OUT)


if __name__ == "__main__":
    main()

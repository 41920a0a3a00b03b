"""Golden values of low-rank adapters, for golden.py: the models of golden_families.py as they lie there, with what peft puts beside
every projection of their layers. A file holds the adapters (A and B drawn, none zero), what PyTorch computes with them in packed
documents, and the gradients of adapters, and of new rows where peft trains them as trainable tokens.
"""

import json

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

from golden import losses

GATED = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
NEW_ROWS = [28, 29, 30]

# Model: rank, alpha, rank-stabilised, targets, input matrix.
CASES = {
    "llama-untied": (3, 5.0, False, GATED, "embed_tokens"),
    "qwen3-tied": (4, 8.0, True, ["q_proj", "down_proj"], "embed_tokens"),
    "gpt2-tied": (3, 5.0, False, ["c_attn", "c_proj", "c_fc"], "wte"),
    "gpt_neox-untied": (5, 2.0, True, ["query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"], "embed_in"),
    "gemma3-tied": (2, 4.0, False, GATED, "embed_tokens"),
}


def case(out, name, seed):
    rank, alpha, stabilised, targets, rows = CASES[name]
    config = json.loads((out / "families.json").read_text())[name]
    stored = load_file(out / f"{name}.safetensors")
    config = AutoConfig.for_model(**config)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    names = {key for key, _ in model.named_parameters()}
    model.load_state_dict({key: stored[key] for key in names}, strict=False)
    head = {} if config.tie_word_embeddings else {"embed_out" if hasattr(model, "embed_out") else "lm_head": NEW_ROWS}
    made = LoraConfig(
        r=rank, lora_alpha=alpha, use_rslora=stabilised, target_modules=targets, task_type="CAUSAL_LM",
        fan_in_fan_out=config.model_type == "gpt2", trainable_token_indices={rows: NEW_ROWS} | head,
    )
    peft = get_peft_model(model, made)
    peft.eval()
    torch.manual_seed(seed)
    adapters = {}
    with torch.no_grad():
        for key, value in peft.named_parameters():
            if "lora_" in key:
                value.copy_(0.3 * torch.randn_like(value))
                adapters[key.removeprefix("base_model.model.").replace(".default", "")] = value
    ids = stored["ids"].long().view(2, -1)
    logits, token_loss, loss = losses(peft.base_model.model, ids)
    loss.backward()
    tensors = {key: value.detach().clone() for key, value in adapters.items()}
    tensors |= {f"gradient.{key}": value.grad.clone() for key, value in adapters.items()}
    tensors |= {"logits": logits.flatten(0, 1).detach(), "tokenLoss": token_loss.detach()}
    for key, value in peft.named_parameters():
        if "trainable_tokens" in key and value.requires_grad:
            side = "input" if f".{rows}." in key else "output"
            tensors[f"gradient.newRows.{side}"] = value.grad.clone()
    save_file(tensors, out / f"adapters-{name}.safetensors", metadata={"format": "pt"})
    settings = {"rank": rank, "alpha": alpha, "rankStabilised": stabilised, "targets": targets}
    return settings | {"firstNewId": NEW_ROWS[0], "newIds": len(NEW_ROWS)}


def write_adapters(out):
    cases = {name: case(out, name, 60 + at) for at, name in enumerate(CASES)}
    (out / "adapters.json").write_text(json.dumps(cases, indent=1) + "\n")

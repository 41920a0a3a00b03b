"""Golden values of every family of decoders, tied and untied, for golden.py: two layers, two rows of packed documents.

Between them the two cases of a family use what its configuration can ask for: sliding windows on some layers, scaled
rotary embeddings, biases, exact and approximated gelu, parallel and sequential residuals.
"""

import json

import torch
from safetensors.torch import save_file
from transformers import (
    AutoModelForCausalLM,
    Gemma3TextConfig,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    MistralConfig,
    Qwen2Config,
    Qwen3Config,
)

from golden import DOCUMENTS, ROW_LENGTH, losses

# 18 dimensions, 19 within the feed-forward part, 31 tokens: multiples of no tile, and small files.
VOCABULARY, HIDDEN, INNER = 31, 18, 19
GATED = {
    "vocab_size": VOCABULARY, "hidden_size": HIDDEN, "intermediate_size": INNER, "num_hidden_layers": 2,
    "num_attention_heads": 3, "num_key_value_heads": 1, "head_dim": 8, "max_position_embeddings": 64,
    "rms_norm_eps": 1e-5, "initializer_range": 0.03, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": None,
}
NEOX = {
    "vocab_size": VOCABULARY, "hidden_size": HIDDEN, "intermediate_size": INNER, "num_hidden_layers": 2,
    "num_attention_heads": 3, "max_position_embeddings": 64,
}
GPT2 = {
    "vocab_size": VOCABULARY, "n_embd": HIDDEN, "n_inner": INNER, "n_layer": 2, "n_head": 3, "n_positions": 26,
    "bos_token_id": 1, "eos_token_id": 2,
}
LLAMA3 = {
    "rope_type": "llama3", "rope_theta": 10000.0, "factor": 4.0, "low_freq_factor": 0.25, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
GEMMA_ROPES = {
    "sliding_attention": {"rope_type": "default", "rope_theta": 100.0},
    "full_attention": {"rope_type": "linear", "rope_theta": 10000.0, "factor": 8.0},
}
# One layer of two is global.
GEMMA = GATED | {"head_dim": 6, "query_pre_attn_scalar": 10, "sliding_window": 4}

CASES = {
    "llama-tied": LlamaConfig(**GATED, tie_word_embeddings=True, rope_parameters=LLAMA3),
    "llama-untied": LlamaConfig(**GATED, tie_word_embeddings=False, attention_bias=True, mlp_bias=True),
    "mistral-tied": MistralConfig(
        **GATED, tie_word_embeddings=True, sliding_window=5,
        rope_parameters={"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.5},
    ),
    "mistral-untied": MistralConfig(**GATED, tie_word_embeddings=False, sliding_window=None),
    "qwen2-tied": Qwen2Config(**GATED, tie_word_embeddings=True),
    "qwen2-untied": Qwen2Config(
        **GATED, tie_word_embeddings=False, use_sliding_window=True, sliding_window=3, max_window_layers=1
    ),
    "qwen3-tied": Qwen3Config(**GATED, tie_word_embeddings=True),
    "qwen3-untied": Qwen3Config(**GATED, tie_word_embeddings=False, attention_bias=True),
    "gpt2-tied": GPT2Config(**GPT2, tie_word_embeddings=True),
    "gpt2-untied": GPT2Config(
        **GPT2, tie_word_embeddings=False, activation_function="gelu", scale_attn_by_inverse_layer_idx=True
    ),
    "gpt_neox-untied": GPTNeoXConfig(
        **NEOX, tie_word_embeddings=False, rope_parameters={"rope_theta": 10000.0, "partial_rotary_factor": 0.7}
    ),
    "gpt_neox-tied": GPTNeoXConfig(
        **NEOX, tie_word_embeddings=True, use_parallel_residual=False, attention_bias=False,
        rope_parameters={"rope_theta": 10000.0, "partial_rotary_factor": 1.0},
    ),
    "gemma3-tied": Gemma3TextConfig(**GEMMA, tie_word_embeddings=True, layer_types=["sliding_attention", "full_attention"]),
    "gemma3-untied": Gemma3TextConfig(
        **GEMMA, tie_word_embeddings=False, layer_types=["full_attention", "sliding_attention"],
        rope_parameters=GEMMA_ROPES,
    ),
}


def draw(config, seed):
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            is_norm = name.endswith("weight") and ("norm" in name or ".ln_" in name)
            base = 1.0 if is_norm and config.model_type != "gemma3_text" else 0.0
            parameter.copy_(base + 0.3 * torch.randn_like(parameter))
    ids = torch.randint(0, VOCABULARY, (len(DOCUMENTS), ROW_LENGTH)) // torch.tensor([1, 3])[:, None]
    return model, ids


@torch.no_grad()
def check_masks(model, ids):
    """The masks that golden.py makes are those of transformers itself, where a row is one document."""
    import golden

    packed, golden.DOCUMENTS = golden.DOCUMENTS, [[ROW_LENGTH]] * len(DOCUMENTS)
    ours = losses(model, ids)[0]
    golden.DOCUMENTS = packed
    assert torch.allclose(ours, model(input_ids=ids, use_cache=False).logits, atol=1e-5)


def case(config, seed):
    model, ids = draw(config, seed)
    check_masks(model, ids)
    logits, token_loss, loss = losses(model, ids)
    loss.backward()
    tensors = {key: value.detach().clone().contiguous() for key, value in model.named_parameters()}
    tensors |= {"logits": logits.flatten(0, 1).detach(), "tokenLoss": token_loss.detach(), "ids": ids.flatten().int()}
    tensors |= {f"gradient.{key}": value.grad.clone() for key, value in model.named_parameters()}
    # As save_pretrained writes it.
    written = json.loads(model.config.to_json_string(use_diff=True))
    return tensors, {key: value for key, value in written.items() if key != "transformers_version"}


def write_families(out):
    configs = {}
    for index, (name, config) in enumerate(CASES.items()):
        tensors, configs[name] = case(config, 20 + index)
        save_file(tensors, out / f"{name}.safetensors", metadata={"format": "pt"})
    (out / "families.json").write_text(json.dumps(configs, indent=1) + "\n")

"""Models of `transformers` as GGUF files, the way llama.cpp's convert_hf_to_gguf.py writes them (its reorderings, its names by
way of gguf-py's own map), with any quantisation that gguf-py can make."""

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, TokenType, get_tensor_name_map, quants
from gguf.constants import MODEL_ARCH

ARCHITECTURES = {
    "llama": MODEL_ARCH.LLAMA,
    "qwen2": MODEL_ARCH.QWEN2,
    "qwen3": MODEL_ARCH.QWEN3,
    "gemma3": MODEL_ARCH.GEMMA3,
    "gpt2": MODEL_ARCH.GPT2,
    "gptneox": MODEL_ARCH.GPTNEOX,
}


def permuted(weights, heads):
    """As `LlamaModel.permute` there: halves of each head interleaved."""
    return weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:]).swapaxes(1, 2).reshape(weights.shape)


def stored(name, weights, architecture, config):
    if architecture == "llama" and name.endswith("q_proj.weight"):
        return permuted(weights, config.num_attention_heads)
    if architecture == "llama" and name.endswith("k_proj.weight"):
        return permuted(weights, config.num_key_value_heads)
    if architecture == "gemma3" and name.endswith("norm.weight"):
        return weights + np.float32(1)
    if architecture == "gptneox" and "query_key_value" in name:
        heads = config.num_attention_heads
        return weights.reshape(heads, 3, -1, *weights.shape[1:]).swapaxes(0, 1).reshape(weights.shape)
    if architecture == "gpt2" and name.endswith(("c_attn.weight", "c_proj.weight", "c_fc.weight")):
        return np.ascontiguousarray(weights.T)
    return weights


def write_sentencepiece(writer, pieces):
    """As `_set_vocab_sentencepiece` there."""
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([piece.piece for piece in pieces])
    writer.add_token_scores([piece.score for piece in pieces])
    writer.add_token_types([piece.type for piece in pieces])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)


def write_two_letters(writer, vocab_size):
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    pieces = ["<|end|>", "a", "b", "ab"]
    spare = range(len(pieces), vocab_size)
    writer.add_token_list([*pieces, *(f"[PAD{id}]" for id in spare)])
    writer.add_token_types([TokenType.CONTROL] + [TokenType.NORMAL] * 3 + [TokenType.UNUSED] * len(spare))
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(0)


def write_gguf(path, model, architecture, kinds, pieces=None):
    """`kinds`: names of types, taken in turn for matrices; vectors are F32, as llama.cpp keeps them. `pieces`: those of a
    SentencePiece model, one a row; else the tokenizer is one of two letters."""
    config = model.config
    writer = GGUFWriter(path, architecture)
    names = get_tensor_name_map(ARCHITECTURES[architecture], config.num_hidden_layers)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_head_count(config.num_attention_heads)
    if architecture == "gpt2":
        writer.add_feed_forward_length(4 * config.n_embd)
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
    elif architecture == "gptneox":
        writer.add_feed_forward_length(config.intermediate_size)
        writer.add_layer_norm_eps(config.layer_norm_eps)
        writer.add_parallel_residual(config.use_parallel_residual)
        share = config.rope_parameters["partial_rotary_factor"]
        writer.add_rope_dimension_count(int(share * (config.hidden_size // config.num_attention_heads)))
    else:
        writer.add_feed_forward_length(config.intermediate_size)
        writer.add_head_count_kv(config.num_key_value_heads)
        writer.add_key_length(config.head_dim)
        writer.add_value_length(config.head_dim)
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    if architecture == "gemma3":
        writer.add_rope_freq_base(config.rope_parameters["full_attention"]["rope_theta"])
        writer.add_sliding_window(config.sliding_window)
    elif architecture not in ("gpt2", "gptneox"):
        writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    if pieces is None:
        write_two_letters(writer, config.vocab_size)
    else:
        write_sentencepiece(writer, pieces)
    seen = 0
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight" and config.tie_word_embeddings:
            continue
        weights = stored(name, tensor.detach().float().numpy(), architecture, config)
        kind = GGMLQuantizationType.F32
        if weights.ndim > 1:
            kind = GGMLQuantizationType[kinds[seen % len(kinds)]]
            seen += 1
        base, suffix = name.rsplit(".", 1)
        gguf_name = names.get_name(base)
        assert gguf_name is not None, name
        if kind == GGMLQuantizationType.F32:
            writer.add_tensor(f"{gguf_name}.{suffix}", weights)
        else:
            blocks = quants.quantize(weights, kind)
            writer.add_tensor(f"{gguf_name}.{suffix}", blocks, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

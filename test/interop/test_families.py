"""Tiny random checkpoints that `transformers` makes, one tied and one untied for every family, through the lab and back: the
same logits and bits per byte, then grafted, trained and saved, and loaded by `transformers` with the lab's ids and logits.
Untied ones have config.json in transformers 4's style; weights come as F32, F16 and BF16; some matrices are padded."""

import json
import math
import tempfile
import unittest
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    Gemma3TextConfig,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    MistralConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen3Config,
)

from transformers.utils import logging

from lab import Reference, lab_all
from test_grafted_folder import bits, corpus

logging.disable_progress_bar()

NEW_TOKENS = 12
CONTEXT = 128
SIZES = {
    "hidden_size": 32, "intermediate_size": 44, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 8, "max_position_embeddings": CONTEXT, "rms_norm_eps": 1e-6,
    "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": None,
}
NEOX = {
    "hidden_size": 32, "intermediate_size": 44, "num_hidden_layers": 2, "num_attention_heads": 4,
    "max_position_embeddings": CONTEXT, "bos_token_id": 0, "eos_token_id": 0,
}
GPT2 = {
    "n_embd": 32, "n_inner": 44, "n_layer": 2, "n_head": 4, "n_positions": CONTEXT, "bos_token_id": 0, "eos_token_id": 0,
}
LLAMA3 = {
    "rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
LINEAR = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 2.0}
GEMMA = SIZES | {"query_pre_attn_scalar": 12, "sliding_window": 6}
GEMMA_ROPES = {
    "sliding_attention": {"rope_type": "default", "rope_theta": 1000.0},
    "full_attention": {"rope_type": "linear", "rope_theta": 100000.0, "factor": 8.0},
}

OLDER_ROTARY_KEYS = {"rope_theta", "rope_scaling", "rope_local_base_freq", "rotary_emb_base", "rotary_pct"}

# What: (configuration, stored type, rows past the tokenizer's). Windows are shorter than the texts.
CHECKPOINTS = {
    "llama-tied": (LlamaConfig(**SIZES, tie_word_embeddings=True, rope_parameters=LLAMA3), torch.bfloat16, 0),
    "llama-untied": (
        LlamaConfig(**SIZES, tie_word_embeddings=False, rope_parameters=LLAMA3, attention_bias=True, mlp_bias=True),
        torch.float32, 0,
    ),
    "mistral-tied": (
        MistralConfig(**SIZES, tie_word_embeddings=True, sliding_window=7, rope_parameters=LINEAR), torch.float16, 0,
    ),
    "mistral-untied": (
        MistralConfig(**SIZES, tie_word_embeddings=False, sliding_window=20, rope_parameters=LINEAR), torch.float32, 0,
    ),
    "qwen2-tied": (Qwen2Config(**SIZES, tie_word_embeddings=True), torch.bfloat16, 40),
    "qwen2-untied": (
        Qwen2Config(**SIZES, tie_word_embeddings=False, use_sliding_window=True, sliding_window=9, max_window_layers=1),
        torch.float32, 5,
    ),
    "qwen3-tied": (Qwen3Config(**SIZES, tie_word_embeddings=True), torch.float32, 40),
    "qwen3-untied": (Qwen3Config(**SIZES, tie_word_embeddings=False, attention_bias=True), torch.bfloat16, 0),
    "gpt2-tied": (GPT2Config(**GPT2, tie_word_embeddings=True), torch.float16, 0),
    "gpt2-untied": (GPT2Config(**GPT2, tie_word_embeddings=False, activation_function="gelu"), torch.float32, 3),
    "gpt_neox-tied": (
        GPTNeoXConfig(
            **NEOX, tie_word_embeddings=True, use_parallel_residual=False,
            rope_parameters={"rope_theta": 10000.0, "partial_rotary_factor": 0.25},
        ),
        torch.float32, 0,
    ),
    "gpt_neox-untied": (
        GPTNeoXConfig(
            **NEOX, tie_word_embeddings=False, rope_parameters={"rope_theta": 10000.0, "partial_rotary_factor": 0.5},
        ),
        torch.float16, 20,
    ),
    "gemma3-tied": (
        Gemma3TextConfig(**GEMMA, tie_word_embeddings=True, layer_types=["sliding_attention", "full_attention"]),
        torch.bfloat16, 0,
    ),
    "gemma3-untied": (
        Gemma3TextConfig(
            **GEMMA, tie_word_embeddings=False, layer_types=["sliding_attention", "full_attention"],
            rope_parameters=GEMMA_ROPES,
        ),
        torch.float32, 6,
    ),
}


TRAINED_WHOLE = {"llama-tied", "qwen2-tied", "gpt2-tied", "gemma3-tied"}


def tokenizer_of(texts):
    """Byte-level BPE of 300 pieces, the start token in front of every text."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    made.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=300, special_tokens=["<s>"], initial_alphabet=alphabet, show_progress=False)
    )
    return PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="<s>")


def in_the_old_style(config):
    """config.json as transformers 4 wrote it."""
    config = dict(config)
    ropes = config.pop("rope_parameters", None)
    if config["model_type"] == "gemma3_text":
        whole = dict(ropes["full_attention"])
        config |= {
            "rope_theta": whole.pop("rope_theta"),
            "rope_scaling": None if whole["rope_type"] == "default" else whole,
            "rope_local_base_freq": ropes["sliding_attention"]["rope_theta"],
            "sliding_window_pattern": 2,
        }
    elif config["model_type"] == "gpt_neox":
        config |= {"rotary_emb_base": ropes["rope_theta"], "rotary_pct": ropes["partial_rotary_factor"]}
    elif ropes:
        ropes = dict(ropes)
        config |= {"rope_theta": ropes.pop("rope_theta"), "rope_scaling": None if ropes["rope_type"] == "default" else ropes}
    config.pop("layer_types", None)
    config["torch_dtype"] = config.pop("dtype")
    return config


def make(folder, name, tokenizer, seed):
    config, dtype, padding = CHECKPOINTS[name]
    config.vocab_size = len(tokenizer) + padding
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config).float()
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            is_norm = key.endswith("weight") and ("norm" in key or ".ln_" in key)
            base = 1.0 if is_norm and config.model_type != "gemma3_text" else 0.0
            parameter.copy_(base + 0.25 * torch.randn_like(parameter))
    model.to(dtype).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    if name.endswith("untied"):
        written = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(in_the_old_style(written), indent=2))


def strip_prefix(folder):
    """The names of the first release of GPT-2."""
    path = folder / "model.safetensors"
    save_file({key.removeprefix("transformer."): value for key, value in load_file(path).items()}, path, {"format": "pt"})


@torch.no_grad()
def bits_per_byte(reference, texts):
    """Each text after the start token, which is no text."""
    nats = 0.0
    for text in texts:
        ids = reference.ids(text)
        losses = torch.nn.functional.cross_entropy(reference.logits([0, *ids[:-1]]), torch.tensor(ids), reduction="sum")
        nats += losses.item()
    return nats / math.log(2) / sum(len(text.encode()) for text in texts)


class Families(unittest.TestCase):
    """Tied models are grafted and trained (everything, or new rows alone), untied ones evaluated and grafted."""

    device = "gpu"

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.root = Path(cls.scratch.name)
        corpus_file = cls.root / "corpus.txt"
        lines = corpus(corpus_file)[:100]
        corpus_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        cls.texts = lines[:6]
        few = cls.root / "few.txt"
        few.write_text("\n".join(cls.texts) + "\n", encoding="utf-8")
        cls.text = f"Once upon a time, a caf\u00e9 sold {lines[0]} and {lines[1]}."
        tokenizer = tokenizer_of([cls.text, "the quick brown fox jumps over the lazy dog", *lines[:3]])
        cls.first_new_id = len(tokenizer)
        commands = {}
        for seed, name in enumerate(CHECKPOINTS):
            base, expanded, trained = (cls.root / f"{name}{way}" for way in ("", "-expanded", "-trained"))
            make(base, name, tokenizer, seed)
            if name == "gpt2-tied":
                strip_prefix(base)
            tied = name.endswith("-tied")
            # fmt: off
            commands[name, "expand"] = ["expand", "--model", base, "--corpus", corpus_file, "--new-tokens", NEW_TOKENS,
                                        "--out", expanded]
            if tied:
                commands[name, "train"] = ["train", "--model", expanded, "--corpus", corpus_file, "--steps", 3,
                                           "--batch", 1, "--seq", 64, "--lr", 0.01, "--out", trained,
                                           "--evaluate-bytes", 2000, "--points", 1,
                                           "--train", "all" if name in TRAINED_WHOLE else "new-rows"]
                commands[name, "generate"] = ["generate", "--model", trained, "--prompt", "CC", "--max-tokens", 3,
                                              "--temperature", 0]
            else:
                commands[name, "eval"] = ["eval", "--model", base, "--corpus", few]
            # fmt: on
            for folder in (base, trained) if tied else (expanded,):
                logits = f"{folder}.logits"
                commands[folder.name, "logits"] = ["logits", "--model", folder, "--text", cls.text, "--out", logits]
        cls.values = dict(zip(commands, lab_all(list(commands.values()), device=cls.device), strict=True))
        folders = [name for name, verb in commands if verb == "logits"]
        cls.references = {name: Reference(cls.root / name) for name in {*folders, *CHECKPOINTS}}

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def answers(self, verb):
        return [(name, value) for (name, of), value in self.values.items() if of == verb]

    def weights(self, name):
        return load_file(self.root / name / "model.safetensors")

    def test_ids_and_logits_are_the_same_before_and_after(self):
        self.assertEqual(len(self.answers("logits")), 21)
        for name, _ in self.answers("logits"):
            with self.subTest(folder=name):
                reference = self.references[name]
                self.assertEqual(reference.loading_problems, {})
                found = load_file(self.root / f"{name}.logits")
                ids = found["ids"].tolist()
                self.assertEqual(ids, reference.ids(self.text))
                expected = reference.logits(ids)
                self.assertEqual(found["logits"].shape, expected.shape)
                error = (found["logits"] - expected).abs().max() / expected.abs().max()
                self.assertLess(error.item(), 1e-4)

    def test_bits_per_byte_are_the_same(self):
        for name, value in self.answers("eval"):
            with self.subTest(checkpoint=name):
                expected = bits_per_byte(self.references[name], self.texts)
                self.assertLess(abs(value["bitsPerByte"] - expected), 1e-4 * expected)

    def test_new_tokens_take_spare_rows_first(self):
        for name, value in self.answers("expand"):
            with self.subTest(checkpoint=name):
                padding = CHECKPOINTS[name][2]
                self.assertEqual((value["firstNewId"], value["newTokens"]), (self.first_new_id, NEW_TOKENS))
                self.assertEqual(value["spareRowsUsed"], min(padding, NEW_TOKENS))
                self.assertEqual(value["embeddingRowsAfter"], self.first_new_id + max(padding, NEW_TOKENS))

    def test_what_was_not_to_move_is_equal_to_the_bit_and_the_rest_has_moved(self):
        new = range(self.first_new_id, self.first_new_id + NEW_TOKENS)
        for name in CHECKPOINTS:
            base, expanded = self.weights(name), self.weights(f"{name}-expanded")
            trained = self.weights(f"{name}-trained") if name.endswith("-tied") else expanded
            for key, tensor in base.items():
                with self.subTest(checkpoint=name, tensor=key):
                    is_vocabulary = key.rsplit(".", 2)[-2] in ("embed_tokens", "wte", "embed_in", "lm_head", "embed_out")
                    self.assertEqual(len(expanded[key]), len(tensor) if not is_vocabulary else max(len(tensor), new.stop))
                    kept = [row for row in range(len(tensor)) if not is_vocabulary or row not in new]
                    self.assertTrue(torch.equal(bits(expanded[key][kept]), bits(tensor[kept])))
                    self.assertEqual(trained[key].dtype, tensor.dtype)
                    moves = name in TRAINED_WHOLE
                    self.assertNotEqual(torch.equal(bits(trained[key][kept]), bits(tensor[kept])), moves)
                    if is_vocabulary and name.endswith("-tied"):
                        self.assertFalse(torch.equal(trained[key][list(new)], expanded[key][list(new)]))

    def test_configuration_and_names_are_kept(self):
        for name, reference in self.references.items():
            with self.subTest(folder=name):
                base = name.removesuffix("-expanded").removesuffix("-trained")
                before, now = (json.loads((self.root / folder / "config.json").read_text()) for folder in (base, name))
                self.assertEqual(now["vocab_size"], reference.model.get_input_embeddings().weight.shape[0])
                # What transformers 4 reads in the place of `rope_parameters` (test_older_configs.py).
                added = OLDER_ROTARY_KEYS.intersection(now) - set(before)
                self.assertEqual(bool(added), "rope_parameters" in before and name != base)
                kept = {key: value for key, value in now.items() if key not in added}
                self.assertEqual({**kept, "vocab_size": before["vocab_size"]}, before)
                self.assertEqual(set(self.weights(name)), set(self.weights(base)))
                inputs, outputs = reference.model.get_input_embeddings(), reference.model.get_output_embeddings()
                self.assertEqual(inputs.weight.data_ptr() == outputs.weight.data_ptr(), base.endswith("-tied"))

    def test_training_is_verified(self):
        for name, value in self.answers("train"):
            with self.subTest(checkpoint=name):
                self.assertEqual(len(value["losses"]), 3)
                self.assertTrue(all(math.isfinite(loss) for loss in value["losses"]))
                self.assertTrue(value["verification"]["passed"])

    def test_what_is_generated_is_what_transformers_finds_likeliest(self):
        for name, value in self.answers("generate"):
            with self.subTest(checkpoint=name):
                reference = self.references[f"{name}-trained"]
                ids = [0, *reference.ids("CC")]
                # What ends early, ends with the end token.
                for id in (value["ids"] + [0])[:3]:
                    logits = reference.logits(ids)[-1, : self.first_new_id + NEW_TOKENS]
                    self.assertGreater(logits[id], logits.max() - 1e-3)
                    ids.append(id)


class OnTheProcessor(Families):
    """The same in the other engine."""

    device = "processor"


if __name__ == "__main__":
    unittest.main()

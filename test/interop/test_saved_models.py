"""Models as tools save them: bodies alone, wrapped names, a token without a row. transformers computes the same from what the
lab reads, and loads what the lab writes of them, finding every tensor and no other."""

import json
import shutil
import tempfile
import unittest
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file, save_model
from transformers import (
    AutoTokenizer,
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    GPT2Config,
    GPT2LMHeadModel,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from lab import BUNDLED, Reference, lab, lab_all, lab_logits

TEXT = "CC(=O)Oc1ccccc1C(=O)O"
MOLECULES = BUNDLED.parents[1] / "samples/molecules.smi"
ROWS = 4096
SIZES = dict(vocab_size=ROWS, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4)
GROUPED = dict(num_key_value_heads=2, head_dim=8)


def tokenizer_into(folder, change=lambda tokenizer: None):
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        if (BUNDLED / name).exists():
            shutil.copy(BUNDLED / name, folder / name)
    tokenizer = json.loads((BUNDLED / "tokenizer.json").read_text(encoding="utf-8"))
    change(tokenizer)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")


def seeded(model):
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.2 + (parameter.dim() == 1))
    return model.eval()


def families():
    yield "llama", seeded(LlamaForCausalLM(LlamaConfig(**SIZES, **GROUPED, tie_word_embeddings=True)))
    yield "qwen3", seeded(Qwen3ForCausalLM(Qwen3Config(**SIZES, **GROUPED, tie_word_embeddings=True)))
    yield "gemma3", seeded(Gemma3ForCausalLM(Gemma3TextConfig(**SIZES, **GROUPED, tie_word_embeddings=True)))
    yield "neox", seeded(GPTNeoXForCausalLM(GPTNeoXConfig(**SIZES, tie_word_embeddings=True)))


class SavedModels(unittest.TestCase):
    def agrees(self, model, folder):
        ids, logits = lab_logits(folder, TEXT)
        with torch.no_grad():
            expected = model(torch.tensor([ids])).logits[0]
        self.assertLess((logits - expected).abs().max().item(), 1e-3 * max(1, expected.abs().max().item()))
        return ids

    def loads(self, out):
        reference = Reference(out)
        self.assertEqual(reference.loading_problems, {})
        ids, logits = lab_logits(out, TEXT)
        self.assertEqual(ids, reference.ids(TEXT))
        expected = reference.logits(ids)
        self.assertLess((logits - expected).abs().max().item(), 1e-3 * max(1, expected.abs().max().item()))

    def expanded(self, folder, out):
        return lab("expand", "--model", folder, "--corpus", MOLECULES, "--new-tokens", 20, "--out", out)

    def test_a_body_saved_alone(self):
        for name, model in families():
            with self.subTest(family=name), tempfile.TemporaryDirectory() as scratch:
                folder, out = Path(scratch) / "saved", Path(scratch) / "out"
                model.base_model.save_pretrained(folder)
                config = json.loads((folder / "config.json").read_text())
                self.assertTrue(config["architectures"][0].endswith("Model"))
                tokenizer_into(folder)
                self.agrees(model, folder)
                self.expanded(folder, out)
                self.loads(out)

    def test_a_tied_model_saved_by_save_model(self):
        """safetensors keeps one of two names of a matrix, the one that sorts first: `lm_head.weight` in most families."""
        more = {
            "mistral": MistralForCausalLM(MistralConfig(**SIZES, **GROUPED, tie_word_embeddings=True)),
            "qwen2": Qwen2ForCausalLM(Qwen2Config(**SIZES, **GROUPED, tie_word_embeddings=True)),
            "gpt2": GPT2LMHeadModel(GPT2Config(vocab_size=ROWS, n_embd=32, n_layer=2, n_head=4)),
        }
        models = {**dict(families()), **{name: seeded(model) for name, model in more.items()}}
        with tempfile.TemporaryDirectory() as scratch:
            folders = []
            for name, model in models.items():
                whole, sharded = (Path(scratch) / f"{name}-{form}" for form in ("whole", "sharded"))
                model.config.save_pretrained(whole)
                save_model(model, str(whole / "model.safetensors"), metadata={"format": "pt"})
                tokenizer_into(whole)
                tensors = load_file(whole / "model.safetensors")
                heads = {name for name in tensors if name.endswith(("head.weight", "wte.weight", "embed_tokens.weight", "embed_in.weight"))}
                self.assertEqual(heads, {"gpt_neox.embed_in.weight" if name == "neox" else "lm_head.weight"})
                shutil.copytree(whole, sharded, ignore=shutil.ignore_patterns("*.safetensors"))
                files = {tensor: f"model-0000{1 + place % 2}-of-00002.safetensors" for place, tensor in enumerate(sorted(tensors))}
                for file in set(files.values()):
                    save_file({tensor: tensors[tensor] for tensor in tensors if files[tensor] == file}, sharded / file)
                (sharded / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": files}))
                folders += [(model, whole), (model, sharded)]
            outs = [folder / "logits.out" for _, folder in folders]
            lab_all([["logits", "--model", folder, "--text", TEXT, "--out", out] for (_, folder), out in zip(folders, outs)])
            for (model, folder), out in zip(folders, outs):
                with self.subTest(folder=folder.name), torch.no_grad():
                    found = load_file(out)
                    expected = model(found["ids"].long()[None]).logits[0]
                    self.assertLess((found["logits"] - expected).abs().max().item(), 1e-3 * max(1, expected.abs().max().item()))

    def test_wrapped_names(self):
        wraps = {
            "module.": lambda name: f"module.{name}",
            "_orig_mod.": lambda name: f"_orig_mod.{name}",
            "language_model.": lambda name: f"language_model.{name}",
            "model.language_model.": lambda name: name.replace("model.", "model.language_model.", 1),
        }
        for (name, model), (prefix, wrap) in zip(families(), wraps.items()):
            if name == "neox":
                prefix, wrap = "module.", wraps["module."]
            with self.subTest(family=name, prefix=prefix), tempfile.TemporaryDirectory() as scratch:
                folder, out = Path(scratch) / "saved", Path(scratch) / "out"
                model.save_pretrained(folder)
                tensors = load_file(folder / "model.safetensors")
                save_file({wrap(key): value for key, value in tensors.items()}, folder / "model.safetensors", {"format": "pt"})
                tokenizer_into(folder)
                self.agrees(model, folder)
                self.expanded(folder, out)
                self.loads(out)

    def test_a_token_without_a_row(self):
        token = "<image_soft_token>"
        flags = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=True)
        for name, model in families():
            with self.subTest(family=name), tempfile.TemporaryDirectory() as scratch:
                folder, out = Path(scratch) / "saved", Path(scratch) / "out"
                model.save_pretrained(folder)
                tokenizer_into(folder, lambda tokenizer: tokenizer["added_tokens"].append({"id": ROWS, "content": token, **flags}))
                self.assertEqual(AutoTokenizer.from_pretrained(folder).convert_tokens_to_ids(token), ROWS)
                self.agrees(model, folder)
                answer = self.expanded(folder, out)
                self.assertEqual(answer["firstNewId"], ROWS + 1)
                self.loads(out)
                reference = AutoTokenizer.from_pretrained(out)
                self.assertEqual(reference.convert_tokens_to_ids(token), ROWS)
                self.assertEqual(len(reference), answer["embeddingRowsAfter"])


if __name__ == "__main__":
    unittest.main()

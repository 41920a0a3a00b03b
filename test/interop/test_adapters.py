"""Low-rank adapters both ways: what the lab trains, peft loads beside the base with the logits of the lab's merged folder; and what
peft saves (ranks and alphas by pattern, rsLoRA, trained token rows) the lab merges to the same logits. What it does not read it
refuses by name."""

import json
import tempfile
import unittest
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from lab import Reference, lab_all
from test_families import CHECKPOINTS, make, tokenizer_of
from test_grafted_folder import corpus

NEW_TOKENS = 24
# Model, what `train` is told beside.
TRAINED = {
    "llama-untied": ["--rank", 4, "--alpha", 6],
    "gpt2-tied": ["--rank", 3, "--rank-stabilised", "--targets", "c_attn,c_fc"],
    "gpt_neox-untied": [],
}
GATED = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
MADE = {
    "qwen3-tied": {
        "r": 4, "lora_alpha": 8, "target_modules": GATED, "use_rslora": True, "trainable_token_indices": {"embed_tokens": [3, 7]},
        "rank_pattern": {"down_proj": 2, r"layers\.0\.self_attn\.q_proj": 3}, "alpha_pattern": {"k_proj": 5},
    },
    "gpt2-untied": {"r": 2, "lora_alpha": 3, "target_modules": ["c_attn", "c_proj"], "fan_in_fan_out": True},
}
REFUSED = {
    "use_dora": {"use_dora": True},
    "bias": {"bias": "all"},
    "modules_to_save": {"modules_to_save": ["lm_head"]},
}


def peft_logits(base, folder, ids, rows):
    """As the adapter's README says."""
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    if rows is not None:
        model.resize_token_embeddings(rows, mean_resizing=False)
    model = PeftModel.from_pretrained(model, folder).eval()
    with torch.no_grad():
        return model(torch.tensor([ids])).logits[0]


def error(found, expected):
    return ((found - expected).abs().max() / expected.abs().max()).item()


class Adapters(unittest.TestCase):
    device = "processor"

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.root = root = Path(cls.scratch.name)
        corpus_file = root / "corpus.txt"
        lines = corpus(corpus_file)[:100]
        corpus_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        cls.text = f"Once upon a time, a caf\u00e9 sold {' and '.join(lines[:8])}."[:120]
        tokenizer = tokenizer_of(["Once upon a time, a caf\u00e9", "the quick brown fox jumps over the lazy dog", *lines[:3]])
        cls.bases = {}
        for seed, name in enumerate({*TRAINED, *MADE}):
            cls.bases[name] = root / name
            config, _, padding = CHECKPOINTS[name]
            # In f32, so that neither side rounds.
            CHECKPOINTS[name] = (config, torch.float32, padding)
            make(root / name, name, tokenizer, seed)
        commands = {}
        for name, flags in TRAINED.items():
            # fmt: off
            commands[name, "train"] = ["train", "--model", root / name, "--corpus", corpus_file, "--new-tokens", NEW_TOKENS,
                                       "--train", "adapters", *flags, "--steps", 4, "--batch", 1, "--seq", 64, "--lr", 0.05,
                                       "--evaluate-bytes", 1000, "--points", 1, "--out", root / f"{name}-merged",
                                       "--adapter-out", root / f"{name}-adapter"]
            # fmt: on
        for name, settings in MADE.items():
            cls.save(name, root / f"{name}-adapter", settings)
        for name in (*TRAINED, *MADE):
            put = root / f"{name}-put"
            commands[name, "apply"] = ["apply", "--model", root / name, "--delta", root / f"{name}-adapter", "--out", put]
        cls.values = dict(zip(commands, lab_all(list(commands.values()), device=cls.device), strict=True))

    @classmethod
    def save(cls, name, folder, settings):
        torch.manual_seed(5)
        model = AutoModelForCausalLM.from_pretrained(cls.root / name, dtype=torch.float32)
        model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **settings))
        with torch.no_grad():
            for key, value in model.named_parameters():
                if value.requires_grad:
                    value.copy_(value + 0.2 * torch.randn_like(value))
        model.save_pretrained(folder)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_peft_loads_what_the_lab_trained_with_the_same_logits(self):
        for name in TRAINED:
            with self.subTest(model=name):
                merged = Reference(self.root / f"{name}-merged")
                ids = merged.ids(self.text)
                rows = merged.model.config.vocab_size
                grown = None if rows == CHECKPOINTS[name][0].vocab_size else rows
                adapter = self.root / f"{name}-adapter"
                readme = (adapter / "README.md").read_text()
                self.assertEqual(f"resize_token_embeddings({rows}" in readme, grown is not None)
                found = peft_logits(self.root / name, adapter, ids, grown)
                self.assertLess(error(found, merged.logits(ids)), 1e-5)
                # The adapter is not idle, and new rows are read.
                base = AutoModelForCausalLM.from_pretrained(self.root / name, dtype=torch.float32).eval()
                old = [id for id in ids if id < base.config.vocab_size - CHECKPOINTS[name][2]]
                self.assertLess(len(old), len(ids))
                with torch.no_grad():
                    before = base(torch.tensor([old])).logits[0]
                self.assertGreater(error(merged.logits(old)[:, : before.shape[1]], before), 1e-3)

    def test_configuration_is_that_of_peft(self):
        settings = json.loads((self.root / "gpt2-tied-adapter" / "adapter_config.json").read_text())
        self.assertEqual((settings["r"], settings["lora_alpha"], settings["use_rslora"]), (3, 16, True))
        self.assertEqual(sorted(settings["target_modules"]), ["c_attn", "c_fc"])
        self.assertTrue(settings["fan_in_fan_out"])
        self.assertEqual(list(settings["trainable_token_indices"]), ["wte"])
        settings = json.loads((self.root / "llama-untied-adapter" / "adapter_config.json").read_text())
        self.assertEqual(sorted(settings["target_modules"]), sorted(GATED))
        self.assertEqual(sorted(settings["trainable_token_indices"]), ["embed_tokens", "lm_head"])

    def test_the_merged_folder_is_base_and_adapter_put_together(self):
        for name in TRAINED:
            with self.subTest(model=name):
                merged, put = (load_file(self.root / f"{name}-{way}" / "model.safetensors") for way in ("merged", "put"))
                self.assertEqual(set(merged), set(put))
                for key, tensor in merged.items():
                    self.assertTrue(torch.equal(tensor, put[key]), key)

    def test_training_is_verified(self):
        for (name, verb), value in self.values.items():
            if verb == "train":
                with self.subTest(model=name):
                    self.assertTrue(value["verification"]["passed"])
                    self.assertTrue(value["adapter"]["verification"]["passed"])
                    self.assertLess(value["losses"][-1], value["losses"][0])

    def test_the_lab_merges_what_peft_saved_to_the_same_logits(self):
        for name in MADE:
            with self.subTest(model=name):
                put = Reference(self.root / f"{name}-put")
                ids = put.ids(self.text)
                expected = peft_logits(self.root / name, self.root / f"{name}-adapter", ids, None)
                self.assertLess(error(put.logits(ids), expected), 1e-5)

    def test_what_is_not_read_is_refused_by_name(self):
        for field, change in REFUSED.items():
            with self.subTest(field=field):
                adapter = self.root / f"refused-{field}"
                self.save("llama-untied", adapter, {"r": 2, "target_modules": ["q_proj"], **change})
                apply = ["apply", "--model", self.bases["llama-untied"], "--delta", adapter, "--out", self.root / f"not-{field}"]
                with self.assertRaisesRegex(AssertionError, f"`{field}` says"):
                    lab_all([apply], device=self.device)


class OnTheGpu(Adapters):
    """The same in the other engine."""

    device = "gpu"


if __name__ == "__main__":
    unittest.main()

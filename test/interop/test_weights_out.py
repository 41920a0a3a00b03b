"""Weights in another number type and in shards are what PyTorch's own conversion gives, and `transformers` loads them."""

import json
import tempfile
import unittest
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM

from lab import BUNDLED, Reference, lab
from test_grafted_folder import bits

TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


class WeightsOut(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)

    def exported(self, name, *more):
        out = Path(self.scratch.name) / name
        return out, lab("export", "--to", "safetensors", "--model", "bundled", "--out", out, *more)

    def test_a_chosen_type_in_shards_is_pytorchs_conversion(self):
        base = load_file(BUNDLED / "model.safetensors")
        for name in ("F16", "F32"):
            with self.subTest(dtype=name):
                out, said = self.exported(name, "--dtype", name, "--shard-bytes", 2_000_000)
                self.assertTrue(said["verified"])
                index = json.loads((out / "model.safetensors.index.json").read_text())
                self.assertEqual(set(index["weight_map"]), set(base))
                size = sum(tensor.numel() * TYPES[name].itemsize for tensor in base.values())
                self.assertEqual(index["metadata"]["total_size"], size)
                self.assertEqual(sorted(set(index["weight_map"].values())), sorted(said["files"]))
                for tensor_name, file in index["weight_map"].items():
                    found = load_file(out / file)[tensor_name]
                    self.assertTrue(torch.equal(bits(found), bits(base[tensor_name].to(TYPES[name]))), tensor_name)
                self.assertEqual(AutoConfig.from_pretrained(out).dtype, TYPES[name])
                model = AutoModelForCausalLM.from_pretrained(out)
                self.assertEqual(model.dtype, TYPES[name])
                self.assertEqual(Reference(out).loading_problems, {})

    def test_without_a_choice_the_weights_are_the_source(self):
        out, _ = self.exported("same")
        before, after = load_file(BUNDLED / "model.safetensors"), load_file(out / "model.safetensors")
        self.assertEqual(set(before), set(after))
        for name, tensor in before.items():
            self.assertTrue(torch.equal(bits(after[name]), bits(tensor)), name)


if __name__ == "__main__":
    unittest.main()

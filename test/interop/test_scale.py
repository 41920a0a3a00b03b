"""The folder that goes on elsewhere: its training script runs on two processes under `accelerate launch`, what it trains
loads back into the lab, and the configurations of other trainers pass their projects' own readers."""

import json
import math
import os
import subprocess
import sys
import tempfile
import unittest
from importlib.metadata import version
from pathlib import Path

import torch
import yaml
from safetensors import safe_open
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from lab import BUNDLED, Reference, lab
from test_grafted_folder import bits, corpus

NEW_TOKENS = 16
STEPS = 3
EMBEDDING = "model.embed_tokens.weight"
HERE = Path(__file__).parent
SMALL = ["--steps", STEPS, "--batch", 2, "--length", 64, "--lr", 0.003, "--warmup", 0]


def launch(folder, out, *more, config=(), wrapper=()):
    """`accelerate launch` of the written script on two CPU processes; the report it wrote."""
    accelerate = Path(sys.executable).with_name("accelerate")
    config = list(config) or ["--multi_gpu", "--num_processes", 2]
    command = [accelerate, "launch", *config, *wrapper, folder / "train.py", "--out", out, *SMALL, *more]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, env=environment, timeout=300)
    if done.returncode != 0:
        raise AssertionError(f"{command}: status {done.returncode}\n{done.stdout[-1500:]}\n{done.stderr[-2500:]}")
    return json.loads((out / "training_report.json").read_text())


def bits_per_byte(reference, settings, documents):
    """Of whole documents, each after the start token, as `transformers` computes them."""
    nats = 0.0
    for text in documents:
        ids = reference.tokenizer(text, add_special_tokens=False)["input_ids"]
        logits = reference.logits([settings["start_id"], *ids])[:-1].double()
        nats += torch.nn.functional.cross_entropy(logits, torch.tensor(ids), reduction="sum").item()
    return nats / math.log(2) / sum(len(text.encode("utf-8")) for text in documents)


def tiny_base(folder, tied=True):
    """A random Llama of two layers in bf16 with the bundled model's tokenizer."""
    torch.manual_seed(3)
    sizes = dict(hidden_size=48, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2)
    ids = dict(vocab_size=4096, bos_token_id=0, eos_token_id=0, pad_token_id=None)
    config = LlamaConfig(**sizes, **ids, max_position_embeddings=256, tie_word_embeddings=tied)
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    for path in BUNDLED.iterdir():
        if "token" in path.name:
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


class GoingOnElsewhere(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        path = Path(cls.scratch.name)
        corpus(path / "corpus.txt")
        grafted = path / "grafted"
        # fmt: off
        cls.base = tiny_base(path / "base")
        lab("expand", "--model", cls.base, "--corpus", path / "corpus.txt", "--new-tokens", NEW_TOKENS,
            "--out", grafted)
        cls.folder, cls.untied = path / "scale", path / "scale-untied"
        cls.answer = lab("export", "--to", "scale", "--model", grafted, "--corpus", path / "corpus.txt",
                         "--shard-bytes", 100_000, "--out", cls.folder)
        # fmt: on
        cls.settings = json.loads((cls.folder / "continue.json").read_text())
        cls.new_ids = cls.settings["new_ids"]
        # A few documents: what is measured here is measured on all of them.
        held_out = (cls.folder / "data/heldout.jsonl").read_text().splitlines()[:30]
        (cls.folder / "data/heldout.jsonl").write_text("\n".join(held_out) + "\n")
        cls.documents = [json.loads(line)["text"] for line in held_out]
        cls.rows, cls.all, cls.sharded = path / "rows", path / "all", path / "sharded"
        cls.reports = {
            "rows": launch(cls.folder, cls.rows, "--mode", "new-rows"),
            "all": launch(cls.folder, cls.all, "--mode", "all"),
            "sharded": launch(cls.folder, cls.sharded, "--mode", "all", config=cls.fsdp(), wrapper=[HERE / "fsdp_on_cpu.py"]),
        }
        cls.references = {name: Reference(getattr(cls, name)) for name in cls.reports}

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    @classmethod
    def fsdp(cls):
        """The written configuration, in f32: bf16 rounding would hide whether sharding is right."""
        config = yaml.safe_load((cls.folder / "fsdp.yaml").read_text())
        path = cls.folder / "fsdp-f32.yaml"
        path.write_text(yaml.safe_dump({**config, "mixed_precision": "no"}))
        return ["--config_file", path]

    def weights(self, folder):
        return {name: tensor for path in sorted(folder.glob("*.safetensors")) for name, tensor in load_file(path).items()}

    def test_both_modes_take_their_steps_on_two_processes(self):
        for name, report in self.reports.items():
            with self.subTest(run=name):
                self.assertEqual((report["processes"], report["steps"], len(report["losses"])), (2, STEPS, STEPS))
                self.assertEqual(report["sharded"], name == "sharded")
                before, after = report["bits_per_byte"]
                self.assertLess(after, before)

    def test_sharded_training_is_plain_training(self):
        for plain, sharded in zip(self.reports["all"]["losses"], self.reports["sharded"]["losses"]):
            self.assertAlmostEqual(plain, sharded, delta=1e-4)

    def test_with_new_rows_alone_nothing_else_moves_by_a_bit(self):
        start, end = self.weights(self.folder / "model"), self.weights(self.rows)
        self.assertEqual(set(start), set(end))
        moved = (bits(start[EMBEDDING]) != bits(end[EMBEDDING])).any(1).nonzero().flatten().tolist()
        self.assertEqual(set(moved) - set(self.new_ids), set())
        self.assertGreater(len(moved), NEW_TOKENS // 2)
        for name in set(start) - {EMBEDDING}:
            self.assertTrue(torch.equal(bits(start[name]), bits(end[name])), name)

    def test_with_everything_every_tensor_moves(self):
        for folder in (self.all, self.sharded):
            start, end = self.weights(self.folder / "model"), self.weights(folder)
            still = [name for name in start if torch.equal(start[name], end[name]) and start[name].dim() > 1]
            self.assertEqual(still, [])

    def test_files_types_and_names_stay_those_of_the_model(self):
        names = {path.name for path in (self.folder / "model").iterdir()}
        self.assertGreater(len([name for name in names if name.endswith(".safetensors")]), 1)
        for folder in (self.rows, self.all, self.sharded):
            self.assertEqual({path.name for path in folder.iterdir()}, names | {"training_report.json"})
            for name in names:
                before, after = (self.folder / "model" / name, folder / name)
                if name.endswith(".safetensors"):
                    with safe_open(before, "pt") as a, safe_open(after, "pt") as b:
                        self.assertEqual(set(a.keys()), set(b.keys()))
                        for key in a.keys():
                            self.assertEqual(a.get_tensor(key).dtype, b.get_tensor(key).dtype)
                else:
                    self.assertEqual(before.read_bytes(), after.read_bytes(), name)

    def test_it_loads_back_and_the_lab_measures_what_transformers_does(self):
        for name, reference in self.references.items():
            with self.subTest(run=name):
                self.assertEqual(reference.loading_problems, {})
                if name == "all":
                    continue  # the same as "sharded", and a call of the lab costs seconds
                found = lab("eval", "--model", getattr(self, name), "--corpus", self.folder / "data/heldout.jsonl")
                self.assertEqual(found["documents"], len(self.documents))
                self.assertAlmostEqual(found["bitsPerByte"], bits_per_byte(reference, self.settings, self.documents), delta=1e-4)

    def test_the_scripts_measure_is_the_labs(self):
        before = bits_per_byte(Reference(self.folder / "model"), self.settings, self.documents)
        for report in self.reports.values():
            self.assertAlmostEqual(report["bits_per_byte"][0], before, delta=1e-4)

    def test_compare_finds_the_new_tokens_and_what_moved(self):
        # fmt: off
        found = lab("compare", "--base", self.base, "--model", self.rows, "--all-held-out",
                    "--corpus", self.folder / "data/heldout.jsonl", "--max-bytes", 2000)
        # fmt: on
        self.assertEqual((found["mode"], found["steps"]), ("new-rows", STEPS))
        arms = {arm["arm"]: arm["heldOut"] for arm in found["arms"]}
        self.assertLess(arms["grafted-trained"]["bitsPerByte"], arms["grafted-untrained"]["bitsPerByte"])
        self.assertLess(arms["grafted-trained"]["tokens"], arms["base"]["tokens"])

    def test_untied_models_train_new_rows_on_both_sides(self):
        path = Path(self.scratch.name)
        base, grafted, out = tiny_base(path / "base-untied", tied=False), path / "grafted-untied", path / "rows-untied"
        lab("expand", "--model", base, "--corpus", path / "corpus.txt", "--new-tokens", NEW_TOKENS, "--out", grafted)
        lab("export", "--to", "scale", "--model", grafted, "--corpus", path / "corpus.txt", "--out", self.untied)
        launch(self.untied, out, "--mode", "new-rows")
        start, end = self.weights(self.untied / "model"), self.weights(out)
        for name in start:
            differs = bits(start[name]) != bits(end[name])
            moved = differs.reshape(len(start[name]), -1).any(1).nonzero().flatten().tolist()
            if name in (EMBEDDING, "lm_head.weight"):
                self.assertEqual(set(moved) - set(self.new_ids), set(), name)
                self.assertGreater(len(moved), NEW_TOKENS // 2, name)
            else:
                self.assertEqual(moved, [], name)


class OtherTrainers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        path = Path(cls.scratch.name)
        corpus(path / "corpus.txt")
        cls.folder = path / "scale"
        lab("export", "--to", "scale", "--model", "bundled", "--corpus", path / "corpus.txt", "--out", cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_axolotls_schema_takes_its_file(self):
        from axolotl.utils.schemas.config import AxolotlInputConfig

        config = yaml.safe_load((self.folder / "axolotl.yaml").read_text())
        unknown = set(config) - set(AxolotlInputConfig.model_fields)
        self.assertEqual(unknown, set())
        read = AxolotlInputConfig(**config)
        self.assertEqual(read.datasets[0].path, "./data/train.jsonl")
        self.assertEqual((read.max_steps, read.sequence_len), (400, 512))
        with self.assertRaises(Exception):
            AxolotlInputConfig(**{**config, "max_steps": "many"})

    def test_llama_factorys_parser_takes_its_file_and_finds_the_texts(self):
        script = """
import json, os, sys, types, yaml
import llamafactory
# The package's own __init__ wants torchaudio and more; its list of data sets needs none of that.
data = sys.modules["llamafactory.data"] = types.ModuleType("llamafactory.data")
data.__path__ = [os.path.join(os.path.dirname(llamafactory.__file__), "data")]
from llamafactory.hparams.parser import _parse_train_args
from llamafactory.data.parser import get_dataset_list
os.chdir(sys.argv[1])
# bf16 asks for hardware that has it; everything else is read as it stands.
config = {**yaml.safe_load(open("llama-factory.yaml")), "bf16": False, "use_cpu": True}
_, data, training, finetuning, _ = _parse_train_args(config)
found = [(each.dataset_name, each.prompt) for name in (data.dataset, data.eval_dataset) for each in get_dataset_list(name, data.dataset_dir)]
print(json.dumps([found, finetuning.stage, finetuning.finetuning_type, training.max_steps, data.cutoff_len, data.packing]))
"""
        environment = {**os.environ, "DISABLE_VERSION_CHECK": "1"}
        command = [sys.executable, "-c", script, str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        found = json.loads(done.stdout.splitlines()[-1])
        # Where rows are packed, LLaMA-Factory takes one token off the length it was given.
        self.assertEqual(found, [[["train.jsonl", "text"], ["heldout.jsonl", "text"]], "pt", "full", 400, 511, True])
        for name, _ in found[0]:
            self.assertTrue((self.folder / "data" / name).exists())

    def test_the_readme_names_what_was_run(self):
        readme = (self.folder / "README.md").read_text()
        for package in ("accelerate", "peft", "transformers", "torch"):
            self.assertIn(f"{package} {version(package).split('+')[0]}", readme)
        for package, name in (("axolotl", "Axolotl"), ("llamafactory", "LLaMA-Factory")):
            self.assertIn(f"{name} {version(package)}", readme)


if __name__ == "__main__":
    unittest.main()

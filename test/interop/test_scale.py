"""The folder that goes on elsewhere: its training script runs on two processes under `accelerate launch`, on the lab's tokens,
starts where the lab measures, and what it trains loads back into the lab."""

import json
import math
import tempfile
import unittest
from pathlib import Path

import torch
import yaml
from safetensors import safe_open
from safetensors.torch import load_file

from lab import Reference, lab
from scale_folders import STEPS, auto_ids, in_smollm2s_layout, labs_ids, launch, priced_things, tiny_base, training_script
from test_grafted_folder import bits, corpus

NEW_TOKENS = 16
EMBEDDING = "model.embed_tokens.weight"
HERE = Path(__file__).parent


def bits_per_byte(reference, settings, documents):
    """Of whole documents, each after the start token, as `transformers` computes them."""
    nats = 0.0
    for text in documents:
        ids = reference.tokenizer(text, add_special_tokens=False)["input_ids"]
        logits = reference.logits([settings["start_id"], *ids])[:-1].double()
        nats += torch.nn.functional.cross_entropy(logits, torch.tensor(ids), reduction="sum").item()
    return nats / math.log(2) / sum(len(text.encode("utf-8")) for text in documents)


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

    def test_the_script_cuts_every_text_as_the_lab_does(self):
        script, (texts, ids) = training_script(self.folder), labs_ids(self.folder)
        self.assertGreater(len(texts), 1000)
        self.assertEqual(list(script.ids_of(script.tokenizer_of(self.folder / "model"), texts)), ids)

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


class InSmolLM2sLayout(unittest.TestCase):
    """A class that builds its own pipeline, beside a file that says otherwise: kept, and as it is written by default."""

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        path = Path(cls.scratch.name)
        documents = path / "documents.jsonl"
        base = in_smollm2s_layout(path / "base", priced_things(documents))
        grafted = path / "grafted"
        choices = {"kept": "kept", "obeying": "obeys"}
        # fmt: off
        lab("expand", "--model", base, "--corpus", documents, "--new-tokens", 8,
            "--tokenizer-class", "kept", "--out", grafted)
        for name, choice in choices.items():
            lab("export", "--to", "scale", "--model", grafted, "--corpus", documents,
                "--tokenizer-class", choice, "--out", path / name)
        # fmt: on
        cls.kept, cls.obeying, cls.trained = path / "kept", path / "obeying", path / "trained"
        cls.texts, cls.ids = labs_ids(cls.kept)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_the_class_cuts_every_document_otherwise(self):
        """Or nothing here is proven."""
        found, ids = auto_ids(".venv", self.kept / "model", self.texts)
        self.assertEqual(found, "GPT2Tokenizer")
        same = [text for text, a, b in zip(self.texts, ids, self.ids, strict=True) if a == b and "no. " in text]
        self.assertEqual(same, [])

    def test_the_script_cuts_every_text_as_the_lab_does(self):
        for folder in (self.kept, self.obeying):
            script = training_script(folder)
            self.assertEqual(list(script.ids_of(script.tokenizer_of(folder / "model"), self.texts)), self.ids)

    def test_the_written_class_cuts_every_text_as_the_lab_does(self):
        for environment in (".venv", ".venv4"):
            self.assertEqual(auto_ids(environment, self.obeying / "model", self.texts)[1], self.ids)

    def test_the_script_starts_at_the_labs_bits_per_byte_and_saves_the_tokenizer(self):
        measured = lab("eval", "--model", self.kept / "model", "--corpus", self.kept / "data/heldout.jsonl")
        report = launch(self.kept, self.trained, "--mode", "new-rows")
        self.assertEqual(report["held_out_bytes"], measured["bytes"])
        self.assertAlmostEqual(report["bits_per_byte"][0], measured["bitsPerByte"], delta=1e-3)
        for path in (self.kept / "model").glob("*token*"):
            self.assertEqual(path.read_bytes(), (self.trained / path.name).read_bytes(), path.name)


if __name__ == "__main__":
    unittest.main()

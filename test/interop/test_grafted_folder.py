"""A folder that the lab expanded and trained is a plain Hugging Face folder: `transformers` loads it without remarks
and gives the lab's ids and logits; everything old is still in its place, to the bit."""

import json
import random
import tempfile
import unittest
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from tokenizers import Tokenizer

from lab import ALL_TEXTS, BUNDLED, Reference, lab, lab_logits

NEW_TOKENS = 24
STEPS = 3
EMBEDDING = "model.embed_tokens.weight"


def corpus(path):
    """Chains of a few chemical groups: repetitive, so that merges pay, and nothing like English."""
    chance = random.Random(1)
    groups = ["c1ccccc1", "C(=O)O", "C(=O)N", "CC", "[C@@H]", "OC", "N1CCOCC1", "C(F)(F)F", "S(=O)(=O)"]
    lines = ["".join(chance.choices(groups, k=chance.randint(3, 9))) for _ in range(1500)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return lines


def bits(tensor):
    return tensor.contiguous().view(torch.uint8)


class GraftedFolder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        folder = Path(cls.scratch.name)
        cls.lines = corpus(folder / "corpus.txt")
        cls.expanded, cls.trained = folder / "expanded", folder / "trained"
        # fmt: off
        lab("expand", "--model", "bundled", "--corpus", folder / "corpus.txt", "--new-tokens", NEW_TOKENS,
            "--init", "subword-mean", "--out", cls.expanded)
        lab("train", "--model", cls.expanded, "--corpus", folder / "corpus.txt", "--train", "new-rows",
            "--steps", STEPS, "--batch", 2, "--seq", 64, "--lr", 0.01, "--seed", 7,
            "--evaluate-bytes", 2000, "--points", 1, "--out", cls.trained, "--log", folder / "run.jsonl")
        # fmt: on
        cls.log = [json.loads(line) for line in (folder / "run.jsonl").read_text().splitlines()]
        cls.base = Reference(BUNDLED)
        cls.folders = {"expanded": cls.expanded, "trained": cls.trained}
        cls.references = {name: Reference(path) for name, path in cls.folders.items()}
        old = cls.base.tokenizer.get_vocab()
        added = cls.references["trained"].tokenizer.get_vocab()
        cls.new_tokens = {token: id for token, id in added.items() if token not in old}
        cls.text = f"{ALL_TEXTS}\n{cls.lines[0]}\nThe molecule {cls.lines[1]} is known."

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def each(self):
        return [(name, self.folders[name], reference) for name, reference in self.references.items()]

    def plain_ids(self, reference, text):
        return reference.tokenizer(text, add_special_tokens=False)["input_ids"]

    def test_loads_without_missing_or_unexpected_tensors(self):
        for name, _, reference in self.each():
            with self.subTest(folder=name):
                self.assertEqual(reference.loading_problems, {})

    def test_ids_are_the_labs(self):
        for name, folder, reference in self.each():
            with self.subTest(folder=name):
                plain = Tokenizer.from_file(str(folder / "tokenizer.json"))
                ids = lab("tokenize", "--model", folder, "--text", self.text)["ids"]
                self.assertEqual(ids, self.plain_ids(reference, self.text))
                self.assertEqual(ids, plain.encode(self.text, add_special_tokens=False).ids)

    def test_logits_are_the_labs(self):
        for name, folder, reference in self.each():
            with self.subTest(folder=name):
                ids, logits = lab_logits(folder, self.text)
                self.assertEqual(ids, reference.ids(self.text))
                self.assertLess((logits - reference.logits(ids)).abs().max().item(), 1e-4)

    def test_every_old_id_means_what_it_meant(self):
        old = self.base.tokenizer.get_vocab()
        for name, _, reference in self.each():
            with self.subTest(folder=name):
                now = reference.tokenizer.get_vocab()
                self.assertEqual({token: now.get(token) for token in old}, old)
                self.assertEqual(reference.tokenizer.all_special_ids, self.base.tokenizer.all_special_ids)
                self.assertEqual(reference.tokenizer.special_tokens_map, self.base.tokenizer.special_tokens_map)

    def test_new_tokens_are_in_place_and_used(self):
        first = max(self.base.tokenizer.get_vocab().values()) + 1
        self.assertEqual(sorted(self.new_tokens.values()), list(range(first, first + NEW_TOKENS)))
        for name, _, reference in self.each():
            with self.subTest(folder=name):
                self.assertEqual(len(reference.tokenizer), len(self.base.tokenizer) + NEW_TOKENS)
                for token, id in self.new_tokens.items():
                    self.assertEqual(reference.tokenizer.convert_tokens_to_ids(token), id)
                    self.assertEqual(self.plain_ids(reference, reference.tokenizer.decode([id])), [id])
                # Learned pieces are vocabulary; an AddedToken would match before the pre-tokenizer and cut its context.
                self.assertEqual(set(reference.tokenizer.get_added_vocab()), set(self.base.tokenizer.get_added_vocab()))
                before = sum(len(self.base.ids(line)) for line in self.lines[:200])
                after = sum(len(reference.ids(line)) for line in self.lines[:200])
                self.assertLess(after, 0.8 * before)
                for line in self.lines[:20]:
                    self.assertEqual(reference.tokenizer.decode(self.plain_ids(reference, line)), line)

    def test_configuration_tells_the_truth_and_tied_stays_tied(self):
        old = json.loads((BUNDLED / "config.json").read_text())
        for name, folder, reference in self.each():
            with self.subTest(folder=name):
                config = json.loads((folder / "config.json").read_text())
                rows = reference.model.get_input_embeddings().weight.shape[0]
                self.assertEqual(config["vocab_size"], rows)
                self.assertGreaterEqual(rows, len(reference.tokenizer))
                self.assertEqual({**config, "vocab_size": old["vocab_size"]}, old)
                generation = [path / "generation_config.json" for path in (folder, BUNDLED)]
                self.assertEqual(generation[0].read_bytes(), generation[1].read_bytes())
                inputs, outputs = reference.model.get_input_embeddings(), reference.model.get_output_embeddings()
                self.assertEqual(inputs.weight.data_ptr(), outputs.weight.data_ptr())
                with safe_open(folder / "model.safetensors", "pt") as file:
                    self.assertNotIn("lm_head.weight", file.keys())
                    self.assertEqual(file.metadata(), {"format": "pt"})

    def test_everything_but_the_new_rows_is_equal_to_the_bit(self):
        base = load_file(BUNDLED / "model.safetensors")
        ids = sorted(self.new_tokens.values())
        for name, folder, _ in self.each():
            with self.subTest(folder=name):
                tensors = load_file(folder / "model.safetensors")
                self.assertEqual(set(tensors), set(base))
                for tensor_name, tensor in base.items():
                    now = tensors[tensor_name]
                    self.assertEqual(now.dtype, tensor.dtype, tensor_name)
                    if tensor_name == EMBEDDING:
                        self.assertEqual(now.shape[0], max(tensor.shape[0], ids[-1] + 1))
                        kept = [row for row in range(tensor.shape[0]) if row not in ids]
                        self.assertTrue(torch.equal(bits(now[kept]), bits(tensor[kept])))
                    else:
                        self.assertTrue(torch.equal(bits(now), bits(tensor)), tensor_name)

    def test_new_rows_start_as_the_mean_of_their_old_pieces_and_every_one_that_occurred_moves(self):
        base = load_file(BUNDLED / "model.safetensors")[EMBEDDING].double()
        start = load_file(self.expanded / "model.safetensors")[EMBEDDING]
        end = load_file(self.trained / "model.safetensors")[EMBEDDING]
        records = [json.loads(line) for line in (self.trained / "run.jsonl").read_text().splitlines()]
        tokens = [record for record in records if record["type"] == "tokens"][-1]["tokens"]
        seen = {token["id"] for token in tokens if token["exposures"] > 0}
        self.assertGreater(len(seen), NEW_TOKENS // 2, "three steps of 128 tokens meet most tokens of this corpus")
        for id in self.new_tokens.values():
            pieces = self.plain_ids(self.base, self.references["expanded"].tokenizer.decode([id]))
            mean = base[pieces].mean(0).float().to(start.dtype)
            self.assertTrue(torch.equal(start[id], mean), f"row {id} of pieces {pieces}")
            if id in seen:
                self.assertFalse(torch.equal(start[id], end[id]), f"row {id} occurred and did not move")

    def test_the_log_has_a_line_a_step(self):
        steps = [record for record in self.log if record["type"] == "step"]
        self.assertEqual(len(steps), STEPS)
        self.assertTrue(all(record["loss"] > 0 and record["learningRate"] > 0 for record in steps))

    def test_transformers_generates_from_it(self):
        reference = self.references["trained"]
        ids = torch.tensor([reference.ids(self.lines[0][:20])])
        made = reference.model.generate(ids, max_new_tokens=8, do_sample=False)
        self.assertGreater(made.shape[1], ids.shape[1])


if __name__ == "__main__":
    unittest.main()

"""Folders in which new tokens took the rows of old ones, or from which old ones were taken: `transformers`, the Rust `tokenizers`,
@huggingface/tokenizers and llama.cpp read them with the lab's ids and logits. Byte-level and SentencePiece-style alike."""

import json
import random
import subprocess
import tempfile
import unicodedata
import unittest
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from lab import ALL_TEXTS, BUNDLED, ROOT, STORIES, Reference, lab, lab_logits
from test_grafted_folder import corpus

NEW_TOKENS = 24
ALPHABETS = [(0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x3FF), (0x400, 0x4FF), (0x4E00, 0x4FFF), (0x1F300, 0x1F5FF)]
READ_IN_JS = """
import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
const [folder, texts] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'));
const tokenizer = new Tokenizer(read('tokenizer.json'), read('tokenizer_config.json'));
const lines = JSON.parse(readFileSync(texts, 'utf8'));
console.log(JSON.stringify(lines.map((text) => tokenizer.encode(text, { add_special_tokens: false }).ids)));
"""


def unicode_texts():
    chance = random.Random(5)
    character = lambda: chr(chance.randint(*chance.choice(ALPHABETS)))
    # The bundled tokenizer normalises to NFC, as the base does.
    texts = ("".join(character() for _ in range(chance.randint(1, 24))) for _ in range(300))
    return [unicodedata.normalize("NFC", text) for text in texts]


class ReplacedVocabulary(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.scratch.name)
        cls.lines = corpus(cls.folder / "corpus.txt")
        cls.texts = unicode_texts()
        cls.made = {}
        for name, base in (("rootstock", "bundled"), ("stories", STORIES)):
            how = {"replaced": ["--new-tokens", NEW_TOKENS, "--room", "replace"], "trimmed": ["--method", "trim"]}
            for kind, flags in how.items():
                out = cls.folder / f"{name}-{kind}"
                # The small vocabulary has no token that no text uses: there the rarest go.
                below = ["--remove-below", 40] if name == "stories" else []
                value = lab("expand", "--model", base, "--corpus", cls.folder / "corpus.txt", *flags, *below, "--out", out)
                cls.made[name, kind] = (BUNDLED if base == "bundled" else STORIES, out, value)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_every_kept_token_has_its_id_and_the_embedding_its_size(self):
        for (name, kind), (base, out, value) in self.made.items():
            if kind != "replaced":
                continue
            with self.subTest(name):
                old, new = (Tokenizer.from_file(str(path / "tokenizer.json")).get_vocab() for path in (base, out))
                replaced = json.loads((out / "replaced_tokens.json").read_text(encoding="utf-8"))
                self.assertEqual(value["removal"]["removed"], NEW_TOKENS)
                self.assertEqual({token["id"] for token in replaced}, set(new.values()) - {new[piece] for piece in set(new) & set(old)})
                for piece in set(old) & set(new):
                    self.assertEqual(new[piece], old[piece], piece)
                self.assertEqual(len(new), len(old))
                before, after = Reference(base), Reference(out)
                self.assertEqual(after.model.get_input_embeddings().weight.shape, before.model.get_input_embeddings().weight.shape)
                ids = [id for id in range(len(old)) if id not in {token["id"] for token in replaced}]
                for weights in ("get_input_embeddings", "get_output_embeddings"):
                    one, other = (getattr(each.model, weights)().weight for each in (before, after))
                    self.assertTrue(torch.equal(one[ids], other[ids]))

    def test_texts_come_back_in_every_reader(self):
        texts = self.folder / "texts.json"
        texts.write_text(json.dumps([*self.texts, *self.lines[:20]]), encoding="utf-8")
        for (name, kind), (base, out, _) in self.made.items():
            with self.subTest(f"{name}, {kind}"):
                rust = Tokenizer.from_file(str(out / "tokenizer.json"))
                auto = AutoTokenizer.from_pretrained(out)
                expected = [rust.encode(text, add_special_tokens=False).ids for text in json.loads(texts.read_text(encoding="utf-8"))]
                for text, ids in zip(self.texts, expected):
                    self.assertEqual(auto(text, add_special_tokens=False)["input_ids"], ids)
                    self.assertEqual(rust.decode(ids), text)
                script = ROOT / "node_modules/.cache/read-replaced.mjs"
                script.parent.mkdir(exist_ok=True)
                script.write_text(READ_IN_JS, encoding="utf-8")
                done = subprocess.run(["node", script, out, texts], cwd=ROOT, capture_output=True, text=True, check=True)
                self.assertEqual(json.loads(done.stdout), expected)

    def test_logits_are_the_labs(self):
        for (name, kind), (_, out, _) in self.made.items():
            with self.subTest(f"{name}, {kind}"):
                reference = Reference(out)
                ids, logits = lab_logits(out, f"{ALL_TEXTS}\n{self.lines[0]}", device="processor")
                expected = reference.logits(ids)
                torch.testing.assert_close(logits, expected, atol=2e-3, rtol=0)


if __name__ == "__main__":
    unittest.main()

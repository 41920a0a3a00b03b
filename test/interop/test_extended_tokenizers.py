"""Published tokenizers that the lab extended: `transformers` and `tokenizers` load the folder and give the codec's ids, with
every old id and every added token in its place."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from tokenizers import Tokenizer
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from lab import ROOT

NAMES = ["llama2", "llama3", "qwen3", "gemma3", "gpt4o", "deepseek_v3"]


def words(tokenizer, text):
    """What a text is cut into before tokens are made."""
    if tokenizer.normalizer is not None:
        text = tokenizer.normalizer.normalize_str(text)
    if tokenizer.pre_tokenizer is None:
        return [text]
    return [word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(text)]


class ExtendedTokenizers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.scratch.name)
        command = ["node", "scripts/run.mjs", "test/interop/extendedTokenizers.ts", str(cls.folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, done.stderr[-3000:]

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def check(self, name):
        folder = self.folder / name
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        rust = Tokenizer.from_file(str(folder / "tokenizer.json"))
        old = Tokenizer.from_file(str(self.folder / f"{name}-old" / "tokenizer.json"))
        fast = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))
        auto = AutoTokenizer.from_pretrained(folder)
        auto_before = AutoTokenizer.from_pretrained(self.folder / f"{name}-old")
        before, after = old.get_vocab(with_added_tokens=True), rust.get_vocab(with_added_tokens=True)
        self.assertEqual({token: after.get(token) for token in before}, before)
        self.assertEqual(len(after), len(before) + len(expected["tokens"]))
        for id, piece in expected["tokens"]:
            self.assertEqual(after.get(piece), id)
            self.assertEqual(auto.convert_tokens_to_ids(piece), id)
        witnessed = 0
        for entry in expected["texts"]:
            text, ids = entry["text"], entry["ids"]
            self.assertEqual(rust.encode(text, add_special_tokens=False).ids, ids, text)
            self.assertEqual(fast(text, add_special_tokens=False)["input_ids"], ids, text)
            # The classes that some folders name put rules of their own in the place of the file's (Llama's on leading
            # spaces, GPT-2's in the place of GPT-4o's): they are a witness where they followed the file before, in the
            # words too, of which new tokens may be made where the old ones happened to be the same.
            before_ids = old.encode(text, add_special_tokens=False).ids
            same_ids = auto_before(text, add_special_tokens=False)["input_ids"] == before_ids
            if same_ids and words(auto_before.backend_tokenizer, text) == words(old, text):
                witnessed += 1
                self.assertEqual(auto(text, add_special_tokens=False)["input_ids"], ids, text)
        self.assertGreater(witnessed, 0)
        print(f"{name}: AutoTokenizer is a witness on {witnessed} of {len(expected['texts'])} texts", file=sys.stderr)


for each in NAMES:
    setattr(ExtendedTokenizers, f"test_{each}", lambda self, name=each: self.check(name))


if __name__ == "__main__":
    unittest.main()

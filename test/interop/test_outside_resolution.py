"""Tokens that stand outside tokenizer.json. The fixture's table of what transformers makes of them is made anew with
transformers 5 and 4; and the lab's written folders, with new tokens, give its ids in both."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIXTURE = HERE.parent / "fixtures/outsideResolution.json"
ROOT = HERE.parents[1]
FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TRANSFORMERS_VERBOSITY="error")


def resolved(base, case, text):
    """What AutoTokenizer makes of one case."""
    from transformers import AutoTokenizer

    with tempfile.TemporaryDirectory() as folder:
        tokenizer_json = json.loads(json.dumps(base))
        tokenizer_json["added_tokens"] += case.get("added_tokens", [])
        files = {
            "tokenizer.json": tokenizer_json,
            "config.json": {"model_type": "llama"},
            **{name: value for name, value in case.items() if name.endswith(".json")},
        }
        if isinstance(files.get("tokenizer_config.json"), dict):
            chosen = {"tokenizer_class": "PreTrainedTokenizerFast"}
            files["tokenizer_config.json"] = {**chosen, **files["tokenizer_config.json"]}
        for name, value in files.items():
            (Path(folder) / name).write_text(json.dumps(value), encoding="utf-8")
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder)
        except Exception as error:
            return {"refused": type(error).__name__}
        added = sorted(tokenizer.backend_tokenizer.get_added_tokens_decoder().items())
        return {
            "length": len(tokenizer),
            "added": {
                str(id): [token.content, *(flag for flag in FLAGS if getattr(token, flag))]
                for id, token in added
                if id > 2
            },
            "bos": tokenizer.bos_token_id,
            "eos": tokenizer.eos_token_id,
            "pad": tokenizer.pad_token_id,
            "ids": tokenizer(text, add_special_tokens=False)["input_ids"],
        }


def table():
    fixture = json.loads(FIXTURE.read_text(encoding="utf-8"))
    base, text = fixture["tokenizer.json"], fixture["text"]
    return {name: resolved(base, case, text) for name, case in fixture["cases"].items()}


class OutsideResolution(unittest.TestCase):
    def test_transformers_5(self):
        cases = json.loads(FIXTURE.read_text(encoding="utf-8"))["cases"]
        self.assertEqual(table(), {name: case["transformers5"] for name, case in cases.items()})

    def test_transformers_4(self):
        """It differs where the fixture says so, and nowhere else."""
        cases = json.loads(FIXTURE.read_text(encoding="utf-8"))["cases"]
        found = json.loads(by_four(__file__))
        expected = {name: case.get("transformers4", case["transformers5"]) for name, case in cases.items()}
        # The kind of its errors depends on packages that only name them.
        refusals = [{name: "refused" in case or case for name, case in cases.items()} for cases in (found, expected)]
        self.assertEqual(*refusals)

    def test_written_folders(self):
        from read_tokenizers import answer

        with tempfile.TemporaryDirectory() as scratch:
            command = ["node", "scripts/run.mjs", "test/interop/outsideResolution.ts", scratch]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
            self.assertEqual(done.returncode, 0, done.stderr[-3000:])
            folders = sorted(Path(scratch).glob("*/written"))
            self.assertGreater(len(folders), 60)
            four = json.loads(by_four(HERE / "read_tokenizers.py", *map(str, folders)))
            for folder in folders:
                expected = json.loads((folder.parent / "expected.json").read_text(encoding="utf-8"))
                for found in (answer(folder), four[str(folder)]):
                    with self.subTest(folder.parent.name):
                        self.assertEqual(found.get("ids"), expected["written"], found)
                        self.assertEqual(found["length"], expected["length"])
                        self.assertLess(found["pad"], expected["length"])


def by_four(*command):
    """What a script prints last with the environment of transformers 4; Rust's warnings come before it."""
    python = str(ROOT / ".venv4/bin/python")
    done = subprocess.run([python, *map(str, command)], cwd=ROOT, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise AssertionError(done.stderr[-3000:])
    return done.stdout.splitlines()[-1]


if __name__ == "__main__":
    json.dump(table(), sys.stdout)

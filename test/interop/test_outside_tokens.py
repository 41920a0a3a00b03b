"""The values of test/fixtures/outsideTokens.json, which the lab is held to, are what transformers 5 and 4 give."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from lab import ROOT

READ = """
import json, os, sys
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
from transformers import PreTrainedTokenizerFast
values = []
for folder, text in json.load(sys.stdin):
    try:
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        values.append([tokenizer(text, add_special_tokens=False)["input_ids"], len(tokenizer)])
    except Exception as error:
        values.append(repr(error))
print(json.dumps(values))
"""


class OutsideTokens(unittest.TestCase):
    def test_the_values_are_those_of_transformers(self):
        fixture = json.loads((ROOT / "test/fixtures/outsideTokens.json").read_text(encoding="utf-8"))
        with tempfile.TemporaryDirectory() as scratch:
            pairs = []
            for at, case in enumerate(fixture["cases"]):
                folder = Path(scratch) / str(at)
                folder.mkdir()
                for name, value in {"tokenizer.json": fixture["tokenizer.json"], **case["files"]}.items():
                    (folder / name).write_text(json.dumps(value), encoding="utf-8")
                pairs.append([str(folder), case["text"]])
            for version, environment in ((5, ".venv"), (4, ".venv4")):
                command = [str(ROOT / environment / "bin/python"), "-c", READ]
                done = subprocess.run(command, input=json.dumps(pairs), capture_output=True, text=True, timeout=300)
                self.assertEqual(done.returncode, 0, done.stderr[-2000:])
                for case, value in zip(fixture["cases"], json.loads(done.stdout.splitlines()[-1]), strict=True):
                    with self.subTest(transformers=version, case=case["name"]):
                        same = value == [case["ids"], case["length"]]
                        self.assertEqual(same, version == 5 or case["inTransformers4"])


if __name__ == "__main__":
    unittest.main()

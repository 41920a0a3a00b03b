"""The folder that goes on elsewhere, with other trainers: LLaMA-Factory, installed from the folder's own requirements file, trains
a step on the lab's tokens; Axolotl's own schema takes its file; and what each is asked to install with is what it asks for."""

import json
import math
import os
import subprocess
import tempfile
import unittest
from importlib.metadata import requires, version
from itertools import chain
from pathlib import Path

import yaml
from datasets import load_from_disk
from packaging.requirements import Requirement
from packaging.version import Version

from lab import ROOT, lab
from scale_folders import in_smollm2s_layout, labs_ids, priced_things

TRAINERS = {"llama-factory": "llamafactory", "axolotl": "axolotl"}
LLAMA_FACTORY = ROOT / ".venv-llama-factory/bin"
needs_llama_factory = unittest.skipUnless(
    (LLAMA_FACTORY.parent / "installed-requirements.txt").exists(), "LLaMA-Factory could not be installed"
)


def requirements(text):
    """Requirement by name of the package."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {each.name: each for each in map(Requirement, lines)}


class OtherTrainers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        path = Path(cls.scratch.name)
        documents = path / "documents.jsonl"
        base = in_smollm2s_layout(path / "base", priced_things(documents))
        cls.folder = path / "scale"
        lab("export", "--to", "scale", "--model", base, "--corpus", documents, "--out", cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def required(self, trainer):
        return requirements((self.folder / f"requirements-{trainer}.txt").read_text())

    def test_each_file_asks_for_releases_that_its_trainer_takes(self):
        for trainer, package in TRAINERS.items():
            asked = self.required(trainer)
            theirs = requirements("\n".join(line for line in requires(package) if "extra ==" not in line))
            self.assertEqual(str(asked[package].specifier), f"=={version(package)}")
            for name in ("transformers", "peft", "accelerate", "torch"):
                with self.subTest(trainer=trainer, package=name):
                    for bound in asked[name].specifier:
                        self.assertTrue(theirs[name].specifier.contains(bound.version), f"{bound}: {theirs[name]}")

    def test_the_scripts_file_asks_for_what_it_is_run_with_here_and_neither_trainer_takes_that(self):
        asked = requirements((self.folder / "requirements.txt").read_text())
        for name in ("transformers", "peft", "accelerate", "torch", "tokenizers", "safetensors"):
            self.assertIn(Version(version(name)).public, asked[name].specifier, name)
        for trainer in TRAINERS:
            self.assertNotIn(version("transformers"), self.required(trainer)["transformers"].specifier)

    def test_axolotls_schema_takes_its_file(self):
        from axolotl.utils.schemas.config import AxolotlInputConfig

        config = yaml.safe_load((self.folder / "axolotl.yaml").read_text())
        unknown = set(config) - set(AxolotlInputConfig.model_fields)
        self.assertEqual(unknown, set())
        read = AxolotlInputConfig(**config)
        self.assertEqual(read.datasets[0].path, "./data/train.jsonl")
        self.assertEqual((read.max_steps, read.sequence_len), (400, 256))
        self.assertEqual(read.tokenizer_type, "PreTrainedTokenizerFast")
        with self.assertRaises(Exception):
            AxolotlInputConfig(**{**config, "max_steps": "many"})

    @needs_llama_factory
    def test_llama_factory_trains_a_step_on_the_labs_tokens(self):
        for package, asked in self.required("llama-factory").items():
            command = [LLAMA_FACTORY / "python", "-c", f"from importlib.metadata import version; print(version('{package}'))"]
            found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
            self.assertIn(Version(found).public, asked.specifier, package)
        # Imported for sounds, of which there are none, and built for CUDA (scripts/python-env.sh).
        stub = Path(self.scratch.name) / "stub"
        stub.mkdir()
        (stub / "torchaudio.py").touch()
        # The file as it is written, but for what a CPU has not, and for how long it takes.
        small = ["bf16=false", "use_cpu=true", "max_steps=1", "eval_strategy='no'", "tokenized_path=tokenized"]
        command = [LLAMA_FACTORY / "llamafactory-cli", "train", "llama-factory.yaml", *small]
        environment = {**os.environ, "PYTHONPATH": str(stub)}
        environment.pop("DISABLE_VERSION_CHECK", None)
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, env=environment, timeout=300)
        self.assertEqual(done.returncode, 0, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
        texts, ids = labs_ids(self.folder)
        rows = load_from_disk(self.folder / "tokenized")
        end = json.loads((self.folder / "continue.json").read_text())["end_id"]
        at = 0
        for split, name in (("train", "train"), ("validation", "heldout")):
            count = len((self.folder / f"data/{name}.jsonl").read_text().splitlines())
            stream = list(chain.from_iterable([*each, end] for each in ids[at : at + count]))
            at += count
            trained = list(chain.from_iterable(rows[split]["input_ids"]))
            # What does not fill a row is left out.
            self.assertGreaterEqual(len(trained), 256)
            self.assertEqual(trained, stream[: len(trained)], split)
            self.assertLess(len(stream) - len(trained), 256)
        loss = json.loads((self.folder / "trained-llama-factory/train_results.json").read_text())["train_loss"]
        self.assertAlmostEqual(loss, math.log(300), delta=0.3)

    def test_the_readme_names_what_was_run(self):
        readme = (self.folder / "README.md").read_text()
        for package in ("accelerate", "peft", "tokenizers", "transformers", "torch"):
            self.assertIn(f"{package} {Version(version(package)).public}", readme)
        for package, name in (("axolotl", "Axolotl"), ("llamafactory", "LLaMA-Factory")):
            self.assertIn(f"{name} {version(package)}", readme)

    @needs_llama_factory
    def test_the_readme_names_what_llama_factory_was_run_with(self):
        readme = (self.folder / "README.md").read_text()
        code = "from importlib.metadata import version; print(*map(version, ['transformers', 'peft', 'accelerate']))"
        done = subprocess.run([LLAMA_FACTORY / "python", "-c", code], capture_output=True, text=True, check=True)
        transformers, peft, accelerate = done.stdout.split()
        said = f"(transformers {transformers}, peft {peft}, accelerate {accelerate})"
        self.assertIn(said, " ".join(readme.split()))


if __name__ == "__main__":
    unittest.main()

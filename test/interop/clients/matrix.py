"""What other programs make of every form of download: `matrix.py [NAME...]` measures it (all, or these models of pairs.ts) and
writes matrix.jsonl, a row a line, and docs/clients.md from it. test_clients.py measures a part again."""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path[:0] = [str(HERE), str(HERE.parent)]

from llama_cpp import installed
from notes import reasons
from render import CLIENTS, page
from sources import write_sources

ROWS = HERE / "matrix.jsonl"
PAGE = ROOT / "docs/clients.md"
NAMES = ["bundled", "llama3", "llama2", "smollm2", "mistral", "qwen2", "qwen3", "gpt2", "gpt_neox", "gpt_neox5", "gemma3"]
FORMS = ["safetensors", "delta", "ONNX", "GGUF", "scale", "tokenizer"]
DTYPES = ["", "F32", "F16", "BF16", "F32 in shards", "Q8_0", "f32", "f16", "q4"]
# Comes up where tokens are nearly tied.
MAY = {"rounded-activations"}
# Of the largest logit, or of 10 where all are smaller: what the lab's own proofs allow.
ALLOWED = 1e-4
ALLOWED_F16 = 1e-2


def run(command, folder=ROOT, **environment):
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, env={**os.environ, **environment})
    assert done.returncode == 0, f"{command}: {done.stdout[-1000:]}\n{done.stderr[-3000:]}"


def made(names, scratch):
    """The forms of these models in a new folder, and what the lab makes of them."""
    out = scratch / "forms"
    run(["node", "scripts/run.mjs", HERE / "make.ts", out, ",".join(names), *write_sources(scratch / "sources")])
    return out


def answered(out):
    """Rows as the Python and JavaScript clients gave them, two programs at a time."""
    borrowed = next((ROOT / ".venv/lib").glob("python*/site-packages"))

    def ask(name, command, **environment):
        answers = out / f"{name}.json"
        run([*command, out, answers], **environment)
        return json.loads(answers.read_text(encoding="utf-8"))

    with ThreadPoolExecutor(2) as pool:
        python = HERE / "open_python.py"
        asked = [
            pool.submit(ask, "javascript", ["node", HERE / "open_js.mjs"]),
            pool.submit(ask, "python", [ROOT / ".venv/bin/python", python]),
            pool.submit(ask, "python4", [ROOT / ".venv4/bin/python", python], BORROWED=str(borrowed)),
        ]
        return [row for each in asked for row in each.result()]


def llama_cpp(out, expected):
    folder = installed()
    version = json.loads((folder / "package.json").read_text())["dependencies"]["node-llama-cpp"]
    forms = [(model, form) for model in expected["models"] for form in model["forms"] if form["form"] == "GGUF"]
    prompts = {str(out / form["path"]): model["prompt"] for model, form in forms}
    job = {"files": list(prompts), "prompts": prompts, "texts": expected["texts"], "tokens": expected["greedy"]}
    (out / "job.json").write_text(json.dumps(job), encoding="utf-8")
    run(["node", "read.mjs", out / "job.json", out / "answers.json"], folder)
    answers = json.loads((out / "answers.json").read_text(encoding="utf-8"))
    rows = []
    for model, form in forms:
        row = {"name": model["name"], "kind": model["kind"], "form": "GGUF", "dtype": form["dtype"], "client": "llama.cpp"}
        answer = answers[str(out / form["path"])]
        pairs = zip(expected["texts"], model["ids"], answer["ids"], strict=True)
        row |= {"version": f"node-llama-cpp {version}", "differ": [text for text, ours, theirs in pairs if ours != theirs]}
        row["ids"] = len(model["ids"]) - len(row["differ"])
        row["greedy"], row["gap"] = compared_greedily(form, answer["greedy"])
        rows.append(row)
    return rows


def compared_greedily(form, theirs):
    """How many first tokens are the lab's, and by what share of its first choice's logit the next one is below; 1 for one far down."""
    same = next((at for at, (a, b) in enumerate(zip(form["greedy"], theirs)) if a != b), len(theirs))
    if same == len(form["greedy"]):
        return same, None
    likeliest = form["likeliest"][same]
    first = likeliest[0][1]
    return same, next(((first - logit) / abs(first) for id, logit in likeliest if id == theirs[same]), 1.0)


def check_copies(out, expected):
    """A delta on its base is the plain folder's weights, and the folder to go on elsewhere holds them, byte by byte."""
    for model in expected["models"]:
        folder = out / model["name"] / model["kind"]
        for form in model["forms"]:
            copy = {"delta": "delta-applied", "scale": "scale/model"}.get(form["form"])
            if copy:
                plain = folder / f"safetensors-{form['dtype']}" / "model.safetensors"
                assert (folder / copy / "model.safetensors").read_bytes() == plain.read_bytes(), f"{folder / copy}"


def explained(row, model, expected):
    """A row of the matrix. Throws where it differs from the lab for no reason that is known."""
    row = {**row, "family": model["family"], "tokenizer": model["tokenizer"]}
    notes = reasons(row, "ids", row["differ"])
    if row.get("error"):
        notes += reasons(row, "error", [row["error"]])
    if row.get("gap") is not None:
        notes += reasons(row, "greedy", [row["gap"]])
    if row.get("logits") is not None:
        allowed = ALLOWED_F16 if (row["form"], row["dtype"]) == ("ONNX", "f16") else ALLOWED
        share = row["logits"] / max(10, row["largest"])
        assert share <= allowed, f"logits differ: {row}"
    kept = {key: row[key] for key in ("form", "dtype", "family", "tokenizer", "name", "kind", "client", "version")}
    kept |= {"ids": [row["ids"], len(expected["texts"])] if row["ids"] is not None else None}
    kept |= {"logits": f"{row['logits']:.0e}" if row.get("logits") is not None else None}
    kept |= {"greedy": [row["greedy"], expected["greedy"]] if "greedy" in row else None}
    kept |= {"read": not row.get("error"), "notes": notes}
    return kept


def measured(names, scratch):
    """The rows of these models, in the order of the matrix."""
    out = made(names, scratch)
    return opened(out)


def opened(out):
    expected = json.loads((out / "expected.json").read_text(encoding="utf-8"))
    models = {(model["name"], model["kind"]): model for model in expected["models"]}
    check_copies(out, expected)
    answers = answered(out) + llama_cpp(out, expected)
    rows = ordered(explained(row, models[row["name"], row["kind"]], expected) for row in answers)
    check_readers(rows, models)
    return rows


def check_readers(rows, models):
    """The lab says of a model what was found of it and its graft, and finds what it says; near ties need not come up in a few tokens."""
    for (name, _), model in models.items():
        found = {key for row in rows if row["name"] == name for key in row["notes"]}
        said = set(model["readers"])
        assert found - MAY == said - MAY, f"{name}: the lab says {sorted(said)}, found is {sorted(found)}"


def ordered(rows):
    place = lambda row: (FORMS.index(row["form"]), NAMES.index(row["name"]), row["kind"], CLIENTS.index(row["client"]), DTYPES.index(row["dtype"]))
    return sorted(rows, key=place)


def stored():
    lines = ROWS.read_text(encoding="utf-8").splitlines() if ROWS.exists() else []
    return [json.loads(line) for line in lines]


def main(names):
    with tempfile.TemporaryDirectory() as scratch:
        found = measured(names or NAMES, Path(scratch))
    others = [row for row in stored() if names and row["name"] not in names]
    rows = ordered([*others, *found])
    ROWS.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    PAGE.write_text(page(rows), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

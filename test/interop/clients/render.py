"""docs/clients.md, of the rows of matrix.jsonl."""

from collections import defaultdict

from notes import NOTES

INTRODUCTION = """# Clients

What other programs make of what the lab writes. Every form of download, of every family of models with a tokenizer of its own kind, before and
after a graft of 24 tokens, is opened by each program that reads it, and compared with the lab: ids of {texts} texts (awkward ones, molecules, poems,
English, licences), logits of the last three tokens of a text that ends in the new ones, or greedy tokens behind it. Weights are random and
small, but those of the bundled model.

`.venv/bin/python test/interop/clients/matrix.py` measures and writes all of this (`test/interop/clients/matrix.jsonl` has the single rows); the
interop suite measures the models with small vocabularies again, and fails where a row is another one. Nothing here differs for a reason that is not
given: a rule for each ([notes.py](../test/interop/clients/notes.py)) says exactly which texts, tokens or models it accounts for.

## Who reads what

{readers}

`no`: not a form of that program’s. Versions: {versions}. mergekit merges the model with its copy, half and half; PEFT opens it under a fresh
adapter with the new rows. A delta is for the lab (`apply`); laid on its base it gives the plain folder’s weights byte by byte, as checked here, and its
folder has the whole tokenizer.

## How to read the tables

`400` is how many of {texts} texts have the lab’s ids, the figure behind it the largest difference of any logit (logits reach about 5; 15 in the
bundled model, 10 in Gemma), or how many of 8 greedy tokens are the lab’s before the first other one. A cell has the worst of the base, the graft and
the types named above the table. Allowed is a share of 1e-4 of the largest logit, or 1e-2 in ONNX’s f16, where activations are rounded too: the lab’s own
proofs ask for the same.
"""

# By form: heading, what is said above the table, and whether types have columns of their own.
TABLES = {
    "safetensors": ("Safetensors", "F32, F16, BF16, and F32 cut into shards. Logits are those of the rounded weights.", False),
    "ONNX": ("ONNX", "Against the lab’s logits with weights rounded as the file has them.", True),
    "GGUF": ("GGUF", "Against what the lab makes of the file itself.", True),
    "scale": ("Continue elsewhere", "The folder `model` within; `train.py` and the other trainers’ files are tested in test_scale.", False),
    "delta": ("Only the new rows", "The tokenizer that lies beside the rows.", False),
    "tokenizer": ("A tokenizer alone", "`expand --tokenizer`; the same files lie in every folder above.", False),
}
CLIENTS = [
    "transformers 5", "transformers 4", "peft", "mergekit", "tokenizers", "sentencepiece", "onnxruntime", "transformers.js",
    "@huggingface/tokenizers", "llama.cpp",
]


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def marks(rows):
    keys = {key for row in rows for key in row["notes"]}
    return "".join(f"[^{key}]" for key in NOTES if key in keys)


def cell(rows):
    if not rows:
        return ""
    parts = []
    unread = [row for row in rows if not row["read"]]
    if unread and not any(row["ids"] for row in rows):
        return f"no{marks(rows)}"
    ids = [row["ids"][0] for row in rows if row["ids"]]
    logits = [float(row["logits"]) for row in rows if row["logits"]]
    greedy = [row["greedy"] for row in rows if row["greedy"]]
    if ids:
        parts.append(str(min(ids)))
    if greedy:
        parts.append(f"{min(same for same, _ in greedy)} of {greedy[0][1]}")
    if unread:
        parts.append("other logits")
    elif logits:
        parts.append(f"{max(logits):.0e}")
    return f"{' · '.join(parts)}{marks(rows)}"


def form_table(form, rows):
    heading, about, by_type = TABLES[form]
    column = lambda row: f"{row['client']} {row['dtype']}" if by_type else row["client"]
    order = sorted(rows, key=lambda row: CLIENTS.index(row["client"]))
    columns = list(dict.fromkeys(map(column, order)))
    cells, names = defaultdict(list), {}
    for row in rows:
        cells[row["name"], column(row)].append(row)
        names[row["name"]] = model(row)
    body = [[title, *(cell(cells[name, each]) for each in columns)] for name, title in names.items()]
    return f"## {heading}\n\n{about}\n\n{table(['model', *columns], body)}\n"


def model(row):
    saved = ", as transformers 5 saves it" if row["name"] == "gpt_neox5" else ""
    return f"{row['family']}{saved} · {row['tokenizer']}"


def page(rows):
    forms = {form: [row for row in rows if row["form"] == form] for form in TABLES}
    clients = {form: {row["client"] for row in found} for form, found in forms.items()}
    readers = table(["", *CLIENTS], [[TABLES[form][0], *("yes" if each in clients[form] else "no" for each in CLIENTS)] for form in TABLES])
    versions = {row["client"]: row["version"] for row in rows}
    said = ", ".join(f"{client} {versions[client]}" for client in CLIENTS)
    texts = max(row["ids"][1] for row in rows if row["ids"])
    parts = [INTRODUCTION.format(texts=texts, readers=readers, versions=said)]
    parts += [form_table(form, found) for form, found in forms.items() if found]
    used = [key for key in NOTES if any(key in row["notes"] for row in rows)]
    parts.append("\n".join(f"[^{key}]: {NOTES[key].text}" for key in used) + "\n")
    return "\n".join(parts)

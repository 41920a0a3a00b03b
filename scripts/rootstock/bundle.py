"""Put the trained model where the page serves it, with the small files a Hugging Face folder has and a model card.

Every figure of the card comes from build/rootstock/report.json, which train.py measured on the bytes it wrote; the samples
are generated here by `transformers` from those same bytes.

    python scripts/rootstock/bundle.py build/rootstock public/models/rootstock
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

END = "<|endoftext|>"
PROMPTS = ["The old house stood", "It was a matter of", "She looked at him"]


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def samples(folder: Path) -> list[str]:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    found = []
    for seed, prompt in enumerate(PROMPTS):
        torch.manual_seed(seed)
        ids = torch.tensor([[0, *tokenizer(prompt, add_special_tokens=False).input_ids]])
        made = model.generate(
            ids, attention_mask=torch.ones_like(ids), max_new_tokens=60, do_sample=True, temperature=0.8, top_k=40, pad_token_id=0
        )
        found.append(tokenizer.decode(made[0], skip_special_tokens=True).replace("\n", " "))
    return found


def card(report: dict, made: list[str]) -> str:
    quotes = "\n>\n".join(f"> {text}" for text in made)
    return f"""---
license: apache-2.0
language: en
library_name: transformers
pipeline_tag: text-generation
tags: [tokengraft, base-model]
---

# rootstock

The base model that comes with Tokengraft, so that the lab works offline at once. Llama architecture, tied embeddings,
{report["parameters"]:,} parameters (hidden 256, 4 layers, 4 heads over 2 key/value heads, intermediate 640), byte-level BPE
with 4,096 tokens, context 512, weights in bf16. It is meant to be grafted and measured, not to be relied on for facts.

## Figures

| | |
|---|---|
| Held-out bits per byte | **{report["heldOutBitsPerByte"]:.3f}** on {report["heldOutDocuments"]} documents, {report["heldOutBytes"]:,} bytes, measured on these bf16 weights |
| Steps | {report["steps"]:,} |
| Tokens seen | {report["tokensSeen"]:,} ({report["epochs"]:.2f} epochs) |
| Time | {report["minutes"]:.0f} minutes on two CPU cores, shared with other work |
| Seed | {report["seed"]} |

Held-out documents are every fiftieth run of about 8 KB of whole paragraphs, chosen by a hash of the text, from the same books as
the training text: the figure speaks of new passages of known authors, not of new authors.

## Data and licence

About 23 MB of English prose, verse and speech, mostly of the 19th century, in the public domain or dedicated to it (CC0): Standard
Ebooks, texts digitised by Project Gutenberg (the Brontes, Darwin, Du Bois, Shakespeare, novels), speeches of US presidents. The
weights and the tokenizer are the project's own, under Apache-2.0.

## How it was made

`scripts/rootstock/` holds everything: `prepare.py` (documents and split), `tokenizer.ts` (our own BPE trainer), `train.py` (PyTorch:
Muon for the matrices, AdamW for embeddings and norms, warm-up, plateau and linear decay by the clock) and `bundle.py` (this folder).

## Samples

Temperature 0.8, top-k 40, the first attempt with seeds 0, 1 and 2:

{quotes}
"""


def main(build: Path, out: Path) -> None:
    report = json.loads((build / "report.json").read_text())
    out.mkdir(parents=True, exist_ok=True)
    for name in ["model.safetensors", "config.json"]:
        shutil.copy(build / "final" / name, out / name)
    shutil.copy(build / "tokenizer.json", out / "tokenizer.json")
    special = {"bos_token": END, "eos_token": END}
    write_json(out / "special_tokens_map.json", special)
    write_json(
        out / "tokenizer_config.json",
        special
        | {
            "added_tokens_decoder": {
                "0": {"content": END, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}
            },
            "clean_up_tokenization_spaces": False,
            "model_max_length": 512,
            "tokenizer_class": "PreTrainedTokenizerFast",
        },
    )
    write_json(out / "generation_config.json", {"bos_token_id": 0, "eos_token_id": 0})
    (out / "README.md").write_text(card(report, samples(out)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

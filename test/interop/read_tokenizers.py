"""Run by any transformers: opens folders with AutoTokenizer and prints, as JSON, what each makes of the texts beside it.
`read_tokenizers.py FOLDER...`; the texts stand in expected.json of the folder above."""

import json
import os
import sys
from pathlib import Path

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TRANSFORMERS_VERBOSITY="error")
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from transformers import AutoTokenizer, PreTrainedTokenizerFast

MESSAGES = [
    {"role": "user", "content": "CC(=O)Oc1ccccc1C(=O)O in 2024?"},
    {"role": "assistant", "content": "Aspirin."},
    {"role": "user", "content": "  And   then?"},
]


def read(folder, tokenizer_class=AutoTokenizer):
    expected = json.loads((folder.parent / "expected.json").read_text(encoding="utf-8"))
    tokenizer = tokenizer_class.from_pretrained(folder)
    ids = [tokenizer(text)["input_ids"] for text in expected["texts"]]
    chat = None
    if tokenizer.chat_template is not None:
        text = tokenizer.apply_chat_template(MESSAGES, tokenize=False, add_generation_prompt=True)
        chat = {"text": text, "ids": tokenizer(text, add_special_tokens=False)["input_ids"]}
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    batch = tokenizer(["a", expected["texts"][0]], padding=True)
    return {
        "class": type(tokenizer).__name__,
        "length": len(tokenizer),
        "ids": ids,
        "pad": tokenizer.pad_token_id,
        "batch": batch["input_ids"],
        "mask": batch["attention_mask"],
        "inputs": sorted(batch),
        "chat": chat,
    }


def answer(folder):
    try:
        return read(folder)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"[:300]}


if __name__ == "__main__":
    print(json.dumps({folder: answer(Path(folder)) for folder in sys.argv[1:]}))

"""Folders of tokenizers as this interpreter's transformers reads them: for each text of expected.json the ids by AutoTokenizer,
and by the class that obeys tokenizer.json; a padded batch and a chat. Prints one JSON value. Run by either transformers."""

import json
import logging
import os
import sys
from pathlib import Path

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", TOKENIZERS_PARALLELISM="false")

import transformers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

logging.disable(logging.WARNING)
transformers.logging.set_verbosity_error()

CHAT = [{"role": "user", "content": "one two"}, {"role": "assistant", "content": "qzvxk"}, {"role": "user", "content": "4 5"}]


def read(tokenizer, texts):
    value = {
        "class": type(tokenizer).__name__,
        "length": len(tokenizer),
        "ids": [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts],
        "padded": None,
        "chat": None,
    }
    if tokenizer.pad_token is not None:
        batch = tokenizer(["one", "one two three four"], padding=True)["input_ids"]
        value["padded"] = [len(row) for row in batch] + [tokenizer.pad_token_id in batch[0]]
    if tokenizer.chat_template is not None:
        value["chat"] = tokenizer.apply_chat_template(CHAT, tokenize=False, add_generation_prompt=True)
    return value


def main(folders):
    answers = {}
    for folder in map(Path, folders):
        texts = [entry["text"] for entry in json.loads((folder / "expected.json").read_text(encoding="utf-8"))["texts"]]
        answer = {"obeying": read(PreTrainedTokenizerFast.from_pretrained(folder), texts)}
        try:
            answer["auto"] = read(AutoTokenizer.from_pretrained(folder), texts)
        except (ValueError, KeyError) as error:
            answer["refused"] = str(error)
        answers[folder.name] = answer
    json.dump(answers, sys.stdout)


main(sys.argv[1:])

"""Turn the English corpora into documents and split them for `rootstock`.

Books arrive as one file each with hard-wrapped lines. A document here is a run of whole paragraphs of about
8 KB: long enough for the 512-token context, short enough that one book falls into many. Every fiftieth document,
chosen by a hash of its text, is held out; neither the tokenizer nor the model ever sees it.

    python scripts/rootstock/prepare.py ../shared/data/corpora build/rootstock

writes train.jsonl and heldout.jsonl ({"source", "text"} a line).
"""

import hashlib
import json
import re
import sys
from pathlib import Path

DOCUMENT_BYTES = 8_000
HELD_OUT_ONE_IN = 50
# These editions break lines at about 75 columns; the others carry a paragraph or a verse a line.
HARD_WRAPPED = {"english-bronte", "english-darwin", "english-dubois", "english-novels"}


def paragraphs(path: Path) -> list[str]:
    text = path.read_bytes().decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    if path.stem == "english-speeches":
        return [line.strip() for line in text.split("\n") if line.strip()]
    blocks = [block.strip("\n") for block in re.split(r"\n\s*\n", text) if block.strip()]
    if path.stem in HARD_WRAPPED:
        blocks = [re.sub(r"[ \t]*\n[ \t]*", " ", block.strip()) for block in blocks]
        blocks = [re.sub(r"  +", " ", block) for block in blocks]
    return blocks


def documents(blocks: list[str]) -> list[str]:
    found, current, size = [], [], 0
    for block in blocks:
        current.append(block)
        size += len(block.encode()) + 2
        if size >= DOCUMENT_BYTES:
            found.append("\n\n".join(current))
            current, size = [], 0
    if current:
        found.append("\n\n".join(current))
    return found


def is_held_out(text: str) -> bool:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % HELD_OUT_ONE_IN == 0


def main(corpora: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    counts = {"train": 0, "heldout": 0}
    sizes = {"train": 0, "heldout": 0}
    with (out / "train.jsonl").open("w") as train, (out / "heldout.jsonl").open("w") as heldout:
        for path in sorted(corpora.glob("english-*.txt")):
            for text in documents(paragraphs(path)):
                part, file = ("heldout", heldout) if is_held_out(text) else ("train", train)
                file.write(json.dumps({"source": path.stem, "text": text}, ensure_ascii=False) + "\n")
                counts[part] += 1
                sizes[part] += len(text.encode())
    for part in counts:
        print(f"{part}: {counts[part]} documents, {sizes[part]} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

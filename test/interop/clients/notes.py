"""Why a client makes something else of a form than the lab: one row a reason, with a rule that tells exactly which texts, tokens or
errors it accounts for. What no rule accounts for is no row of the matrix, but a failure."""

import unicodedata
from dataclasses import dataclass
from typing import Callable


def nothing(*_):
    return False


@dataclass(frozen=True)
class Note:
    text: str
    ids: Callable = nothing
    """(row, text): whether ids of this text may differ."""
    greedy: Callable = nothing
    """(row, gap): whether the first other token may be, whose logit is `gap` below the lab's choice, as a share of that."""
    error: Callable = nothing
    """(row, error)"""


NFC = {"the bundled model’s", "Qwen", "GPT-NeoX (GPT-2’s, with NFC)"}


JAVASCRIPT = {"transformers.js", "@huggingface/tokenizers"}


def other_number(character):
    return unicodedata.category(character).startswith("N") and character not in "0123456789"


def llama_cpp(row):
    return row["client"] == "llama.cpp"


def has_any(text, *parts):
    return any(part in text for part in parts)


NOTES = {
    "nfc": Note(
        "llama.cpp normalises nothing. These tokenizers bring text into NFC first; the texts that are not in NFC differ, and no other. "
        "Text from a keyboard nearly always is in NFC; `unicodedata.normalize(\"NFC\", text)` makes it so.",
        ids=lambda row, text: llama_cpp(row) and row["tokenizer"] in NFC and unicodedata.normalize("NFC", text) != text,
    ),
    "spelled-end": Note(
        "Qwen’s vocabulary has an ordinary piece spelled `</s>`, which llama.cpp takes for an end of text: one text, which has it written out.",
        ids=lambda row, text: llama_cpp(row) and row["tokenizer"] == "Qwen" and "</s>" in text,
    ),
    "written-metaspace": Note(
        "Where U+2581, which SentencePiece writes for a space, stands in the text itself beside spaces, llama.cpp looks for tokens of several "
        "spaces before it knows it for one: one text.",
        ids=lambda row, text: llama_cpp(row) and row["tokenizer"] == "Gemma 3" and "▁" in text,
    ),
    "written-specials": Note(
        "SentencePiece’s `encode` takes special tokens that are written out in a text for plain text; all others look for them first.",
        ids=lambda row, text: row["client"] == "sentencepiece" and has_any(text, "<s>", "</s>", "<unk>", "<bos>", "<eos>", "<pad>"),
    ),
    "js-digits": Note(
        "The pre-tokenizer `Digits` of SmolLM2 and StarCoder cuts at every digit and number of Unicode; @huggingface/tokenizers, of which "
        "transformers.js is made, knows 0 to 9 alone: three texts, with Arabic digits, fractions, or numerals in one character.",
        ids=lambda row, text: row["client"] in JAVASCRIPT and row["name"] == "smollm2" and any(map(other_number, text)),
    ),
    "rounded-activations": Note(
        "With BF16 or Q8_0 weights llama.cpp rounds activations to that type too, which the lab does not. These models are random, with tokens "
        "as good as tied: the logit in the lab of the first other token is within 0.5 % (BF16) or 10 % (Q8_0; seven random layers of Gemma, 0.2 % "
        "else) of its first choice’s; what follows has another text before it.",
        greedy=lambda row, gap: llama_cpp(row) and gap < {"BF16": 0.005, "Q8_0": 0.1 if row["name"] == "gemma3" else 0.002}.get(row["dtype"], 0),
    ),
    "neox-head": Note(
        "GPT-NeoX’s head is `embed_out.weight` in published checkpoints and `lm_head.weight` in what transformers 5 saves; the lab writes the "
        "name that it read. transformers 4 knows only the first, warns that it made up a head, and computes other logits. Before giving a model "
        "that transformers 5 saved to transformers 4, rename that one tensor.",
        error=lambda row, error: row["client"] == "transformers 4" and row["name"] == "gpt_neox5" and "embed_out.weight" in error,
    ),
    "neox-mergekit": Note(
        "mergekit asks for `attention.bias`, `attention.masked_bias` and `rotary_emb.inv_freq` of each layer, constants that the old published "
        "GPT-NeoX checkpoints hold and newer transformers no longer save. The lab carries them over from a base that has them.",
        error=lambda row, error: row["client"] == "mergekit" and row["family"] == "gpt_neox" and "required but not present" in error,
    ),
}


class Unexplained(AssertionError):
    pass


def reasons(row, by, whats):
    """The keys of the notes that account for each of `whats`."""
    found = []
    for what in whats:
        keys = [key for key, note in NOTES.items() if getattr(note, by)(row, what)]
        if not keys:
            where = " ".join(str(row[key]) for key in ("form", "dtype", "name", "kind", "client"))
            raise Unexplained(f"{where}: {by}: {str(what)[:200]!r}")
        found += keys
    return sorted(set(found), key=list(NOTES).index)

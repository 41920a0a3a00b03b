"""tokenizer.model of extended SentencePiece tokenizers: Python `sentencepiece` gives the ids that the codec and the Rust
`tokenizers` give of the extended tokenizer.json, also where the lab made the file because a folder came without it. One model is published (Mistral 7B), one is trained here by SentencePiece
itself, without the space before a text, as Gemma has it."""

import json
import random
import subprocess
import tempfile
import unittest
from importlib.resources import files
from pathlib import Path

import sentencepiece
from tokenizers import Tokenizer, decoders, normalizers
from tokenizers.models import BPE

from lab import ROOT, SAMPLES, law


def tokenizer_json(model, out, dummy_prefix):
    """tokenizer.json as transformers converts it: a merge for every split of every piece, the best score first."""
    pieces = [(model.id_to_piece(at), model.get_score(at)) for at in range(model.get_piece_size())]
    vocabulary = {piece: at for at, (piece, _) in enumerate(pieces)}
    merges = []
    for at, (piece, score) in enumerate(pieces):
        if model.is_control(at) or model.is_byte(at) or model.is_unknown(at):
            continue
        splits = [(piece[:cut], piece[cut:]) for cut in range(1, len(piece))]
        known = [(left, right) for left, right in splits if left in vocabulary and right in vocabulary]
        merges += [(-score, vocabulary[left], vocabulary[right], left, right) for left, right in known]
    # Stable by score: the splits of one piece lie together.
    merges.sort(key=lambda merge: merge[:3])
    tokenizer = Tokenizer(
        BPE(vocabulary, [merge[3:] for merge in merges], unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    steps = [normalizers.Prepend("▁")] if dummy_prefix else []
    tokenizer.normalizer = normalizers.Sequence([*steps, normalizers.Replace(" ", "▁")])
    strip = [decoders.Strip(" ", 1, 0)] if dummy_prefix else []
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), *strip]
    )
    tokenizer.save(str(out))


def trained_model(out):
    # The last part of the text is kept for the comparison.
    text = (SAMPLES / "general-english.txt").read_text(encoding="utf-8")[:200_000]
    sample = out.with_suffix(".txt")
    sample.write_text(text, encoding="utf-8")
    sentencepiece.SentencePieceTrainer.train(
        input=str(sample),
        model_prefix=str(out.with_suffix("")),
        model_type="bpe",
        vocab_size=2000,
        byte_fallback=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        add_dummy_prefix=False,
        minloglevel=2,
    )


def random_texts(count):
    chance = random.Random(20261124)
    kinds = [(0x20, 0x7E), (0xA0, 0x24F), (0x4E00, 0x9FFF), (0x1F300, 0x1FAFF), (0x0400, 0x04FF), (0x20000, 0x2A6DF)]

    def character():
        first, last = chance.choice(kinds)
        return chr(chance.randint(first, last))

    return ["".join(character() for _ in range(chance.randint(1, 60))) for _ in range(count)]


class ExtendedSentencePiece(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        folder = Path(cls.scratch.name)
        cls.mistral, cls.trained = folder / "mistral", folder / "trained"
        for each in (cls.mistral, cls.trained):
            each.mkdir()
        published = files("mistral_common") / "data" / "tokenizer.model.v1"
        (cls.mistral / "tokenizer.model").write_bytes(published.read_bytes())
        trained_model(cls.trained / "tokenizer.model")
        for each in (cls.mistral, cls.trained):
            model = sentencepiece.SentencePieceProcessor(model_file=str(each / "tokenizer.model"))
            tokenizer_json(model, each / "tokenizer.json", dummy_prefix=each is cls.mistral)
        texts = [(SAMPLES / name).read_text(encoding="utf-8") for name in ("molecules.smi", "tang-poems.txt", "general-english.txt")]
        lines = [[line for line in text.split("\n") if line.strip()] for text in (*texts, "\n".join(law()))]
        molecules, poems, _, licences = lines
        domain = molecules[:2000] + poems[:300] + licences[:200]
        cls.texts = [line for each in lines for line in each[-250:]] + domain[::25] + random_texts(300)
        cls.texts += ["  two  spaces, a tab\t, café, 逸飛 and 🌿; 1,234.5% tokengraftly", "  tokengraftly", "a" * 300]
        job = folder / "job.json"
        job.write_text(
            json.dumps({"folders": [str(cls.mistral), str(cls.trained)], "domain": domain, "texts": cls.texts}),
            encoding="utf-8",
        )
        command = ["node", "scripts/run.mjs", "test/interop/extendedSentencePiece.ts", str(job)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr[-3000:]

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def check(self, folder, way):
        extended = folder.with_name(f"{folder.name}-{way}")
        old = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
        new = sentencepiece.SentencePieceProcessor(model_file=str(extended / "tokenizer.model"))
        made = sentencepiece.SentencePieceProcessor(model_file=str(extended / "made.model"))
        rust = Tokenizer.from_file(str(extended / "tokenizer.json"))
        before = Tokenizer.from_file(str(folder / "tokenizer.json"))
        expected = json.loads((extended / "expected.json").read_text(encoding="utf-8"))
        self.assertGreater(len(expected["tokens"]), 0)
        self.assertEqual(new.get_piece_size(), old.get_piece_size() + len(expected["tokens"]))
        for at in range(old.get_piece_size()):
            self.assertEqual(new.id_to_piece(at), old.id_to_piece(at))
        for at, piece in expected["tokens"]:
            self.assertEqual(new.id_to_piece(at), piece)
        first = old.get_piece_size()
        uses = 0
        for text, ids in zip(self.texts, expected["ids"], strict=True):
            # The two agreed before: what differs after is the extension's doing.
            self.assertEqual(old.encode(text), before.encode(text, add_special_tokens=False).ids, text)
            self.assertEqual(rust.encode(text, add_special_tokens=False).ids, ids, text)
            self.assertEqual(new.encode(text), ids, text)
            self.assertEqual(made.encode(text), ids, text)
            uses += sum(at >= first for at in ids)
        self.assertGreater(uses, 0)


for name in ("mistral", "trained"):
    for way in ("continued", "digits", "independent", "byHand"):
        setattr(
            ExtendedSentencePiece,
            f"test_{name}_{way}",
            lambda self, name=name, way=way: self.check(getattr(self, name), way),
        )
setattr(ExtendedSentencePiece, "test_trained_added", lambda self: self.check(self.trained, "added"))


if __name__ == "__main__":
    unittest.main()

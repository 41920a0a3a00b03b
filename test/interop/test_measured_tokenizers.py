"""Tokenizers that the lab only measures, with SentencePiece's own character map: a unigram model trained here as T5's is
(nmt_nfkc), its ids by the Rust `tokenizers` beside the lab's; and the diagnosis that says it cannot be extended."""

import base64
import json
import tempfile
import unittest
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import Unigram

from lab import SAMPLES, lab

TEXTS = [
    "Ｆｕｌｌ ｗｉｄｔｈ, ﬁne ligatures, ½ and № 5",
    "caf\u00e9, cafe\u0301, \u1e9b\u0323, \u3371, \u2460\u00a0\u2003x\u200by\u200d",
    "\t tabs\tand\nlines \u2028 \ufeff end ",
    "\U0001f469\u200d\U0001f52c\U0001f1e8\U0001f1ed ก็ำ 한국어 ｶﾞ",
    "Once upon a time, there was a little girl named Lily.",
]


class MeasuredTokenizers(unittest.TestCase):
    def test_unigram_with_a_character_map(self):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            sample = folder / "sample.txt"
            english = (SAMPLES / "general-english.txt").read_text(encoding="utf-8")
            sample.write_text(english[:-20_000], encoding="utf-8")
            sentencepiece.SentencePieceTrainer.train(
                input=str(sample), model_prefix=str(folder / "unigram"), vocab_size=1500, minloglevel=2
            )
            proto = sentencepiece_model_pb2.ModelProto()
            proto.ParseFromString((folder / "unigram.model").read_bytes())
            rust = Tokenizer(Unigram([(piece.piece, piece.score) for piece in proto.pieces], unk_id=0))
            rust.normalizer = normalizers.Sequence(
                [normalizers.Precompiled(proto.normalizer_spec.precompiled_charsmap), normalizers.Strip()]
            )
            rust.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
            rust.decoder = decoders.Metaspace(prepend_scheme="always")
            rust.save(str(folder / "tokenizer.json"))
            (folder / "config.json").write_text(
                json.dumps({"hidden_size": 64, "vocab_size": 1500, "num_hidden_layers": 4}), encoding="utf-8"
            )
            self.assertGreater(len(base64.b64encode(proto.normalizer_spec.precompiled_charsmap)), 100_000)
            poems = (SAMPLES / "tang-poems.txt").read_text(encoding="utf-8")[:3_000]
            for text in [*TEXTS, english[-20_000:], poems]:
                expected = rust.encode(text)
                found = lab("tokenize", "--tokenizer", folder, "--text", text)
                self.assertEqual(found["ids"], expected.ids, text[:80])
                self.assertEqual([tuple(span) for span in found["offsets"]], expected.offsets, text[:80])
            diagnosis = lab("diagnose", "--tokenizer", folder, "--corpus", SAMPLES / "molecules.smi")
            self.assertFalse(diagnosis["extendable"])
            self.assertEqual(diagnosis["newTokens"], 0)
            # An English vocabulary of characters has none for `=`, `#` or `[`: that text is lost, which speaks for new tokens
            # whatever else is measured. The lab cannot give them to a Unigram model, and says so.
            lost = diagnosis["signals"][0]
            self.assertEqual((lost["name"], lost["weight"]), ("lostText", "decides"))
            self.assertGreater(lost["value"], 0.01)
            self.assertEqual(diagnosis["verdict"], "expand")


if __name__ == "__main__":
    unittest.main()

"""The lab's normalizers and pre-tokenizers against the Rust library, on every character of the newest Unicode: the library's forms
and marks are those of Unicode 9, what BERT's stages ask about a character is answered by Unicode 8, and the lab's must be too."""

import unittest

from tokenizers import normalizers, pre_tokenizers

from lab import written_by

NORMALIZERS = {
    "NFC": normalizers.NFC(),
    "NFD": normalizers.NFD(),
    "NFKC": normalizers.NFKC(),
    "NFKD": normalizers.NFKD(),
    "Lowercase": normalizers.Lowercase(),
    "StripAccents": normalizers.StripAccents(),
    "uncased": normalizers.BertNormalizer(),
    "cased": normalizers.BertNormalizer(strip_accents=False, lowercase=False),
}
PRE_TOKENIZERS = {
    "Punctuation": pre_tokenizers.Punctuation(),
    "BertPreTokenizer": pre_tokenizers.BertPreTokenizer(),
    "WhitespaceSplit": pre_tokenizers.WhitespaceSplit(),
    "Digits": pre_tokenizers.Digits(individual_digits=True),
}


class EveryCharacter(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.found = written_by("everyCharacter.ts")

    def test_normalizers(self):
        self.assertEqual(set(self.found["normalized"]), set(NORMALIZERS))
        for name, normalizer in NORMALIZERS.items():
            self.check(name, normalizer.normalize_str, self.found["normalized"][name])

    def test_pre_tokenizers(self):
        self.assertEqual(set(self.found["pieces"]), set(PRE_TOKENIZERS))
        for name, stage in PRE_TOKENIZERS.items():
            self.check(name, lambda text: [piece for piece, _ in stage.pre_tokenize_str(text)], self.found["pieces"][name])

    def check(self, name, expected, found):
        texts = self.found["texts"]
        self.assertGreater(len(texts), 100_000)
        other = [text for text, here in zip(texts, found, strict=True) if here != expected(text)]
        self.assertEqual([], [ascii(text) for text in other[:20]], f"{name}: {len(other)} of {len(texts)}")


if __name__ == "__main__":
    unittest.main()

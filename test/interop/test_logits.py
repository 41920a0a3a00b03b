"""The lab reads a folder as `transformers` does: the same ids, and the same logits to 1e-4."""

import unittest

from lab import ALL_TEXTS, BUNDLED, STORIES, TEXTS, Reference, lab_logits


class Logits(unittest.TestCase):
    def check(self, folder):
        reference = Reference(folder)
        self.assertEqual(reference.loading_problems, {})
        for text, device in ((TEXTS[0], "gpu"), (ALL_TEXTS, "gpu"), (ALL_TEXTS, "processor")):
            with self.subTest(text=text, device=device):
                ids, logits = lab_logits(folder, text, device)
                self.assertEqual(ids, reference.ids(text))
                expected = reference.logits(ids)
                self.assertEqual(logits.shape, expected.shape)
                self.assertLess((logits - expected).abs().max().item(), 1e-4)

    def test_stories260K(self):
        self.check(STORIES)

    def test_the_bundled_model(self):
        self.check(BUNDLED)


if __name__ == "__main__":
    unittest.main()

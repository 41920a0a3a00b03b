"""docs/clients.md is true: what it says of the models with small vocabularies is measured again with every client."""

import platform
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "clients"))

import matrix
import render

# Every family but those whose published vocabularies take minutes: the rest of their rows is of `matrix.py` alone.
AGAIN = ["mistral", "gpt2", "gpt_neox", "gpt_neox5"]


def by_place(rows):
    """Without the size of a difference that is allowed, which is another on another machine."""
    place = ("form", "dtype", "name", "kind", "client")
    return {" ".join(row[key] for key in place): {**row, "logits": row["logits"] is not None} for row in rows}


class Clients(unittest.TestCase):
    def test_the_page_is_made_of_the_rows(self):
        self.assertEqual(matrix.PAGE.read_text(encoding="utf-8"), render.page(matrix.stored()))

    def test_every_model_and_every_note_is_in_the_matrix(self):
        rows = matrix.stored()
        self.assertEqual(sorted({row["name"] for row in rows}), sorted(matrix.NAMES))
        self.assertEqual({row["client"] for row in rows}, set(render.CLIENTS))
        self.assertEqual({key for row in rows for key in row["notes"]}, set(render.NOTES))

    @unittest.skipUnless((platform.system(), platform.machine()) == ("Linux", "x86_64"), "llama.cpp is pinned for Linux on x64")
    def test_measured_again_the_rows_are_the_same(self):
        with tempfile.TemporaryDirectory() as scratch:
            found = matrix.measured(AGAIN, Path(scratch))
        wanted = [row for row in matrix.stored() if row["name"] in AGAIN]
        found, wanted = by_place(found), by_place(wanted)
        self.assertEqual(set(found), set(wanted))
        for place, row in found.items():
            with self.subTest(row=place):
                self.assertEqual(row, wanted[place])


if __name__ == "__main__":
    unittest.main()

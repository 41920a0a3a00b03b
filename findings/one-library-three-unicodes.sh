#!/usr/bin/env bash
# Package:   PyPI tokenizers 0.23.3.
# Input:     letters with marks, a Japanese square and a dash: characters that came with Unicode 9 (2016) to 12.1 (2019), beside older ones.
# Behaviour: the stages of one tokenizer answer by tables of different years. Regular expressions know all of these characters. NFC,
#            NFKC and StripAccents know Unicode 9: an Arabic mark of 2018 is no accent and is not put in order, the square of the
#            era Reiwa stays one character. BertNormalizer, BertPreTokenizer and Punctuation know Unicode 8 (2015): to them the
#            dash of 2016 is part of a word and the mark of 2016 is none.
# Expected:  one Unicode for all stages, as in Python, JavaScript or ICU, with which a tokenizer.json is read elsewhere: the same
#            file gives other ids there for such text, and Quranic Arabic or Japanese dates hold it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tokenizers==0.23.3
cat > look.py <<'PYTHON'
import sys

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

mark_2015, mark_2016, mark_2018 = '\u08e3', '\u08d4', '\u08d3'
reiwa, dash_2016 = '\u32ff', '\u2e43'
bert = normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)


def pieces(stage, text):
    return [piece for piece, _ in stage.pre_tokenize_str(text)]


def known(pattern, character):
    return len(pieces(pre_tokenizers.Split(Regex(pattern), 'isolated'), f'a{character}b')) == 3


print(f'tokenizers {tokenizers.__version__}')
found = {
    'marks of 2015, 2016, 2018 to a regular expression': [known(r'\p{M}', c) for c in (mark_2015, mark_2016, mark_2018)],
    'stripped by StripAccents': [normalizers.StripAccents().normalize_str(f'a{c}') == 'a' for c in (mark_2015, mark_2016, mark_2018)],
    'stripped by BertNormalizer': [bert.normalize_str(f'a{c}') == 'a' for c in (mark_2015, mark_2016, mark_2018)],
    'NFD puts a mark below before one above': [
        normalizers.NFD().normalize_str(f'x\u0301{c}') == f'x{c}\u0301' for c in (mark_2015, mark_2018)
    ],
    'NFKC of the square of an era, of 1989 and 2019': [normalizers.NFKC().normalize_str(c) for c in ('\u337b', reiwa)],
    'a dash of 2016 to a regular expression': known(r'\p{P}', dash_2016),
    'cut out by Punctuation': len(pieces(pre_tokenizers.Punctuation(), f'a{dash_2016}b')) == 3,
    'cut out by BertPreTokenizer': len(pieces(pre_tokenizers.BertPreTokenizer(), f'a{dash_2016}b')) == 3,
}
for what, answer in found.items():
    print(f'  {what}: {answer}')
expected = [
    [True, True, True],
    [True, True, False],
    [True, False, False],
    [True, False],
    ['平成', reiwa],
    True,
    False,
    False,
]
if list(found.values()) != expected:
    print(f'  CHANGED: it was {expected}')
    sys.exit(1)
PYTHON
venv/bin/python look.py

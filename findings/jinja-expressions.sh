#!/usr/bin/env bash
# Package:   npm @huggingface/jinja 0.5.11, which transformers.js renders chat templates with.
# Beside it: PyPI transformers 5.23.0 with Jinja2 3.1.6, which the templates of models are written for and tested in.
# Input:     expressions that both accept.
# Behaviour: the texts differ and nothing is said. An argument of strip, lstrip and rstrip is ignored; % takes the sign of the
#            dividend; capitalize leaves the other letters as they are; strings count in UTF-16 units, so that the first
#            character of an emoji is half of one; True, None and the quotes of lists are JavaScript's or JSON's; 1.0 loses its .0 in ~.
# Expected:  the text of Jinja2, or an error: a model sees another prompt in the browser than the one it was trained with.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --prefix . @huggingface/jinja@0.5.11
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check transformers==5.23.0 jinja2==3.1.6

# [template, as @huggingface/jinja renders it, as transformers renders it]
cat > cases.json <<'CASES'
[
  ["{{ 'xXX'.rstrip('X') }}", "xXX", "x"],
  ["{{ 'aab'.lstrip('a') }}", "aab", "b"],
  ["{{ '**a**'.strip('*') }}", "**a**", "a"],
  ["{{ -7 % 3 }}", "-1", "2"],
  ["{{ 7 % -3 }}", "1", "-2"],
  ["{{ 'hELLO wORLD' | capitalize }}", "HELLO wORLD", "Hello world"],
  ["{{ \"it's me\" | title }}", "It'S Me", "It's Me"],
  ["{{ '😀' | length }}", "2", "1"],
  ["{{ '😀a'[0] }}", "\ud83d", "😀"],
  ["{{ true }}", "true", "True"],
  ["{{ none }}", "", "None"],
  ["{{ [1, 'a'] }}", "[1, \"a\"]", "[1, 'a']"],
  ["{{ 'a' ~ 1.0 }}", "a1", "a1.0"]
]
CASES
cat > ours.mjs <<'JAVASCRIPT'
import { readFileSync } from 'node:fs';
import { Template } from '@huggingface/jinja';
const cases = JSON.parse(readFileSync('cases.json', 'utf8'));
console.log(JSON.stringify(cases.map(([template]) => new Template(template).render({}))));
JAVASCRIPT
cat > compare.py <<'PYTHON'
import json
import subprocess
import sys

import jinja2
import transformers
from transformers.utils.chat_template_utils import render_jinja_template

cases = json.load(open('cases.json'))
rendered = json.loads(subprocess.run(['node', 'ours.mjs'], capture_output=True, check=True).stdout)
print(f'@huggingface/jinja 0.5.11 beside transformers {transformers.__version__} with Jinja2 {jinja2.__version__}')
changed = False
for (template, as_npm, as_python), npm in zip(cases, rendered):
    [[python], _] = render_jinja_template(conversations=[[]], chat_template=template)
    same = [npm, python] == [as_npm, as_python]
    changed |= not same
    print(f"{template:36} {ascii(npm):20} {ascii(python):16} {'' if same else 'CHANGED'}".rstrip())
sys.exit(1 if changed else 0)
PYTHON
venv/bin/python compare.py

#!/usr/bin/env bash
# Package:   PyPI axolotl 0.19.0: its chat templates for training, rendered by jinja2 3.1.6 as transformers renders a template.
# Input:     a conversation of one question and its answer, `add_generation_prompt` false, as for training.
# Behaviour: of 36 templates three, `command_a`, `command_a_rag` and `command_a_tool_use`, end it with the opening of another answer of the
#            assistant, which belongs behind a question alone. The two last ones do not read `add_generation_prompt` at all. Whatever
#            masks the text behind the last question as the answer teaches the model to begin a second one before it stops.
# Expected:  the end of the answer's turn, as the other templates have it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jinja2==3.1.6 2>/dev/null
venv/bin/pip download --quiet --disable-pip-version-check --no-deps axolotl==0.19.0 2>/dev/null
cat >render.py <<'PYTHON'
import json
import sys
import zipfile

from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(Extension):
    """`{% generation %}` of transformers, which prints what it encloses."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return nodes.Scope(body).set_lineno(line)


environment = ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols, Generation]
)
environment.filters["tojson"] = lambda value, **_: json.dumps(value)
environment.globals["strftime_now"] = lambda form: "26 Jul 2024"
question = {"role": "user", "content": "What is the boiling point of water?"}
answer = {"role": "assistant", "content": "100 degrees"}
folder = "axolotl/utils/chat_templates/templates/"
opening = []
with zipfile.ZipFile(sys.argv[1]) as wheel:
    names = sorted(name for name in wheel.namelist() if name.startswith(folder) and name.endswith(".jinja"))
    for name in names:
        template = environment.from_string(wheel.read(name).decode())
        whole = template.render(
            messages=[question, answer], add_generation_prompt=False, bos_token="<s>", eos_token="</s>", tools=None, documents=None
        )
        behind = whole[whole.rindex(answer["content"]) + len(answer["content"]) :]
        if any(role in behind for role in ("CHATBOT", "assistant", "model", "ASSISTANT", "bot|")):
            opening.append(name[len(folder) : -len(".jinja")])
            print(f"  {opening[-1]}: behind the answer stands {behind!r}")
print(f"  {len(opening)} of {len(names)} templates")
expected = ["command_a", "command_a_rag", "command_a_tool_use"]
if opening != expected or len(names) != 36:
    sys.exit(f"  CHANGED: they were {', '.join(expected)} of 36")
PYTHON
echo 'axolotl 0.19.0, jinja2 3.1.6'
venv/bin/python render.py axolotl-0.19.0-*.whl

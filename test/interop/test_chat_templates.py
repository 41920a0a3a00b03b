"""Chat templates as transformers renders them with jinja2: small expressions, 20 conversations with every template that axolotl
publishes, and which tokens are learned, against `apply_chat_template(..., return_assistant_tokens_mask=True)`."""

import importlib.util
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from lab import BUNDLED, ROOT
from transformers import AutoTokenizer
from transformers.utils.chat_template_utils import render_jinja_template

from chat_expressions import REFUSED, RENDERED, VARIABLES

TEMPLATES = Path(importlib.util.find_spec("axolotl").submodule_search_locations[0]) / "utils/chat_templates/templates"
TOKENS = {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}
CONVERSATIONS = json.loads((ROOT / "test/fixtures/conversations.json").read_text(encoding="utf-8"))


def cut(text, start, end):
    """By UTF-16 units, as JavaScript counts."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


def of_lab(cases):
    with tempfile.TemporaryDirectory() as folder:
        listed, out = Path(folder) / "cases.json", Path(folder) / "results.json"
        listed.write_text(json.dumps(cases), encoding="utf-8")
        command = ["node", "scripts/run.mjs", "test/interop/renderChats.ts", str(listed), str(out)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode != 0:
            raise AssertionError(done.stderr[-4000:])
        return json.loads(out.read_text(encoding="utf-8"))


def of_transformers(template, turns, asks=False, **variables):
    """The text, or None where transformers fails as well."""
    try:
        return render_jinja_template([turns], chat_template=template, add_generation_prompt=asks, **variables)[0][0]
    except Exception:
        return None


class Expressions(unittest.TestCase):
    def reference(self, template):
        variables = {name: value for name, value in VARIABLES.items() if name != "messages"}
        return of_transformers(template, VARIABLES["messages"], **variables)

    def results(self, templates):
        more = {"tools": None, "documents": None, "add_generation_prompt": False}
        return of_lab([{"template": template, "variables": {**VARIABLES, **more}} for template in templates])

    def test_what_is_rendered_is_rendered_as_jinja2_does(self):
        for template, result in zip(RENDERED, self.results(RENDERED)):
            with self.subTest(template):
                self.assertEqual(result.get("text", result), self.reference(template))

    def test_what_would_differ_is_refused_by_name(self):
        for template, result in zip(REFUSED, self.results(REFUSED)):
            with self.subTest(template):
                # Rendering the same as jinja2 would be no fault; rendering otherwise is.
                if "text" in result:
                    self.assertEqual(result["text"], self.reference(template))
                self.assertTrue(result.get("refused", "").startswith("chat/"), result)


class Published(unittest.TestCase):
    def test_20_conversations_of_every_template(self):
        self.assertEqual(len(CONVERSATIONS), 20)
        files = sorted(TEMPLATES.glob("*.jinja"))
        pairs = [(file, turns) for file in files for turns in CONVERSATIONS]
        results = of_lab([{"template": file.read_text(), "variables": TOKENS, "turns": turns} for file, turns in pairs])
        rendered, refused = {}, {}
        for (file, turns), result in zip(pairs, results):
            template = file.read_text()
            with self.subTest(file.stem, turns=turns[0]["content"][:20]):
                expected = of_transformers(template, turns, **TOKENS)
                if "text" in result:
                    self.assertEqual(result["text"], expected)
                    self.assertEqual(result["prompt"], of_transformers(template, turns[:-1], True, **TOKENS))
                    said = "".join(cut(result["text"], **span) for span in result["answers"])
                    for turn in turns:
                        if turn["role"] == "assistant":
                            # Templates for models that think leave out what was thought.
                            self.assertIn(turn["content"].split("</think>")[-1].strip(), said)
                    rendered[file.stem] = rendered.get(file.stem, 0) + 1
                elif expected is not None:
                    refused.setdefault(file.stem, set()).add(result["message"])
        print(f"{sum(count == 20 for count in rendered.values())} templates whole; refused: {refused}")
        self.assertGreaterEqual(sum(count == 20 for count in rendered.values()), 30)


def marked(name, *places):
    """A published template with {% generation %} where it prints what the assistant says."""
    template = (TEMPLATES / f"{name}.jinja").read_text()
    for old, new in places:
        if old not in template:
            raise AssertionError(f"{name} has no {old}")
        template = template.replace(old, new)
    return template


PRINTS = "{% if message['role'] == 'assistant' %}{% generation %}{{ X }}{% endgeneration %}{% else %}{{ X }}{% endif %}"
MASKED = {
    "chatml": marked(
        "chatml",
        (
            "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}",
            "{{'<|im_start|>' + message['role'] + '\n'}}"
            + PRINTS.replace("X", "message['content'] + '<|im_end|>'")
            + "{{'\n'}}",
        ),
    ),
    "llama3": marked(
        "llama3",
        (
            "<|end_header_id|>\n\n'+ message_text + '<|eot_id|>' %}",
            "<|end_header_id|>\n\n' %}",
        ),
        ("{{ content }}", "{{ content }}" + PRINTS.replace("X", "message_text + '<|eot_id|>'")),
    ),
    "phi_3": marked(
        "phi_3",
        (
            "{{message['content'] + '<|end|>' + '\n'}}{% endif %}{% endfor %}",
            "{% generation %}{{message['content'] + '<|end|>'}}{% endgeneration %}{{'\n'}}{% endif %}{% endfor %}",
        ),
    ),
    "phi_4": marked("phi_4"),
}


class Masks(unittest.TestCase):
    def test_the_learned_tokens_are_those_of_transformers(self):
        tokenizer = AutoTokenizer.from_pretrained(BUNDLED)
        pairs = [(name, turns) for name in MASKED for turns in CONVERSATIONS]
        plain = {name: (TEMPLATES / f"{name}.jinja").read_text() for name in MASKED}
        plain["phi_4"] = plain["phi_4"].replace("{% generation %}", "").replace("{% endgeneration %}", "")
        for kind, templates in (("marked", MASKED), ("told from the text", plain)):
            cases = [
                {"template": templates[name], "variables": TOKENS, "folder": str(BUNDLED), "turns": turns}
                for name, turns in pairs
            ]
            for (name, turns), result in zip(pairs, of_lab(cases)):
                with self.subTest(kind, name=name, turns=turns[0]["content"][:20]):
                    expected = tokenizer.apply_chat_template(
                        turns, chat_template=MASKED[name], return_assistant_tokens_mask=True, return_dict=True
                    )
                    self.assertEqual(result.get("ids", result), expected["input_ids"])
                    self.assertEqual(result["mask"], expected["assistant_masks"])


if __name__ == "__main__":
    unittest.main()

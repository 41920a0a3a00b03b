"""The lab's tables of which class AutoTokenizer takes for a model type, and of the stages that such a class builds, against
transformers itself: a new version that changes either is met here."""

import inspect
import json
import unittest

import transformers
from transformers.models.auto import tokenization_auto as auto

from lab import written_by

VOCABULARY = {"<unk>": 0, "<s>": 1, "</s>": 2, "a": 3, "b": 4, "ab": 5}


class TokenizerClasses(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tables = written_by("tokenizerClasses.ts")

    def test_registered_classes(self):
        """Those of the lab's table are as registered, and no decoder's own class is missing from it."""
        registered = {
            type: name.removesuffix("Fast") for type, name in auto.TOKENIZER_MAPPING_NAMES.items() if name is not None
        }
        table = self.tables["registered"]
        self.assertEqual(table, {type: registered.get(type) for type in table})
        own = {entry["name"] for entry in self.tables["classes"]}
        self.assertEqual({type for type, name in registered.items() if name in own}, {t for t in table if table[t] in own})

    def test_overruled_types(self):
        self.assertEqual(set(self.tables["overruled"]), set(auto.MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS))

    def test_every_class_builds_these_stages(self):
        for entry in self.tables["classes"]:
            found = getattr(transformers, entry["name"])
            parameters = inspect.signature(found.__init__).parameters
            defaults = {
                name: parameter.default
                for name, parameter in parameters.items()
                if name.endswith("_token") and isinstance(parameter.default, str)
            }
            self.assertEqual(entry["named"], defaults, entry["name"])
            self.assertEqual(entry["paddingSide"], found.padding_side, entry["name"])
            for built in entry["built"]:
                with self.subTest(entry["name"], config=built["config"]):
                    self.check_stages(found, built["config"], built["rules"])

    def check_stages(self, found, config, rules):
        tokenizer = found(vocab=dict(VOCABULARY), merges=[("a", "b")], **config)
        stages = json.loads(tokenizer.backend_tokenizer.to_str())
        self.assertEqual(rules["normalizer"], stages["normalizer"])
        self.assertEqual(rules["pre_tokenizer"], without_offsets(stages["pre_tokenizer"]))
        model = stages["model"]
        expected = {"byte_fallback": False, "fuse_unk": False, "unk_token": None, "ignore_merges": False, **rules["model"]}
        self.assertEqual(expected, {name: model[name] for name in expected})


def without_offsets(stage):
    """Whether offsets are trimmed moves no id, and the lab's table does not say."""
    if isinstance(stage, list):
        return [without_offsets(part) for part in stage]
    if not isinstance(stage, dict):
        return stage
    return {name: without_offsets(part) for name, part in stage.items() if name != "trim_offsets"}


if __name__ == "__main__":
    unittest.main()

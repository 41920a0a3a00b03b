"""Configurations that transformers 5 writes, as a graft leaves them, read by transformers 4 and 5: the rotary settings that each
computes with. As 5 writes them, 4 finds none of them."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import transformers
from lab import ROOT


def without(values, key):
    return {name: value for name, value in values.items() if name != key}


LLAMA3 = {
    "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
GEMMA = {
    "sliding_attention": {"rope_type": "default", "rope_theta": 3000.0},
    "full_attention": {"rope_type": "linear", "rope_theta": 200000.0, "factor": 8.0},
}
LINEAR = {"rope_type": "linear", "rope_theta": 700000.0, "factor": 2.0}
NEOX = {"rope_type": "default", "rope_theta": 700000.0, "partial_rotary_factor": 0.5}
PLAIN = {"rope_type": "default", "rope_theta": 700000.0}
# As 5 writes them, and what 4 should then hold: its classes compute with these attributes.
CONFIGS = {
    "LlamaConfig": (LLAMA3, {"rope_theta": 500000.0, "rope_scaling": without(LLAMA3, "rope_theta")}),
    "MistralConfig": (PLAIN, {"rope_theta": 700000.0}),
    "Qwen2Config": (PLAIN, {"rope_theta": 700000.0, "rope_scaling": None}),
    "Qwen3Config": (LINEAR, {"rope_theta": 700000.0, "rope_scaling": without(LINEAR, "rope_theta")}),
    "Gemma3TextConfig": (
        GEMMA,
        {
            "rope_theta": 200000.0,
            "rope_local_base_freq": 3000.0,
            "rope_scaling": without(GEMMA["full_attention"], "rope_theta"),
        },
    ),
    "GPTNeoXConfig": (NEOX, {"rotary_emb_base": 700000.0, "rotary_pct": 0.5, "rope_scaling": None}),
}

READ = """
import json, sys
from pathlib import Path
from transformers import AutoConfig
for path in sorted(Path(sys.argv[1]).iterdir()):
    config = AutoConfig.from_pretrained(path)
    names = ['rope_parameters', 'rope_theta', 'rope_scaling', 'rope_local_base_freq', 'rotary_emb_base', 'rotary_pct']
    print(json.dumps([path.stem, {name: getattr(config, name, None) for name in names}]))
"""


class OlderConfigs(unittest.TestCase):
    def read(self, environment, folder):
        python = str(ROOT / environment / "bin/python")
        done = subprocess.run([python, "-c", READ, str(folder)], capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return dict(json.loads(line) for line in done.stdout.splitlines())

    def test_rotary_settings(self):
        with tempfile.TemporaryDirectory() as scratch:
            written, grafted = Path(scratch) / "written", Path(scratch) / "grafted"
            written.mkdir(), grafted.mkdir()
            for name, (ropes, _) in CONFIGS.items():
                config = getattr(transformers, name)(num_hidden_layers=6, vocab_size=64, rope_parameters=ropes)
                (written / f"{name}.json").write_text(config.to_json_string(use_diff=False))
            script = ["node", "scripts/run.mjs", "test/interop/graftedConfigs.ts", str(written), str(grafted)]
            subprocess.run(script, cwd=ROOT, check=True, timeout=300)
            older, before = self.read(".venv4", grafted), self.read(".venv4", written)
            newer, as_written = self.read(".venv", grafted), self.read(".venv", written)
        for name, (_, expected) in CONFIGS.items():
            with self.subTest(name=name):
                found = {key: older[name][key] for key in expected}
                self.assertEqual(found, expected)
                self.assertEqual(newer[name]["rope_parameters"], as_written[name]["rope_parameters"])
                # Without the older keys 4 finds nothing: else this would compare nothing.
                self.assertNotEqual({key: before[name][key] for key in expected}, expected)


if __name__ == "__main__":
    unittest.main()

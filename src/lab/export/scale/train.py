"""Goes on training a model that Tokengraft grafted, on as many processes as `accelerate launch` starts.

    accelerate launch train.py --mode new-rows --out trained
    accelerate launch --config_file fsdp.yaml train.py --mode all --out trained

`new-rows` trains the rows of the new tokens alone, through PEFT's trainable tokens, and merges them into the weights
when it saves; `all` trains everything, sharded by FSDP where the launcher says so. Weights are computed in f32 and saved
in the type, the file layout and under the names of the model that was read; its other files are copied as they are.
Held-out bits per byte are measured before and after as Tokengraft measures them. Text becomes ids by tokenizer.json itself:
AutoTokenizer builds some pipelines anew from vocabulary and merges, and then cuts text otherwise than the lab did.
"""

import argparse
import json
import math
import os
import random
import shutil
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, Trainer, TrainerCallback, TrainingArguments

HERE = Path(__file__).resolve().parent
IGNORED = -100
DOCUMENTS_AT_ONCE = 1000


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--mode", choices=["new-rows", "all"], required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder of the trained model")
    parser.add_argument("--folder", type=Path, default=HERE, help="where model/, data/ and continue.json lie")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--batch", type=int, default=8, help="rows a step and process")
    parser.add_argument("--accumulate", type=int, default=1, help="batches that are added up to a step")
    parser.add_argument("--length", type=int, default=None, help="tokens a row; the model's window by default")
    parser.add_argument("--lr", type=float, default=None, help="3e-3 for new rows, 3e-4 for everything")
    parser.add_argument("--warmup", type=int, default=None, help="steps; a twentieth of all by default")
    parser.add_argument("--weight-decay", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bf16", action="store_true", help="compute in bf16 where the hardware has it")
    parser.add_argument("--gradient-checkpointing", action="store_true", help="less memory, a third more time")
    parser.add_argument("--held-out-bytes", type=int, default=256 * 1024, help="held-out text that is measured")
    parser.add_argument("--save-every", type=int, default=0, help="checkpoint every so many steps")
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    return parser.parse_args()


def texts(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line)["text"] for line in file if line.strip()]


def tokenizer_of(source):
    """tokenizer.json of a model folder, as it is; a document is neither cut off nor filled up."""
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def ids_of(tokenizer, documents):
    """Of each document, without start and end token."""
    for at in range(0, len(documents), DOCUMENTS_AT_ONCE):
        for encoding in tokenizer.encode_batch(documents[at : at + DOCUMENTS_AT_ONCE], add_special_tokens=False):
            yield encoding.ids


class PackedRows(torch.utils.data.Dataset):
    """Documents one after another, each between the model's start and end token, cut into rows of `length` tokens."""

    def __init__(self, documents, tokenizer, length, start, end, seed):
        documents = list(documents)
        random.Random(seed).shuffle(documents)
        stream = []
        for ids in ids_of(tokenizer, documents):
            stream += [start, *ids] + ([] if end is None else [end])
        if len(stream) < 2:
            raise SystemExit("data/train.jsonl holds no text to train on.")
        length = min(length, len(stream))
        self.rows = torch.tensor(stream[: len(stream) // length * length]).view(-1, length)

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        return {"input_ids": self.rows[index], "labels": self.rows[index]}


def windows(ids, start, length):
    """Inputs and targets of one document. Long ones overlap by half a window, of which the first half is context only."""
    sequence = [start, *ids]
    predicted = 0
    while predicted < len(ids):
        first = 0 if predicted == 0 else predicted - length // 2
        last = min(len(ids), first + length)
        targets = [IGNORED] * (predicted - first) + sequence[predicted + 1 : last + 1]
        yield sequence[first:last], targets
        predicted = last


def unknown_tokens(tokenizer, unknown, documents, encoded):
    """How many tokens stand for lost text; those whose name a document spells out do not."""
    if unknown is None:
        return 0
    name = tokenizer.id_to_token(unknown)
    spelled = sum(document.count(name) for document in documents)
    return max(0, sum(ids.count(unknown) for ids in encoded) - spelled)


class HeldOut(TrainerCallback):
    """
    Bits per byte before the first step and after the last one, on the model as the launcher prepared it. None where the
    tokenizer gives unknown tokens: an unknown token is cheap whatever it stands for, so that lost text has no price.
    """

    def __init__(self, documents, tokenizer, settings, arguments):
        kept, size = [], 0
        for document in documents:
            if size >= arguments.held_out_bytes:
                break
            kept.append(document)
            size += len(document.encode("utf-8"))
        self.bytes, self.batch, self.measured = size, arguments.batch, []
        encoded = list(ids_of(tokenizer, kept))
        self.unknown = unknown_tokens(tokenizer, settings["unknown_id"], kept, encoded)
        length = settings["window_length"]
        self.windows = [each for ids in encoded for each in windows(ids, settings["start_id"], length)]
        self.accelerator = None

    @torch.no_grad()
    def measure(self, model):
        if not self.windows:
            return
        processes, rank = self.accelerator.num_processes, self.accelerator.process_index
        was_training = model.training
        model.eval()
        total = torch.zeros((), dtype=torch.float64, device=self.accelerator.device)
        # Every process makes as many passes as every other: sharded layers are gathered by all of them together.
        passes = math.ceil(len(self.windows) / (self.batch * processes))
        for at in range(passes):
            first = (at * processes + rank) * self.batch
            some = self.windows[first : first + self.batch] or [([0], [IGNORED])]
            longest = max(len(inputs) for inputs, _ in some)
            ids = torch.tensor([inputs + [0] * (longest - len(inputs)) for inputs, _ in some])
            targets = torch.tensor([wanted + [IGNORED] * (longest - len(wanted)) for _, wanted in some])
            logits = model(input_ids=ids.to(self.accelerator.device)).logits.float()
            targets = targets.to(logits.device).flatten()
            total += torch.nn.functional.cross_entropy(
                logits.flatten(0, 1), targets, ignore_index=IGNORED, reduction="sum"
            ).double()
        model.train(was_training)
        nats = self.accelerator.reduce(total, "sum").item()
        if self.unknown:
            self.measured.append(None)
            self.accelerator.print(f"held-out bits per byte: none, {self.unknown} unknown tokens stand for lost text")
            return
        self.measured.append(nats / math.log(2) / self.bytes)
        self.accelerator.print(f"held-out bits per byte: {self.measured[-1]:.4f}")

    def on_train_begin(self, args, state, control, model=None, **_):
        self.measure(model)

    def on_train_end(self, args, state, control, model=None, **_):
        self.measure(model)


def with_trainable_rows(model, ids):
    """Only the rows of `ids` may move: of the embedding, and of the head where it has rows of its own."""
    from peft import TrainableTokensConfig, get_peft_model

    names = {id(module): name for name, module in model.named_modules()}
    inputs, head = model.get_input_embeddings(), model.get_output_embeddings()
    targets = [names[id(inputs)]]
    if head is not None and head.weight is not inputs.weight:
        targets.append(names[id(head)])
    config = TrainableTokensConfig(token_indices=list(ids), target_modules=targets, task_type="CAUSAL_LM")
    model = get_peft_model(model, config)
    moving = [parameter.shape for parameter in model.parameters() if parameter.requires_grad]
    if len(moving) != len(targets) or any(shape[0] != len(ids) for shape in moving):
        raise SystemExit(f"PEFT would train {moving}, not {len(ids)} rows of {', '.join(targets)}.")
    return model


def save_like(source, out, state, prefix, new_ids=None):
    """`state` in the files, types and names of `source`; everything else of that folder is copied. With `new_ids` all
    other rows and tensors must still be what they were, to the bit."""
    out.mkdir(parents=True, exist_ok=True)
    for path in source.iterdir():
        if path.is_file() and path.suffix != ".safetensors":
            shutil.copy2(path, out / path.name)
    for path in sorted(source.glob("*.safetensors")):
        tensors = {}
        with safe_open(path, "pt") as file:
            for name in file.keys():
                stored = file.get_tensor(name)
                value = state.get(name, state.get(f"{prefix}.{name}"))
                if value is None:
                    raise SystemExit(f"{name} of {path.name} is not among the trained model's tensors.")
                value = value.detach().to("cpu").to(stored.dtype).contiguous()
                if new_ids is not None and not unchanged(stored, value, new_ids):
                    raise SystemExit(f"{name} moved outside of the new rows: not saved.")
                tensors[name] = value.clone()
        save_file(tensors, out / path.name, metadata={"format": "pt"})


def unchanged(stored, value, new_ids):
    if stored.shape != value.shape:
        return False
    differs = stored.contiguous().view(torch.uint8) != value.view(torch.uint8)
    rows = differs.flatten(1).any(1) if differs.dim() > 1 else differs
    moved = set(rows.nonzero().flatten().tolist())
    return moved <= (set(new_ids) if stored.dim() > 1 else set())


def main():
    asked = arguments()
    settings = json.loads((asked.folder / "continue.json").read_text(encoding="utf-8"))
    source = asked.folder / settings["model"]
    new_ids = settings["new_ids"]
    if asked.mode == "new-rows" and not new_ids:
        raise SystemExit("continue.json lists no new ids: train with --mode all.")
    tokenizer = tokenizer_of(source)
    model = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32)
    prefix = model.base_model_prefix
    model.config.use_cache = False
    length = asked.length or settings["row_length"]
    rows = PackedRows(
        texts(asked.folder / settings["train"]), tokenizer, length, settings["start_id"], settings["end_id"], asked.seed
    )
    if asked.mode == "new-rows":
        if asked.gradient_checkpointing:
            model.enable_input_require_grads()
        model = with_trainable_rows(model, new_ids)
    held_out = HeldOut(texts(asked.folder / settings["held_out"]), tokenizer, settings, asked)
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=f"{asked.out}-checkpoints",
            max_steps=asked.steps,
            per_device_train_batch_size=asked.batch,
            gradient_accumulation_steps=asked.accumulate,
            **({"gradient_checkpointing": True} if asked.gradient_checkpointing else {}),
            ddp_find_unused_parameters=False,
            learning_rate=asked.lr or (3e-3 if asked.mode == "new-rows" else 3e-4),
            warmup_steps=asked.steps // 20 if asked.warmup is None else asked.warmup,
            lr_scheduler_type="cosine",
            weight_decay=asked.weight_decay,
            max_grad_norm=1.0,
            bf16=asked.bf16,
            seed=asked.seed,
            save_strategy="steps" if asked.save_every else "no",
            save_steps=asked.save_every or 500,
            save_total_limit=2,
            logging_steps=1 if asked.steps <= 20 else 10,
            report_to="none",
            # Said outright: without it several processes on a machine without an accelerator do not find each other.
            use_cpu=not torch.accelerator.is_available(),
            dataloader_drop_last=False,
            remove_unused_columns=False,
        ),
        train_dataset=rows,
        callbacks=[held_out],
    )
    held_out.accelerator = trainer.accelerator
    trainer.train(resume_from_checkpoint=True if asked.resume else None)
    # Every process takes part: sharded parameters are gathered here.
    if asked.mode == "new-rows":
        state = trainer.accelerator.unwrap_model(trainer.model).merge_and_unload().state_dict()
    else:
        state = trainer.accelerator.get_state_dict(trainer.model_wrapped)
    if trainer.accelerator.is_main_process:
        save_like(source, asked.out, state, prefix, new_ids if asked.mode == "new-rows" else None)
        losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
        report = {
            "mode": asked.mode,
            "processes": trainer.accelerator.num_processes,
            "sharded": str(trainer.accelerator.distributed_type).endswith("FSDP"),
            "steps": trainer.state.global_step,
            "losses": losses,
            "held_out_bytes": held_out.bytes,
            "held_out_unknown_tokens": held_out.unknown,
            "bits_per_byte": held_out.measured,
        }
        (asked.out / "training_report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        print(f"written to {asked.out}")
    trainer.accelerator.wait_for_everyone()
    trainer.accelerator.end_training()
    # Everything is on disk and every process has met. Gloo's threads can outlive sharded models, and then the interpreter's
    # teardown aborts ("terminate called without an active exception"): a finished run would be reported as a failed one.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()

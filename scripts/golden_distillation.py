"""Golden values of Token Distillation on the models of golden_families.py: error of each taught token, gradient of new input rows.

python scripts/golden_distillation.py   writes test/fixtures/golden/distillation.json
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import AutoConfig, AutoModelForCausalLM

GOLDEN = Path(__file__).parent.parent / "test" / "fixtures" / "golden"
ROW_LENGTH = 20
NEW = {"first": 24, "count": 5}
# The pupil's new tokens 24 to 28 stand for pieces of the teacher; pairs end at the same place of the text.
PUPIL = [1, 7, 24, 9, 3, 26, 25, 12, 28, 5, 24, 6]
TEACHER = [1, 7, 2, 4, 9, 3, 8, 8, 11, 2, 12, 10, 4, 5, 2, 4, 6]
PAIRS = [(2, 3), (3, 4), (4, 5), (6, 9), (7, 10), (8, 12), (9, 13), (10, 15), (11, 16)]
CASES = [
    ("llama-tied", 1, 0), ("llama-tied", 2, 0.25), ("gpt2-untied", 2, 0), ("gpt2-tied", 1, 0.25), ("gpt_neox-untied", 1, 0.25),
    ("gpt_neox-tied", 2, 0), ("gemma3-tied", 2, 0), ("gemma3-untied", 1, 0), ("mistral-tied", 2, 0), ("qwen3-untied", 1, 0.25),
]


def opened(name):
    config = json.loads((GOLDEN / "families.json").read_text())[name]
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(**config), attn_implementation="eager").float().eval()
    tensors = load_file(GOLDEN / f"{name}.safetensors")
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            parameter.copy_(tensors[key])
    return model


def layers_of(model):
    body = model.base_model
    return body.h if hasattr(body, "h") else body.layers


def run(model, ids, layer):
    kept = []
    hook = layers_of(model)[layer - 1].register_forward_hook(
        lambda _module, _inputs, out: kept.append(out[0] if isinstance(out, tuple) else out)
    )
    logits = model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]
    hook.remove()
    return kept[0].reshape(len(ids), -1), logits


def case(name, layer, next_token):
    model = opened(name)
    with torch.no_grad():
        teacher, _ = run(model, TEACHER, layer)
    pupil, logits = run(model, PUPIL, layer)
    errors = ((pupil[[at for at, _ in PAIRS]] - teacher[[at for _, at in PAIRS]]) ** 2).mean(1)
    next_loss = torch.nn.functional.cross_entropy(logits[:-1], torch.tensor(PUPIL[1:]))
    ((1 - next_token) * errors.mean() + next_token * next_loss).backward()
    rows = slice(NEW["first"], NEW["first"] + NEW["count"])
    gradient = model.get_input_embeddings().weight.grad[rows]
    return {
        "model": name, "layer": layer, "nextToken": next_token, "errors": errors.tolist(),
        "nextLoss": next_loss.item(), "gradient": gradient.flatten().tolist(),
    }


if __name__ == "__main__":
    cases = [case(*one) for one in CASES]
    value = {
        "rowLength": ROW_LENGTH, "newIds": NEW, "pupil": PUPIL, "teacher": TEACHER, "pairs": PAIRS, "cases": cases,
    }
    (GOLDEN / "distillation.json").write_text(json.dumps(value) + "\n")

"""What PyTorch makes of the golden tied Llama when answers alone are learned: test/fixtures/golden/answers.safetensors. Run by hand
like golden.py, whose model, rows and packing it takes."""

import torch
from safetensors.torch import save_file

from golden import DOCUMENTS, OUT, draw, masks, packing


def is_answer():
    """Of every document the last third, its end among it, and of long ones a turn in the middle."""
    learned = []
    for length in (length for row in DOCUMENTS for length in row):
        learned += [int(at >= length - length // 3 or (length > 9 and 3 <= at < 5)) for at in range(length)]
    return torch.tensor(learned, dtype=torch.int32)


model, ids = draw(tied=True, body_bf16=False)
positions, mask, targets = packing(ids)
learned = is_answer()
# A target is learned where the token that it is belongs to an answer.
targets = torch.where(torch.roll(learned, -1).view_as(targets) == 1, targets, -100)
logits = model(
    input_ids=ids, position_ids=positions, attention_mask=masks(model.config, mask), use_cache=False
).logits
token_loss = torch.nn.functional.cross_entropy(
    logits.flatten(0, 1), targets.flatten(), ignore_index=-100, reduction="none"
)
(token_loss.sum() / (targets != -100).sum()).backward()
tensors = {"isAnswer": learned, "tokenLoss": token_loss.detach()}
tensors |= {f"gradient.{key}": value.grad.clone() for key, value in model.named_parameters()}
save_file(tensors, OUT / "answers.safetensors", metadata={"format": "pt"})

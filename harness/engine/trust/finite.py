"""Weights that compute: finite ones, and embeddings that tell tokens apart; of a model, once it is loaded."""

from __future__ import annotations

from typing import Any

from harness.errors import BadInput


def check_weights(name: str, model: Any) -> None:
    """Refuse a loaded model with a weight that is NaN or infinite. One pass over the weights, without a copy.

    Raises:
        BadInput: naming the tensor.
    """
    import torch

    plain = (torch.float32, torch.float16, torch.bfloat16, torch.float64)
    for key, weight in model.named_parameters():
        if weight.device.type == "meta" or weight.dtype not in plain:
            continue  # kept on disk, or blocks of a quantisation
        total = weight.detach().sum(dtype=torch.promote_types(weight.dtype, torch.float32))
        if not torch.isfinite(total) and not torch.isfinite(weight).all():
            raise BadInput(
                f"{key} of {name} holds values that are NaN or infinite in {str(weight.dtype).removeprefix('torch.')}: "
                "nothing that it computes is a number. Fetch the weights again, or use a dtype that holds them."
            )


def check_embeddings(name: str, model: Any) -> None:
    """Refuse a loaded model to which every token is the same, or that predicts every token alike: its weights were never filled.

    Raises:
        BadInput: naming which of the two.
    """
    for what, layer in (("embeds", model.get_input_embeddings()), ("predicts", model.get_output_embeddings())):
        weight = getattr(layer, "weight", None)
        if weight is None or weight.ndim != 2 or weight.device.type == "meta" or not weight.is_floating_point():
            continue  # kept on disk, or blocks of a quantisation
        rows = weight.detach()
        if len(rows) > 1 and bool((rows.amax(0) == rows.amin(0)).all()):
            raise BadInput(
                f"{name} {what} all of its {len(rows):,} tokens alike: its weights are empty (all zeros, say), and no number that "
                "it computes depends on the text. Fetch or save its weights again."
            )

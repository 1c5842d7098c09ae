"""Finite numbers: of a model's weights, once they are loaded."""

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

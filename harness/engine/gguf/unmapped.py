"""Tensors of a GGUF file that transformers' reader finds no place for in the model, and passes over without a word."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from harness.errors import BadInput

# Eyes and ears of a model; heads that guess several tokens ahead.
_BESIDE = re.compile(r"^(v|a|mm|clip)\.|(^|\.)nextn\.")
_LAYER = re.compile(r"^blk\.(\d+)\.")
_SHOWN = 3


@contextmanager
def names_mapped() -> Iterator[set[str]]:
    """The names of GGUF tensors that transformers maps to a model's inside; empty where it reads an architecture otherwise."""
    from transformers import modeling_gguf_pytorch_utils as loader

    mapped: set[str] = set()
    plain = loader.get_gguf_hf_weights_map

    def recorded(*arguments: Any, **options: Any) -> Any:
        answer = plain(*arguments, **options)
        mapped.update(answer)
        return answer

    loader.get_gguf_hf_weights_map = recorded
    try:
        yield mapped
    finally:
        loader.get_gguf_hf_weights_map = plain


def refuse_unmapped(name: str, held: Iterable[str], mapped: Collection[str]) -> None:
    """Refuse a file with tensors that have no place in the model; nothing is said where no names were mapped.

    Raises:
        BadInput: with their number and names.
    """
    if not mapped:
        return
    left_out = [t for t in held if t not in mapped and t.rpartition(".")[0] not in mapped]
    drafts = {layer[1] for t in left_out if _BESIDE.search(t) and (layer := _LAYER.match(t))}
    wrong = [
        t
        for t in left_out
        # an output layer of its own, where there is one, is known to be lacking if it is not read
        if t != "output.weight" and not _BESIDE.search(t) and not ((layer := _LAYER.match(t)) and layer[1] in drafts)
    ]
    if wrong:
        more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise BadInput(
            f"{name} holds {len(wrong)} tensors that have no place in the model as its header describes it: "
            f"{', '.join(t[:120] for t in wrong[:_SHOWN])}{more}. Its numbers would be those of another model. Convert it "
            "again, or serve it (llama-server -m FILE) and use --engine api."
        )

"""The tensors that an architecture needs, against those that a checkpoint holds: what is lacking would be random numbers.

transformers fills such gaps at random and warns. It alone knows under which names a checkpoint may hold a tensor (renamed,
fused, tied, without the base model's prefix), so the check is its own loading: first on torch's meta device, from the headers
of the files and without memory; after the weights are loaded once more, by what the loader reported.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.engine.libraries import OutOfTime, limited_time
from harness.engine.source import ModelSource
from harness.engine.trust import unused
from harness.engine.weights.headers import tensors_of
from harness.engine.weights.loaded import loaded_files
from harness.errors import BadInput

BUILD_SECONDS = 8.0
"""Processor time to lay out a model without its weights; the largest published ones take some two seconds."""
MATCH_SECONDS = 60.0
"""Processor time to match the names of a checkpoint; the loader itself takes as long, and then says what is missing."""
MORE_THAN_STORED = 1.5
"""Parameters described for one that is stored: tied and buffered ones are counted once by some files, twice by others."""
_SHOWN = 3


def check_headers(source: ModelSource, auto_class: Any) -> None:
    """Refuse a checkpoint that is no checkpoint of its configuration, from headers alone.

    ``auto_class`` is transformers' (``AutoModelForCausalLM`` or another). Quantised weights are stored otherwise and are looked
    at by name alone, what cannot be laid out is let through: the loader, and the checks after it, have the last word.

    Raises:
        BadInput: the configuration describes more than the files hold, tensors are lacking or of other shapes, or are not used.
    """
    from transformers import AutoConfig

    if not source.params:
        return
    try:
        config = AutoConfig.from_pretrained(source.location)
    except Exception:
        return
    folder = Path(source.location)
    if getattr(config, "quantization_config", None):
        with contextlib.suppress(OutOfTime):
            if (quantised := _laid_out(config, auto_class)) is not None:
                unused.check_names(source.name, quantised, folder)
        return
    model = check_described(source, config, auto_class)
    info = None if model is None else _matched(type(model), config, folder)
    if info is not None:
        check_loaded(source.name, model, info)
        unused.check(source.name, model, info["unexpected_keys"], folder)


def check_described(source: ModelSource, config: Any, auto_class: Any) -> Any:
    """The model that a configuration describes, without memory; None where it cannot be laid out so.

    Raises:
        BadInput: it takes too long to lay out, or has more parameters than the files hold.
    """
    try:
        model = _laid_out(config, auto_class)
    except OutOfTime:
        raise BadInput(
            f"The configuration of {source.name} describes a model that takes more than {BUILD_SECONDS:g} s to lay out."
        ) from None
    if model is None:
        return None
    described = sum(p.numel() for p in model.parameters())
    if described > MORE_THAN_STORED * (source.params or 0) + 1_000_000:
        raise BadInput(
            f"The configuration of {source.name} describes {described:,} parameters and its weight files hold {source.params:,}: "
            "they do not belong together."
        )
    return model


def _laid_out(config: Any, auto_class: Any) -> Any:
    """The model that a configuration describes, on torch's meta device; None where it cannot be built there."""
    import torch

    try:
        with limited_time(BUILD_SECONDS), torch.device("meta"):
            return auto_class.from_config(config)
    except OutOfTime:
        raise
    except Exception:
        return None


def _matched(model_class: Any, config: Any, folder: Path) -> Mapping[str, Any] | None:
    """What the loader says of the files' tensors, matched without their values; None where it cannot."""
    import torch

    try:
        with limited_time(MATCH_SECONDS):
            tensors = {
                name: torch.empty(shape, device="meta") for name, shape in tensors_of(loaded_files(folder)).items()
            }
            _, info = model_class.from_pretrained(
                None,
                config=config,
                state_dict=tensors,
                device_map={"": "meta"},
                dtype=torch.float32,
                ignore_mismatched_sizes=True,
                output_loading_info=True,
            )
    except Exception:
        return None
    result: Mapping[str, Any] = info
    return result


def check_loaded(name: str, model: Any, info: Mapping[str, Any]) -> None:
    """Refuse a model whose loader made up tensors (``info`` is the loader's ``output_loading_info``).

    Raises:
        BadInput: tensors are lacking, of other shapes, or tied by the configuration and stored with other values.
    """
    kind = type(model).__name__
    missing = sorted(_needed(info["missing_keys"], quantised=_quantised(model)))
    all_names = set(model.state_dict())
    if missing and not all_names - set(missing) - _tied(model):
        raise BadInput(
            f"{name} holds none of the {len(all_names)} tensors that {kind} needs, such as {missing[0]}"
            f"{_other_names(info)}: its weights are another model's, or are named otherwise."
        )
    if missing:
        raise BadInput(
            f"{name} lacks {len(missing)} of the {len(all_names)} tensors that {kind} needs: {_first(missing)}. "
            "Fetch or save its weights again, whole."
        )
    if mismatched := sorted(info["mismatched_keys"]):
        shapes = [f"{key} ({_shape(held)}, not {_shape(wanted)})" for key, held, wanted in mismatched]
        raise BadInput(
            f"{name} holds {len(mismatched)} tensors of other shapes than its config.json describes: {_first(shapes)}."
        )
    if errors := info.get("error_msgs"):
        raise BadInput(f"{name} cannot be loaded as {kind}: {str(errors[0])[:300]}")


def check_ties(name: str, model: Any) -> None:
    """Refuse a loaded model whose configuration ties two tensors that the checkpoint holds with other values each.

    transformers loads both, lm-eval ties them afterwards: the numbers would depend on the library.

    Raises:
        BadInput: naming the tensors.
    """
    asked, tied = getattr(model, "get_expanded_tied_weights_keys", None), getattr(model, "all_tied_weights_keys", None)
    if asked is None or tied is None:
        return
    for target, origin in asked(all_submodels=True).items():
        if target not in tied:
            raise BadInput(
                f"config.json of {name} says that {target} is {origin} (tie_word_embeddings), and its weight files hold two "
                "that differ. Set tie_word_embeddings to false, or remove the one that is not the model's."
            )


def _quantised(model: Any) -> bool:
    return bool(getattr(model.config, "quantization_config", None))


def _needed(missing: Iterable[str], *, quantised: bool) -> Iterable[str]:
    """The missing tensors without which there is no number; a quantised layer's scales and indices have their defaults."""
    for key in missing:
        last = key.rpartition(".")[2]
        if not quantised or last == "bias" or ("weight" in last and "scale" not in last and "shape" not in last):
            yield key


def _tied(model: Any) -> set[str]:
    return set(getattr(model, "all_tied_weights_keys", None) or {})


def _other_names(info: Mapping[str, Any]) -> str:
    unexpected = sorted(info.get("unexpected_keys") or ())
    return f" (its files hold {str(unexpected[0])[:100]} and others)" if unexpected else ""


def _first(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def _shape(shape: Iterable[int]) -> str:
    return "×".join(str(s) for s in shape) or "one number"

"""Tensors of a model's files that the loaded model does not compute with: leftovers that say nothing, or parts of another model.

A loader drops such tensors with a warning. What each is follows from its name, beside the names that the model has. A tensor of
which that cannot be said is refused: an honest checkpoint loses a minute, and no number stands under weights that were not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.engine.weights.headers import tensors_of
from harness.engine.weights.loaded import loaded_files
from harness.engine.weights.zeros import zeros_of
from harness.errors import BadInput

# Parts that see, hear or speak, beside a model of text.
_TOWER = re.compile(
    r"^((model|language_model|thinker|transformer)\.)*"
    r"(vis(ion|ual)|image|img|pixel|video|audio|speech|multi_?modal|mm_|embed_(vision|audio)|talker|token2wav|code2wav|vqmodel|vq_model|"
    r"patch_(embed|merg|conv)|perceiver|resampler|aligner|connector|(pre_)?mm|sound|whisper|ln_vision)\w*\."
)
# Heads that guess several tokens ahead, to draft: DeepSeek's and Qwen's multi-token prediction, Medusa, Eagle.
_DRAFT = re.compile(r"(^|\.)(mtp|nextn|medusa|hydra|eagle|draft)\w*\.")
_DRAFT_LAYER = re.compile(r"\.(eh_proj|enorm|hnorm|shared_head|mtp\w*|nextn\w*)\.")
_ADAPTER = re.compile(
    r"(^|[._])(lora|ia3|dora|adalora|hada|lokr|loha|oft|boft|vera|adapters?|adaption|prompt_encoder|prefix_encoder|prompt_embeddings|"
    r"modules_to_save|base_layer|original_module)(_|\.|$)",
    re.IGNORECASE,
)
_BUFFER = re.compile(
    r"(^|[._])(inv_freq|cos_cached|sin_cached|freqs_cis|rope\.freqs|masked_bias|causal_mask|position_ids|token_type_ids|"
    r"relative_position_index|num_batches_tracked|version|_extra_state|_float_tensor)$"
)
# Scales, zero points and maps of quantised layers; none of a plain model, whose weights would be off by them.
_OF_QUANTISATION = re.compile(r"(scale|scales|scale_inv|zero|zeros|zero_point|g_idx|absmax|quant|map|scb|amax|shape|packed|format|bitsandbytes__\w+)$", re.IGNORECASE)  # fmt: skip
_PRETRAINING = re.compile(r"(^|\.)(pooler|seq_relationship|sop_classifier|mask_predictions)\.")
_HEAD = re.compile(
    r"(^|\.)(score|scores|classifier|classification_head|v_head|value_head|reward_head|regression_head|qa_outputs|cls|\w*head)\."
)
_WORDS = {
    "layer": "of layers that it does not have", "bias": "that are biases of layers which it computes without", "expert": "of experts that it does not have",
    "adapter": "of an adapter", "head": "of another head", "other": "of no known use",
}  # fmt: skip
_CERTAIN = frozenset({"layer", "bias", "expert", "adapter"})
"""Kinds that stand whatever the architecture's list of names to ignore says."""
_SHOWN = 2


class _Parts:
    """What a model has, by name: tensors, the modules that hold them, and the indices of each list of modules."""

    def __init__(self, model: Any, held: Iterable[str]) -> None:
        self.prefix = f"{getattr(model, 'base_model_prefix', '') or ' '}."
        self.tensors = {self.bare(name) for name in model.state_dict()}
        self.modules = {name.rpartition(".")[0] for name in self.tensors}
        self.lists: dict[str, set[str]] = {}
        for name in self.tensors:
            for stem, index in _indices(name):
                self.lists.setdefault(stem, set()).add(index)
        self.drafts = {
            place for name in held if _DRAFT_LAYER.search(name) for place in [*_indices(self.bare(name))][:1]
        }

    def bare(self, name: str) -> str:
        """A name without the base model's prefix, which checkpoints have or lack."""
        return name.removeprefix(self.prefix)


def check(name: str, model: Any, unexpected: Iterable[str], folder: Path | None) -> tuple[str, ...]:
    """Refuse a model of which its loader left tensors out (``unexpected``) that belong to what its files hold.

    Returns the names of those that belong to parts beside the text model: towers of other inputs, drafting heads.

    Raises:
        BadInput: with the kinds, numbers and names of the tensors.
    """
    held = {} if folder is None else tensors_of(loaded_files(folder))
    left_out = set(unexpected)
    parts = _Parts(model, [*held, *left_out])
    ignored = {key for key in _ignored(model, held) if key not in left_out and parts.bare(key) not in parts.tensors}
    kinds = {key: _kind(key, model, parts, held) for key in left_out}
    for key in ignored:
        kind = _kind(key, model, parts, held)
        follows = kind == "layer" and _follows_the_last(parts.bare(key), parts)
        kinds[key] = "beside" if follows else kind if kind in _CERTAIN or kind == "beside" else ""
    _refuse(name, type(model).__name__, kinds, folder)
    return tuple(sorted(key for key, kind in kinds.items() if kind == "beside"))


def check_names(name: str, model: Any, folder: Path) -> None:
    """Refuse, by names alone, files with layers or adapters that a model does not have, where its loader is not asked (quantised).

    Raises:
        BadInput: with the numbers and names of the tensors.
    """
    held = tensors_of(loaded_files(folder))
    parts = _Parts(model, held)
    kinds = {key: _kind(key, model, parts, held) for key in held if parts.bare(key) not in parts.tensors}
    _refuse(name, type(model).__name__, {k: kind for k, kind in kinds.items() if kind in ("layer", "adapter")}, None)


def _kind(key: str, model: Any, parts: _Parts, held: Mapping[str, tuple[int, ...]]) -> str:
    """What a tensor is that the model does not use: a word of ``_WORDS``, ``beside``, or empty for what says nothing."""
    bare = parts.bare(key)
    module, _, last = bare.rpartition(".")
    if _TOWER.search(key) or _DRAFT.search(key) or any(place in parts.drafts for place in _indices(bare)):
        return "beside"
    if _ADAPTER.search(bare):
        return "adapter"
    for stem, index in _indices(bare):
        if index not in parts.lists.get(stem, {index}):
            return "expert" if stem.endswith("experts") else "layer"
    if _BUFFER.search(bare) or (getattr(model.config, "quantization_config", None) and _OF_QUANTISATION.search(last)):
        return ""
    if type(model).__name__.endswith("MaskedLM") and _PRETRAINING.search(bare):
        return ""
    if last == "bias" and module in parts.modules:
        return "bias"
    if last == "bias" and _is_mask(key, module, parts, held):
        return ""
    return "expert" if ".experts." in bare else "head" if _HEAD.search(bare) else "other"


def _is_mask(key: str, module: str, parts: _Parts, held: Mapping[str, tuple[int, ...]]) -> bool:
    """Whether a ``bias`` is a causal mask that GPT-2 and its kin once stored: positions by positions, beside the projections."""
    shape = held.get(key, ())
    return len(shape) >= 2 and shape[-1] == shape[-2] and any(m.startswith(f"{module}.") for m in parts.modules)


def _indices(name: str) -> Iterable[tuple[str, str]]:
    """Each list of modules in a name, with the index: ``model.layers.3.mlp`` gives ``model.layers`` and ``3``."""
    words = name.split(".")
    return ((".".join(words[:i]), word) for i, word in enumerate(words) if word.isdecimal())


def _follows_the_last(bare: str, parts: _Parts) -> bool:
    """Whether a layer comes right after the model's last, where architectures that ignore it keep a drafting layer."""
    return any(int(index) == len(parts.lists.get(stem, ())) for stem, index in [*_indices(bare)][:1])


def _ignored(model: Any, held: Iterable[str]) -> list[str]:
    """Names that the architecture says to ignore where a checkpoint holds them."""
    patterns = getattr(model, "_keys_to_ignore_on_load_unexpected", None) or ()
    found = re.compile("|".join(f"({p})" for p in patterns)) if patterns else None
    return [key for key in held if found is not None and found.search(key)]


def _refuse(name: str, kind: str, kinds: Mapping[str, str], folder: Path | None) -> None:
    biases = [key for key, word in kinds.items() if word == "bias"]
    nothing = zeros_of(loaded_files(folder), biases) if folder is not None and biases else set()
    wrong = {word: sorted(k for k, w in kinds.items() if w == word and k not in nothing) for word in _WORDS}
    found = [f"{len(keys)} {_WORDS[word]} ({_first(keys)})" for word, keys in wrong.items() if keys]
    if found:
        raise BadInput(
            f"{name} holds tensors that {kind}, as config.json describes it, does not use: {'; '.join(found)}. Its numbers would "
            "be those of another model. Correct config.json, merge an adapter into the weights (merge_and_unload of peft), or "
            "save the model without these tensors."
        )


def _first(keys: list[str]) -> str:
    names = [key[:120] for key in keys[:_SHOWN]]
    return ", ".join(names) + (f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else "")

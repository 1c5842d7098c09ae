"""Model and tokenizer of a GGUF file, through transformers' own reader, dequantised into the dtype of the computation."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.engine import configuration
from harness.engine.gguf import header, tokenizer
from harness.engine.gguf.header import Header
from harness.engine.gguf.unmapped import names_mapped, refuse_unmapped
from harness.engine.source import ModelSource
from harness.engine.trust import checked_model, completeness
from harness.errors import BadInput

# Metadata that changes every number and that transformers' reader passes over for some architectures.
_DECIDING = ("rope.scaling.", "attn_logit_softcapping", "final_logit_softcapping", "attention.sliding_window")
# Tensors beside the architecture's own that hold what a configuration would say: Llama 3's scaling of positions and others.
_ROPE_TENSORS = ("rope_freqs.", "rope_factors_long.", "rope_factors_short.")


def load(source: ModelSource, device: Any, dtype: Any) -> tuple[Any, Any]:
    """The model on ``device`` and its tokenizer. ``device`` is a torch device, or ``auto`` for several cards.

    Raises:
        BadInput: an architecture, tokenizer or position scaling that transformers does not rebuild, or weights that are not whole.
    """
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    from harness.engine.gguf.reader import parsed_once

    path = Path(source.location)
    head = header.read(path)
    _refuse_unread(source.name, head)
    with parsed_once(), names_mapped() as mapped, _alone(path) as folder:
        where: dict[str, Any] = {"pretrained_model_name_or_path": str(folder), "gguf_file": path.name}
        config = AutoConfig.from_pretrained(**where)
        configuration.check(json.loads(config.to_json_string()), str(path))
        completeness.check_described(source, config, AutoModelForCausalLM)
        words = tokenizer.repaired(source.name, head, AutoTokenizer.from_pretrained(**where))
        pair: Any = AutoModelForCausalLM.from_pretrained(
            **where,
            config=config,
            dtype=dtype,
            device_map="auto" if device == "auto" else {"": device},
            output_loading_info=True,
            **_dequantised(),
        )
    model, info = pair
    words.name_or_path = model.config.name_or_path = str(path.parent)
    refuse_unmapped(source.name, (t.name for t in head.tensors), mapped)
    _forget_quantisation(model)
    checked_model.check(source.name, model, info, None)
    return model, words


@contextmanager
def _alone(path: Path) -> Iterator[Path]:
    """A folder that holds the file alone, as a link: transformers takes tokenizers, templates and adapters from a file's neighbours."""
    with tempfile.TemporaryDirectory(prefix="landscape-gguf-") as folder:
        (Path(folder) / path.name).symlink_to(path.resolve())
        yield Path(folder)


def _refuse_unread(name: str, head: Header) -> None:
    """Refuse a file whose numbers transformers would compute otherwise, or not at all."""
    from transformers.modeling_gguf_pytorch_utils import GGUF_SUPPORTED_ARCHITECTURES, GGUF_TO_TRANSFORMERS_MAPPING

    serve = "Serve it (llama-server -m FILE) and use --engine api."
    known = {"qwen2moe": "qwen2_moe", "qwen3moe": "qwen3_moe", "gpt-oss": "gpt_oss", "minimax-m2": "minimax_m2"}
    kind = known.get(head.architecture, head.architecture)
    if kind not in (*GGUF_SUPPORTED_ARCHITECTURES, *_newer_architectures()):
        raise BadInput(f"{name} is a GGUF of the architecture {kind[:60]!r}, which transformers does not read. {serve}")
    prefix = f"{head.architecture}."
    mapping: dict[str, Any] = GGUF_TO_TRANSFORMERS_MAPPING
    read = mapping["config"].get(kind, {})
    for key, value in head.metadata.items():
        field = key.removeprefix(prefix)
        passed_over = field != key and field.startswith(_DECIDING) and read.get(field) is None
        if passed_over and kind != "gpt_oss" and value not in (0, "none", ""):
            raise BadInput(
                f"{name} states {key} = {str(value)[:40]}, which transformers passes over: its numbers would be others. {serve}"
            )
    if extra := [t.name for t in head.tensors if t.name.startswith(_ROPE_TENSORS)]:
        raise BadInput(
            f"{name} scales positions by {extra[0]}, which transformers passes over: its numbers would be others. {serve}"
        )


def _newer_architectures() -> tuple[str, ...]:
    """Those that transformers reads by its second reader, where this version has one."""
    try:
        from transformers.integrations.gguf.gguf_conversion_mapping import GGUF_ARCHS
    except ImportError:
        return ()
    return tuple(GGUF_ARCHS)


def _dequantised() -> dict[str, Any]:
    """The argument that asks for plain weights, where transformers could keep the blocks instead."""
    try:
        from transformers.utils.quantization_config import GgufConfig
    except ImportError:
        return {}
    return {"quantization_config": GgufConfig(dequantize=True)}


def _forget_quantisation(model: Any) -> None:
    """The weights are plain from here on; nothing downstream may take them for quantised layers."""
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    for attribute in ("hf_quantizer", "quantization_method"):
        if hasattr(model, attribute):
            setattr(model, attribute, None)
    model.is_quantized = False

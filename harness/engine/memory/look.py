"""Size of a model before anything of it is loaded: parameters and widths, from headers or from the hub's own record of it.

Nothing is fetched beyond a configuration, so that a thousand models can be looked at in a minute.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.engine import naming
from harness.engine.gguf import header, locate
from harness.engine.memory.size import Size
from harness.engine.model_folder import inspect_folder
from harness.engine.source import MASKED
from harness.engine.weights.headers import parameters_of
from harness.errors import BadInput
from harness.places import typed_path


def size_of(model: str, *, revision: str | None = None, offline: bool = False) -> Size:
    """The size of a folder, GGUF file, reference model or hub model; fields None where nobody says.

    Raises:
        BadInput: a folder or file that is no model, or an ambiguous name.
    """
    path = typed_path(model)
    here = path if path.exists() else naming.folder_of(model)
    if here is None:
        return _of_hub(naming.hub_id(model), revision, offline)
    if file := locate.gguf_of(here):
        return _of_gguf(file)
    return _of_folder(here)


def of_configuration(config: Mapping[str, Any], params: int | None) -> Size:
    """The size that a transformers configuration states; that of its text part where it has several."""
    text = config.get("text_config")
    inner: Mapping[str, Any] = text if isinstance(text, Mapping) else config
    hidden, heads = _number(inner, "hidden_size", "n_embd", "d_model"), _number(inner, "num_attention_heads", "n_head")
    layers = _number(inner, "num_hidden_layers", "n_layer", "n_layers", "num_layers")
    per_head = _number(inner, "head_dim") or (hidden // heads if hidden and heads else None)
    grouped = _number(inner, "num_key_value_heads") or heads
    listed = config.get("architectures")
    name = str(listed[0] if isinstance(listed, list) and listed else config.get("model_type", ""))
    return Size(
        params,
        _number(inner, "vocab_size") or _number(config, "vocab_size"),
        hidden,
        _number(inner, "intermediate_size", "n_inner", "ffn_dim") or (4 * hidden if hidden else None),
        layers,
        heads,
        2 * grouped * per_head if grouped and per_head else None,
        masked=bool(MASKED.search(name)),
    )


def _of_folder(folder: Path) -> Size:
    config, weights = inspect_folder(folder)
    return of_configuration(config, parameters_of(weights)[0])


def _of_gguf(file: Path) -> Size:
    head = header.read(file)

    def stated(key: str) -> int | None:
        value = head.metadata.get(f"{head.architecture}.{key}")
        return value if isinstance(value, int) and value > 0 else None

    hidden, heads = stated("embedding_length"), stated("attention.head_count")
    per_head = stated("attention.key_length") or (hidden // heads if hidden and heads else None)
    grouped = stated("attention.head_count_kv") or heads
    tokens = head.metadata.get("tokenizer.ggml.tokens")
    return Size(
        head.params,
        stated("vocab_size") or (tokens if isinstance(tokens, int) else None),
        hidden,
        stated("feed_forward_length") or (4 * hidden if hidden else None),
        stated("block_count"),
        heads,
        2 * grouped * per_head if grouped and per_head else None,
        gguf=True,
    )


def _of_hub(model: str, revision: str | None, offline: bool) -> Size:
    """From the hub's local cache, else from the hub's record of the weights' headers and the configuration."""
    from huggingface_hub import HfApi, hf_hub_download, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    refused = (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError, ValueError)
    with contextlib.suppress(BadInput, *refused):
        return _of_folder(Path(snapshot_download(model, revision=revision, local_files_only=True)))
    if offline:
        return Size()
    params, config = None, {}
    with contextlib.suppress(*refused):
        said = HfApi().model_info(model, revision=revision, expand=["safetensors"]).safetensors
        params = int(said.total) if said else None
    with contextlib.suppress(*refused):
        read = json.loads(Path(hf_hub_download(model, "config.json", revision=revision)).read_text(encoding="utf-8"))
        config = read if isinstance(read, dict) else {}
    return of_configuration(config, params)


def _number(config: Mapping[str, Any], *names: str) -> int | None:
    """The first of these entries that is a whole number above 0."""
    values = (config.get(name) for name in names)
    return next((v for v in values if isinstance(v, int) and not isinstance(v, bool) and v > 0), None)

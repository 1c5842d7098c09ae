"""The source of a model: a folder, a reference model or a hub id, resolved to a revision before anything loads.

Only files are read here (configuration, safetensors headers, hashes): neither torch nor
transformers is imported, so that a plan can refuse early.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.engine import naming
from harness.errors import BadInput, MissingData

MASKED = re.compile(
    r"ForMaskedLM$|^(Bert|Roberta|Electra|Albert|DistilBert|Deberta\w*|XLMRoberta|ModernBert)(Model|ForPreTraining)$"
)
"""Architectures that predict masked tokens; they get pseudo-log-likelihoods."""

TOKENIZER_FILES = (
    "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "vocab.json", "vocab.txt", "merges.txt", "special_tokens_map.json",
    "added_tokens.json", "chat_template.jinja", "spiece.model",
)  # fmt: skip


@dataclass(frozen=True)
class ModelSource:
    """A model that can be loaded. ``revision`` is the hub commit or the SHA-256 of the weights.

    ``served`` is set where a server holds it: its URL, its name there, and its window in tokens.
    """

    name: str
    location: str
    revision: str
    hub_revision: str | None
    tokenizer_hash: str
    architecture: str
    params: int | None
    weight_bytes: int | None
    reference: bool
    masked: bool
    served: tuple[str, str, int] | None = None


def resolve(model: str, *, revision: str | None = None, offline: bool = False) -> ModelSource:
    """Resolve ``model`` (folder, reference model, hub id or a unique ending of one).

    Raises:
        MissingData: nothing of that name is here and the hub is out of reach or has none.
        BadInput: a folder that is no model, pickle-only weights, a truncated or broken file, an
            ambiguous name.
    """
    if not model.strip():
        raise BadInput("--model is empty; give a folder, a hub id such as Qwen/Qwen3-0.6B, or a reference model.")
    folder = Path(model).expanduser()
    if folder.is_file():
        raise BadInput(f"{model} is a file; give the folder that holds config.json and the safetensors weights.")
    here = folder if folder.is_dir() else naming.folder_of(model)
    if here is not None:
        if revision is not None:
            raise BadInput(
                f"{model} is a folder, which has no revision {revision!r}; drop --revision, or give a hub id."
            )
        return _local(here.resolve(), reference=_is_reference(here.resolve()))
    if os.sep in model and (folder.is_absolute() or model.startswith(".") or model.count("/") != 1):
        raise MissingData(
            f"There is no model folder {model}. Give a folder with config.json, or a hub id such as Qwen/Qwen3-0.6B."
        )
    return _hub(naming.hub_id(model), revision, offline)


def inspect_folder(folder: Path) -> tuple[dict[str, Any], list[Path]]:
    """The configuration and weight files of a model folder, checked as far as headers go."""
    config_file = folder / "config.json"
    if not config_file.is_file():
        raise BadInput(f"{folder} is no model: it holds no config.json.")
    try:
        config = json.loads(config_file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, ValueError) as error:
        raise BadInput(f"{config_file} is not valid JSON: {error}.") from None
    if not isinstance(config, dict) or not config.get("model_type"):
        raise BadInput(f"{config_file} names no model_type; it is no transformers configuration.")
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        pickles = sorted(p.name for pattern in ("*.bin", "*.pt", "*.pth", "*.ckpt") for p in folder.glob(pattern))
        if pickles:
            raise BadInput(
                f"{folder} has its weights only as pickle ({', '.join(pickles[:3])}), which can run code when loaded. "
                "Convert them to safetensors first (safetensors.torch.save_file)."
            )
        raise BadInput(f"{folder} holds no weights (*.safetensors).")
    _check_index(folder, weights)
    if not any((folder / name).is_file() for name in TOKENIZER_FILES):
        raise BadInput(f"{folder} holds no tokenizer (tokenizer.json, tokenizer.model or vocab.json).")
    return config, weights


def parameters_of(weights: list[Path]) -> tuple[int, dict[str, int]]:
    """Number of parameters and of values by dtype, from the safetensors headers alone."""
    total, by_dtype = 0, dict[str, int]()
    for path in weights:
        for name, entry in _safetensors_header(path).items():
            if name == "__metadata__":
                continue
            count = 1
            for size in entry["shape"]:
                count *= size
            total += count
            by_dtype[entry["dtype"]] = by_dtype.get(entry["dtype"], 0) + count
    return total, by_dtype


def _safetensors_header(path: Path) -> dict[str, Any]:
    size = path.stat().st_size
    with path.open("rb") as handle:
        head = handle.read(8)
        if len(head) < 8:
            raise BadInput(f"{path} is truncated: {size} bytes are no safetensors file. Fetch it again.")
        (length,) = struct.unpack("<Q", head)
        if head.startswith(b"version "):
            raise BadInput(f"{path} is a Git LFS pointer, not the weights. Fetch the real file (git lfs pull).")
        if length > size - 8 or length > 100_000_000:
            raise BadInput(
                f"{path} is truncated or no safetensors file (header of {length} bytes, file of {size}). Fetch it again."
            )
        try:
            header = json.loads(handle.read(length))
            end = max((e["data_offsets"][1] for n, e in header.items() if n != "__metadata__"), default=0)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadInput(f"{path} has a broken safetensors header. Fetch it again.") from None
    if size != 8 + length + end:
        raise BadInput(f"{path} is truncated: it should have {8 + length + end} bytes and has {size}. Fetch it again.")
    result: dict[str, Any] = header
    return result


def _check_index(folder: Path, weights: list[Path]) -> None:
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return
    try:
        wanted = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (ValueError, KeyError, AttributeError):
        raise BadInput(f"{index} is no weight index. Fetch it again.") from None
    missing = sorted(wanted - {p.name for p in weights})
    if missing:
        raise BadInput(f"{folder} lacks {len(missing)} of its weight files: {', '.join(missing[:5])}.")


def _local(folder: Path, *, reference: bool) -> ModelSource:
    config, weights = inspect_folder(folder)
    params, _ = parameters_of(weights)
    architecture = str((config.get("architectures") or [config["model_type"]])[0])
    return ModelSource(
        name=folder.name,
        location=str(folder),
        revision="sha256:" + hash_files(weights),
        hub_revision=None,
        tokenizer_hash=hash_files([folder / n for n in TOKENIZER_FILES if (folder / n).is_file()]),
        architecture=architecture,
        params=params,
        weight_bytes=sum(p.stat().st_size for p in weights),
        reference=reference,
        masked=bool(MASKED.search(architecture)),
    )


def _hub(model: str, revision: str | None, offline: bool) -> ModelSource:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    patterns = ["*.json", "*.safetensors", "*.model", "*.txt", "*.jinja"]
    try:
        folder = Path(snapshot_download(model, revision=revision, allow_patterns=patterns, local_files_only=offline))
    except HFValidationError:
        raise MissingData(
            f"{model!r} is neither a folder nor a hub id. Give a folder, or an id such as Qwen/Qwen3-0.6B."
        ) from None
    except RepositoryNotFoundError:
        raise MissingData(f"The hub has no model {model!r} (or it is private: set HF_TOKEN).") from None
    except LocalEntryNotFoundError:
        how = "drop --offline, or fetch it first" if offline else "the hub cannot be reached"
        raise MissingData(f"Model {model!r} is neither a folder here nor in the hub's local cache; {how}.") from None
    except (HfHubHTTPError, OSError) as error:
        raise MissingData(f"Model {model!r} cannot be fetched from the hub: {str(error).splitlines()[0]}") from None
    local = _local(folder, reference=False)
    commit = folder.name if re.fullmatch(r"[0-9a-f]{40}", folder.name) else None
    return ModelSource(
        **{**local.__dict__, "name": model, "revision": commit or local.revision, "hub_revision": commit}
    )


def _is_reference(folder: Path) -> bool:
    return folder in {p.resolve() for p in naming.reference_folders()}


def hash_files(files: list[Path]) -> str:
    """SHA-256 over names and contents, in the order of the names."""
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda p: p.name):
        digest.update(path.name.encode() + b"\0")
        with path.open("rb") as handle:
            while block := handle.read(1 << 22):
                digest.update(block)
    return digest.hexdigest()

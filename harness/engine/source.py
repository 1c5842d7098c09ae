"""The source of a model: a folder, a reference model or a hub id, resolved to a revision before anything loads.

Only files are read here (configuration, safetensors headers, hashes): neither torch nor
transformers is imported, so that a plan can refuse early.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from harness.engine import naming
from harness.engine.gguf import locate
from harness.engine.model_folder import TOKENIZER_FILES, deciding_files, inspect_folder
from harness.engine.weights import unchanged
from harness.engine.weights.hashes import hash_files, hash_folder
from harness.engine.weights.headers import parameters_of
from harness.errors import BadInput, MissingData
from harness.places import typed_path

MASKED = re.compile(
    r"ForMaskedLM$|^(Bert|Roberta|Electra|Albert|DistilBert|Deberta\w*|XLMRoberta|ModernBert)(Model|ForPreTraining)$"
)
"""Architectures that predict masked tokens; they get pseudo-log-likelihoods."""


@dataclass(frozen=True)
class ModelSource:
    """A model that can be loaded. ``revision`` is the hub commit, or the SHA-256 of all files that decide its numbers.

    ``served`` is set where a server holds it: its URL, its name there, and its window in tokens. ``gguf`` says that
    ``location`` is a GGUF file, and ``quantisation`` how its weights are stored (``Q4_K_M``). ``files`` are those that were
    hashed; None where a server holds them.
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
    gguf: bool = False
    quantisation: str | None = None
    files: unchanged.DecidingFiles | None = field(default=None, compare=False, repr=False)


def resolve(model: str, *, revision: str | None = None, offline: bool = False) -> ModelSource:
    """Resolve ``model`` (folder, reference model, hub id or a unique ending of one).

    Raises:
        MissingData: nothing of that name is here and the hub is out of reach or has none.
        BadInput: a folder that is no model, pickle-only weights, a truncated or broken file, an
            ambiguous name.
    """
    if not model.strip():
        raise BadInput("--model is empty; give a folder, a hub id such as Qwen/Qwen3-0.6B, or a reference model.")
    folder = typed_path(model)
    here = folder if folder.exists() else naming.folder_of(model)
    if here is not None:
        if revision is not None:
            raise BadInput(
                f"{model} is a folder, which has no revision {revision!r}; drop --revision, or give a hub id."
            )
        return _here(here, model)
    if os.sep in model and (folder.is_absolute() or model.startswith(".") or model.count("/") != 1):
        raise MissingData(
            f"There is no model folder {model}. Give a folder with config.json, or a hub id such as Qwen/Qwen3-0.6B."
        )
    return _hub(naming.hub_id(model), revision, offline)


def _here(path: Path, model: str) -> ModelSource:
    """A file or folder on this machine: a GGUF, or transformers' own format."""
    if path.is_file() and not locate.is_gguf(path):
        raise BadInput(
            f"{model} is a file; give the folder that holds config.json and the safetensors weights, or a GGUF file."
        )
    if file := locate.gguf_of(path):
        return ModelSource(**locate.described(file))
    return _local(path.resolve(), reference=_is_reference(path.resolve()))


def _local(folder: Path, *, reference: bool) -> ModelSource:
    config, weights = inspect_folder(folder)
    files = unchanged.hashed(partial(deciding_files, folder), partial(hash_folder, folder))
    params, _ = parameters_of(weights)
    listed = config.get("architectures")
    architecture = str(listed[0] if isinstance(listed, list) and listed else config["model_type"])[:200]
    return ModelSource(
        name=folder.name,
        location=str(folder),
        revision=f"sha256:{files.digest}",
        hub_revision=None,
        tokenizer_hash=hash_files([folder / n for n in TOKENIZER_FILES if (folder / n).is_file()]),
        architecture=architecture,
        params=params,
        weight_bytes=sum(p.stat().st_size for p in weights),
        reference=reference,
        masked=bool(MASKED.search(architecture)),
        files=files,
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

"""The weight files of a folder that are loaded, and whether they say one thing: each tensor once, where the index says it lies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.engine.weights import headers
from harness.errors import BadInput
from harness.interchange.foreign import bounded

ONE_FILE, INDEX = "model.safetensors", "model.safetensors.index.json"
# Keys of a configuration by which transformers reads other files than those that are hashed and counted here.
_ELSEWHERE = {
    "transformers_weights": "the weights from a file of another name: rename it to model.safetensors",
    "configuration_files": "the configuration from another file: move what counts into config.json",
}
# Parts of a distributed checkpoint, which transformers reads in place of every other file.
_DISTRIBUTED = re.compile(r"^shard-\d{5}-model-\d{5}-of-\d{5}\.safetensors$")
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_SHOWN = 3


def refuse_elsewhere(config: Any, where: str) -> None:
    """Refuse a configuration that lets weights or configuration be read from files of other names, at any depth of it.

    Raises:
        BadInput: naming the key.
    """
    for key, value in entries(config):
        word = next((w for w in (key, value) if isinstance(w, str) and w in _ELSEWHERE), None)
        if word is not None and value is not None:
            raise BadInput(f"{where} has {word}, which reads {_ELSEWHERE[word]}, and remove {word}.")


def entries(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key with its value, those of inner objects and lists included."""
    if isinstance(value, dict):
        yield from value.items()
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from entries(inner)


def weight_files(folder: Path) -> list[Path]:
    """Every safetensors file of a folder.

    Raises:
        BadInput: there is none, only pickles, or parts of a distributed checkpoint.
    """
    weights = sorted(folder.glob("*.safetensors"))
    if not weights:
        pickles = sorted(p.name for pattern in _PICKLES for p in folder.glob(pattern))
        if pickles:
            raise BadInput(
                f"{folder} has its weights only as pickle ({', '.join(pickles[:3])}), which can run code when loaded. "
                "Convert them to safetensors first (safetensors.torch.save_file)."
            )
        raise BadInput(f"{folder} holds no weights (*.safetensors).")
    if part := next((p.name for p in weights if _DISTRIBUTED.match(p.name)), None):
        raise BadInput(
            f"{folder} holds a part of a distributed checkpoint ({part}), which would be read in place of its other weights. "
            "Save the model whole first (save_pretrained), or move the part elsewhere."
        )
    return weights


def loaded_files(folder: Path) -> list[Path]:
    """The weight files that transformers reads: the one file, else those of the index, else all there are."""
    if (folder / ONE_FILE).is_file():
        return [folder / ONE_FILE]
    weights = sorted(folder.glob("*.safetensors"))
    if not (folder / INDEX).is_file():
        return weights
    indexed = set(_index(folder / INDEX).values())
    return [path for path in weights if path.name in indexed]


def check(folder: Path) -> list[Path]:
    """The loaded files, with every tensor in one of them alone and where the index says.

    Raises:
        BadInput: the index is none, names absent files, or others than the one file; a tensor lies in two files; index and
            headers differ.
    """
    weights, index = weight_files(folder), folder / INDEX
    listed = _index(index) if index.is_file() else None
    if listed is not None and (missing := sorted(set(listed.values()) - {p.name for p in weights})):
        shown = ", ".join(name[:80] for name in missing[:5])
        raise BadInput(f"{folder} lacks {len(missing)} of its weight files: {shown}.")
    if listed is not None and (folder / ONE_FILE).is_file() and set(listed.values()) != {ONE_FILE}:
        raise BadInput(
            f"{folder} holds its weights twice: in {ONE_FILE}, and in the files that {INDEX} names. Libraries choose differently; "
            "remove the ones that are not the model's."
        )
    loaded = loaded_files(folder)
    held = _held(folder, loaded)
    if listed is not None:
        _compare(index, listed, held)
    return loaded


def _index(path: Path) -> Mapping[str, str]:
    """File by tensor."""
    try:
        names = bounded.parse_json(bounded.read_bytes(path, bounded.MAX_JSON, follow=True), unique=True)["weight_map"]
        if not names or not all(isinstance(name, str) for name in names.values()):
            raise ValueError
    except (BadInput, ValueError, LookupError, TypeError, AttributeError):
        raise BadInput(f"{path} is no weight index. Fetch it again.") from None
    result: Mapping[str, str] = names
    return result


def _held(folder: Path, loaded: list[Path]) -> dict[str, str]:
    """File by tensor, as the headers say."""
    held: dict[str, str] = {}
    twice: list[str] = []
    for path in loaded:
        for name in headers.header(path):
            if name in held:
                twice.append(f"{name[:120]} ({held[name]}, {path.name})")
            held[name] = path.name
    if twice:
        raise BadInput(
            f"{folder} holds {len(twice)} tensors in two weight files each: {_first(twice)}. Nothing says which counts; "
            "remove the files or tensors that are not the model's."
        )
    return held


def _compare(index: Path, listed: Mapping[str, str], held: Mapping[str, str]) -> None:
    """Refuse an index that says otherwise than the headers."""
    wrong = [
        f"{name[:120]} (index: {listed.get(name, 'not there')[:80]}; files: {held.get(name, 'not there')})"
        for name in sorted({*listed, *held})
        if listed.get(name) != held.get(name)
    ]
    if wrong:
        raise BadInput(
            f"{index} and the weight files that it names differ in {len(wrong)} tensors: {_first(wrong)}. They are of two models "
            "or versions; fetch or save them again, whole."
        )


def _first(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")

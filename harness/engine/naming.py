"""Short names of models, resolved: folders on this machine first, then hub ids of the cache and of the catalog.

Only names are read: folders, the hub's local cache, one CSV file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from harness import places
from harness.errors import BadInput

_NAMED = 8


def folder_of(model: str) -> Path | None:
    """The one model folder here whose name is ``model`` or ends so: a reference model, or one beside the mirror.

    Raises:
        BadInput: several fit.
    """
    folders = {p.name: p for p in [*beside_mirror(), *reference_folders()]}
    name = one(model, folders)
    return folders[name] if name else None


def hub_id(model: str) -> str:
    """The full hub id that ``model`` ends, of the hub's local cache or else of the catalog; else ``model`` itself.

    Raises:
        BadInput: several fit.
    """
    if "/" in model:
        return model
    return one(model, _cached()) or one(model, _in_catalog()) or model


def one(model: str, names: Iterable[str]) -> str | None:
    """The name that is ``model``, else the only one whose last part is, else the only one that ends so.

    Raises:
        BadInput: several fit.
    """
    known = sorted(set(names))
    for fits in (
        [n for n in known if n == model],
        [n for n in known if n.endswith(f"/{model}")],
        [n for n in known if n.endswith(model)],
    ):
        if len(fits) > 1:
            shown = ", ".join(fits[:_NAMED]) + (", …" if len(fits) > _NAMED else "")
            raise BadInput(f"{model!r} fits {len(fits)} models: {shown}. Give the full name.")
        if fits:
            return fits[0]
    return None


def reference_folders() -> list[Path]:
    """Folders of the calibration suite's reference models."""
    return _models(places.reference_models())


def beside_mirror() -> list[Path]:
    """Model folders beside the mirror of data sets, where ``harness data unpack`` puts them."""
    hub = places.hub()
    return _models(hub.parent / "models") if hub else []


def _models(parent: Path) -> list[Path]:
    try:
        return sorted(p for p in parent.iterdir() if (p / "config.json").is_file())
    except OSError:
        return []


def _cached() -> list[str]:
    from huggingface_hub import constants

    folder = Path(constants.HF_HUB_CACHE)
    names = [p.name for p in folder.glob("models--*--*")] if folder.is_dir() else []
    return ["/".join(n.removeprefix("models--").split("--", 1)) for n in names]


def _in_catalog() -> list[str]:
    try:
        with (places.catalog() / "models.csv").open(encoding="utf-8", newline="") as lines:
            return [row["hub_id"] for row in csv.DictReader(lines) if row.get("hub_id")]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []  # the catalog's own check says what is wrong with it

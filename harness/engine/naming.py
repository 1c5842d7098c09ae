"""Short names of models, resolved: folders on this machine first, then hub ids of the cache and of the catalog.

Only names are read: folders, the hub's local cache, one CSV file.
"""

from __future__ import annotations

import csv
from pathlib import Path

from harness import names, places


def folder_of(model: str) -> Path | None:
    """The one model folder here whose name is ``model`` or ends so: a reference model, or one beside the mirror.

    Raises:
        BadInput: several fit.
    """
    folders = {p.name: p for p in [*beside_mirror(), *reference_folders()]}
    name = names.only("model", model, names.matches(model, [(name, name) for name in folders]))
    return folders[name] if name else None


def hub_id(model: str) -> str:
    """The hub id that ``model`` means, of the hub's local cache or else of the catalog; else ``model`` itself.

    A name with a slash is a whole id, perhaps of a model unknown here: only its case is mended.

    Raises:
        BadInput: several fit.
    """
    for known in (_cached(), _in_catalog()):
        if "/" in model:
            known = [pair for pair in known if names.fold(pair[0]) == names.fold(model)]
        if id := names.only("model", model, names.matches(model, known)):
            return id
    return model


def reference_folders() -> list[Path]:
    """Folders of the calibration suite's reference models."""
    return _models(places.reference_models())


def beside_mirror() -> list[Path]:
    """Model folders beside the mirror of data sets, where ``harness data unpack`` puts them."""
    hub = places.hub()
    return _models(hub.parent / "models") if hub else []


def _models(parent: Path) -> list[Path]:
    try:
        return sorted(p for p in parent.iterdir() if not p.name.startswith(".") and (p / "config.json").is_file())
    except OSError:
        return []


def _cached() -> list[names.Named]:
    from huggingface_hub import constants

    folder = Path(constants.HF_HUB_CACHE)
    folders = [p.name for p in folder.glob("models--*--*")] if folder.is_dir() else []
    ids = ["/".join(name.removeprefix("models--").split("--", 1)) for name in folders]
    return [(id, id) for id in ids]


def _in_catalog() -> list[names.Named]:
    """Every name of the catalog's models with open weights, and the hub id."""
    try:
        with (places.catalog() / "models.csv").open(encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.DictReader(lines) if row.get("hub_id")]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []  # the catalog's own check says what is wrong with it
    return [(row[c], row["hub_id"]) for row in rows for c in ("hub_id", "model_id", "name") if row.get(c)]

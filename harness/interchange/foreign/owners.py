"""Whose model a name means: others' names of models, matched to the catalog.

A name that the catalog does not know stays as it is, with no model and no vendor; nothing is guessed.
"""

from __future__ import annotations

import csv
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from harness import places
from harness.interchange.foreign.privacy import last_part

# Folders that stand above an owner's folder in local mirrors of the hub.
_MIRRORS = {
    "huggingface",
    "hf",
    "hub",
    "models",
    "public_models",
    "hf_models",
    "llm",
    "llms",
    "pretrained",
    "checkpoints",
}
_HUB_CACHE = re.compile(r"models--([\w.\-]+?)--([\w.\-]+)")
# Interim names of the Pythia models while their training was redone (EleutherAI/pythia, README, 2023).
_RENAMED = re.compile(r"^EleutherAI/pythia-v1\.1-(.+)$")
_SERVED = ("together", "huggingface", "hf", "hf-api", "vllm", "ollama", "openrouter", "bedrock", "azureai", "anyscale")


@dataclass(frozen=True, slots=True)
class Owner:
    """A model of the catalog and its vendor; none where the catalog does not know the name."""

    model_id: str | None = None
    vendor_id: str | None = None


def public_name(name: str) -> str:
    """A model's name without the local folders that a file may hold it in.

    ``/data/models/huggingface/google/gemma-2b`` is ``google/gemma-2b``; ``/home/ann/my-model`` is ``my-model``.
    """
    name = name.strip()
    if cached := _HUB_CACHE.search(name):
        return f"{cached.group(1)}/{cached.group(2)}"
    parts = [p for p in re.split(r"[\\/]+", name) if p not in ("", ".", "..", "~")]
    local = re.match(r"^(?:[~.]{0,2}[\\/]|[A-Za-z]:[\\/]|file:)", name) is not None or len(parts) > 3
    if not local:
        return "/".join(parts)
    if len(parts) >= 3 and parts[-3].lower() in _MIRRORS and parts[-2].lower() not in _MIRRORS:
        return f"{parts[-2]}/{parts[-1]}"
    return parts[-1] if parts and (len(parts) > 1 or not name.endswith(("/", "\\"))) else last_part(name)


def owner(name: str) -> Owner:
    """The catalog's model and vendor for a name, by hub id or alias."""
    models, vendors = _known(os.environ.get("LANDSCAPE_CATALOG", ""))
    for candidate in _candidates(name):
        if found := models.get(candidate):
            return found
    organisation = name.split("/")[0].lower() if "/" in name else ""
    return Owner(None, vendors.get(organisation))


def _candidates(name: str) -> list[str]:
    renamed = _RENAMED.sub(r"EleutherAI/pythia-\1", name)
    parts = renamed.split("/")
    without_service = "/".join(parts[1:]) if len(parts) > 1 and parts[0].lower() in _SERVED else renamed
    return list(dict.fromkeys(c.lower() for c in (name, renamed, without_service)))


@lru_cache(maxsize=4)
def _known(_environment: str) -> tuple[dict[str, Owner], dict[str, str]]:
    """Models by lower-case hub id, model id and alias; vendors by id and alias; read once for each catalog."""
    catalog = places.catalog()
    models: dict[str, Owner] = {}
    by_id: dict[str, Owner] = {}
    for row in _rows(catalog / "models.csv"):
        known = Owner(row["model_id"], row.get("vendor_id") or None)
        by_id[row["model_id"]] = known
        for key in (row["model_id"], row.get("hub_id") or ""):
            if key:
                models.setdefault(key.lower(), known)
    vendors = {row["vendor_id"].lower(): row["vendor_id"] for row in _rows(catalog / "vendors.csv")}
    for row in _rows(catalog / "aliases.csv"):
        kind, alias, target = row.get("kind"), (row.get("alias") or "").lower(), row.get("id") or ""
        if kind == "model" and target in by_id:
            models.setdefault(alias, by_id[target])
        elif kind == "vendor" and target:
            vendors.setdefault(alias, target)
    return models, vendors


def _rows(path: Path) -> list[dict[str, str]]:
    file = path if path.is_file() else places.packaged_catalog() / path.name
    if not file.is_file():
        return []
    with file.open(encoding="utf-8-sig", newline="") as handle:
        return [row for row in csv.DictReader(handle) if all(isinstance(v, str) for v in row.values())]

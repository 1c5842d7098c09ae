"""Owner of a model: the catalog's model and vendor behind another tool's name of a model.

Only whole names count, unlike for what a person types (``harness.names``): another tool's ``7b`` must not become some
model of ours that ends so. A name that the catalog does not know, or that two of its models have, means no model.
``sql/ingest/catalog_names.sql`` applies the same rule to runs that are in the database already.
"""

from __future__ import annotations

import csv
import os
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from harness import names, places
from harness.catalog.names import effort
from harness.catalog.names.matching import NameIndex, index_names, match_model
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
# What `identity` puts behind the name of a quantised load.
_LOAD = re.compile(r" \([^()]+\)$")
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
    rooted = re.match(r"^(?:[~.]{0,2}[\\/]|[A-Za-z]:[\\/]|file:)", name) is not None
    if "+" in name.strip("+") and not rooted:  # a base and its adapter
        return "+".join(public_name(part) if part else part for part in name.split("+"))
    parts = [p for p in re.split(r"[\\/]+", name) if p not in ("", ".", "..", "~")]
    local = rooted or len(parts) > 3
    if not local:
        return "/".join(parts)
    if len(parts) >= 3 and parts[-3].lower() in _MIRRORS and parts[-2].lower() not in _MIRRORS:
        return f"{parts[-2]}/{parts[-1]}"
    return parts[-1] if parts and (len(parts) > 1 or not name.endswith(("/", "\\"))) else last_part(name)


def owner(name: str) -> Owner:
    """The catalog's model and vendor for a name, by hub id or alias.

    A model with an adapter (``base+adapter``) is whosever the adapter is; a quantised load (``model (4-bit)``) is of the
    model's vendor, and none of the catalog's models.
    """
    models, vendors = _catalog_owners(os.environ.get("LANDSCAPE_CATALOG", ""))
    for candidate in _candidates(name):
        if match := models.get(candidate):
            return match
    base, _, adapter = name.rpartition("+")
    if base and adapter:
        return owner(adapter)
    if load := _LOAD.search(name):
        return Owner(None, owner(name[: load.start()]).vendor_id)
    organisation = names.fold(name.split("/")[0]) if "/" in name else ""
    return Owner(None, vendors.get(organisation))


def spelled_owner(name: str, model_id: str | None = None) -> Owner:
    """The catalog's model and vendor for a name as people spell models, which may end with an effort (``o3-mini (low)``).

    By the rules for names in price lists and on boards (``catalog.names.matching``), unless ``model_id`` says it.
    """
    index = _name_index(os.environ.get("LANDSCAPE_CATALOG", ""))
    if model_id is None:
        match = match_model(index, name) or match_model(index, effort.split(name.replace(":", "-"))[0])
        model_id = match.id if match else None
    if model_id not in index.vendor_of_model:
        return owner(name)
    return Owner(model_id, index.vendor_of_model[model_id] or None)


def in_catalog(model_id: str) -> bool:
    """Whether the catalog has a model of that id."""
    return model_id in _name_index(os.environ.get("LANDSCAPE_CATALOG", "")).vendor_of_model


@lru_cache(maxsize=4)
def _name_index(_environment: str) -> NameIndex:
    catalog = places.catalog()
    models, vendors, providers, aliases = (
        _rows(catalog / f"{table}.csv") for table in ("models", "vendors", "providers", "aliases")
    )
    return index_names(models, vendors, providers, aliases)


def _candidates(name: str) -> list[str]:
    renamed = _RENAMED.sub(r"EleutherAI/pythia-\1", name)
    parts = renamed.split("/")
    without_service = "/".join(parts[1:]) if len(parts) > 1 and parts[0].lower() in _SERVED else renamed
    return list(dict.fromkeys(names.fold(c) for c in (name, renamed, without_service)))


@lru_cache(maxsize=4)
def _catalog_owners(_environment: str) -> tuple[dict[str, Owner], dict[str, str]]:
    """Models by folded hub id, model id and alias; vendors by id and alias; read once for each catalog."""
    catalog = places.catalog()
    by_id: dict[str, Owner] = {}
    by_name: dict[str, set[Owner]] = defaultdict(set)
    for row in _rows(catalog / "models.csv"):
        by_id[row["model_id"]] = owner_of_row = Owner(row["model_id"], row.get("vendor_id") or None)
        for name in (row["model_id"], row.get("hub_id") or ""):
            by_name[names.fold(name)].add(owner_of_row)
    vendors = {names.fold(row["vendor_id"]): row["vendor_id"] for row in _rows(catalog / "vendors.csv")}
    for row in _rows(catalog / "aliases.csv"):
        kind, alias, target = row.get("kind"), names.fold(row.get("alias") or ""), row.get("id") or ""
        moving = row.get("valid_from") or row.get("valid_to")  # from model to model: the name alone says nothing
        if kind == "model" and target in by_id and not moving:
            by_name[alias].add(by_id[target])
        elif kind == "vendor" and target:
            vendors.setdefault(alias, target)
    return {name: next(iter(owners)) for name, owners in by_name.items() if name and len(owners) == 1}, vendors


def _rows(path: Path) -> list[dict[str, str]]:
    file = path if path.is_file() else places.packaged_catalog() / path.name
    if not file.is_file():
        return []
    with file.open(encoding="utf-8-sig", newline="") as handle:
        return [row for row in csv.DictReader(handle) if all(isinstance(v, str) for v in row.values())]

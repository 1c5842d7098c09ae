"""Products that can be compared head to head: those ranked on the capability scale, and those with items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from harness import names
from harness.market.leading_runs import leading_runs
from harness.market.paired_outcomes import with_items

if TYPE_CHECKING:
    from harness.market.alike.boards import Board
    from harness.market.queries import Queries

COLUMNS = ["id", "name", "ranked", "items"]


def product_ids(queries: Queries) -> dict[str, str]:
    """The product of each model of the catalog, by model id."""
    models = queries.frame("models").drop_duplicates("model_id")
    return dict(zip(models["model_id"], models["product_id"].fillna(models["model_id"]), strict=True))


def products(queries: Queries, scale: pd.DataFrame) -> pd.DataFrame:
    """COLUMNS, one row a product: the ranked ones of ``scale`` (``market.scale_board``) first, best first, then by name.

    ``id`` is the product's, or the model's name where the catalog has no such model. A run that stands beside others of its
    model (another precision or chat template) is a row of its own, under its label. ``items``: whether single items are known.
    """
    runs, known = with_items(queries, leading_runs(queries)), product_ids(queries)
    models = queries.frame("models").drop_duplicates("model_id")
    called = dict(zip(models["model_id"], models["name"], strict=True))
    ids = runs["model_id"].map(known).fillna(runs["model_id"]).fillna(runs["model"]).astype(str)
    itemised = dict(zip(ids, ids.map(called).fillna(runs["model"]).astype(str), strict=True))
    several = runs[runs["label"] != runs["model"]]
    itemised |= {str(label): str(label) for label in several["label"]}
    ranked = dict(zip(scale["model_id"], scale["model"], strict=True)) if len(scale) else {}
    rest = sorted((name.casefold(), id) for id, name in itemised.items() if id not in ranked)
    rows = [(id, name, True, id in itemised) for id, name in ranked.items()]
    rows += [(id, itemised[id], False, True) for _, id in rest]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"ranked": bool, "items": bool})


def other_names(queries: Queries) -> dict[str, str]:
    """The product of every other name, folded: of models (id, hub id, name) and of runs (model, label)."""
    models, known = queries.frame("models"), product_ids(queries)
    runs = leading_runs(queries)
    ids = runs["model_id"].map(known).fillna(runs["model_id"]).fillna(runs["model"]).astype(str)
    pairs = [(name, id) for column in ("label", "model") for name, id in zip(runs[column], ids, strict=True)]
    pairs += [
        (name, known[id])
        for column in ("name", "hub_id", "model_id")
        for id, name in zip(models["model_id"], models[column], strict=True)
    ]
    return {
        names.fold(name): id for name, id in pairs if isinstance(name, str)
    }  # the catalog's names come last and win


def meant(wanted: Sequence[str], rows: pd.DataFrame, others: Mapping[str, str]) -> list[str]:
    """Ids of the products of ``rows`` that these ids, names or labels of runs mean (``other_names``), each once; what means
    none is passed over."""
    own = {
        names.fold(value): str(id)
        for column in ("name", "id")
        for value, id in zip(rows[column], rows["id"], strict=True)
    }
    there = set(own.values())
    found = (own.get(names.fold(name)) or others.get(names.fold(name)) for name in wanted)
    return [id for id in dict.fromkeys(found) if id is not None and id in there]


def leaders(rows: pd.DataFrame, known: Sequence[Board], ids: dict[str, str]) -> tuple[str, str] | None:
    """The two best products of the scale that share items; without such, two that share some; else the two best of all."""
    candidates = rows[rows["items"]]
    members = [_members(board, ids) for board in known]
    held = {id: {place for place, here in enumerate(members) if id in here} for id in candidates["id"]}
    for group in (candidates[candidates["ranked"]], candidates):
        listed = list(group["id"])
        for two, one in ((j, i) for j in range(len(listed)) for i in range(j)):
            if held[listed[one]] & held[listed[two]]:
                return listed[one], listed[two]
    return (rows["id"].iloc[0], rows["id"].iloc[1]) if len(rows) > 1 else None


def _members(board: Board, ids: dict[str, str]) -> set[str]:
    """The products and labels of a board's runs."""
    runs = board.runs
    own = runs["model_id"].map(ids).fillna(runs["model_id"]).fillna(runs["model"])
    return {*own.astype(str), *runs["label"].astype(str)}

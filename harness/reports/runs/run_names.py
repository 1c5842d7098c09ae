"""Names of runs for a reader: the catalog's, where it knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.reports.cells import cleaned

if TYPE_CHECKING:
    import pandas as pd


def run_names(runs: pd.DataFrame, names: pd.Series[str]) -> dict[str, str]:
    """Each run's model for a reader, by the run's ``label``: its name in ``names`` (by ``model_id``), and in brackets what tells it
    from other runs of that name on a board (``suite, suite_version, kind_of_origin``); none where the catalog knows no name."""
    known = runs.assign(name=runs["model_id"].map(names)).dropna(subset=["name"])
    bare = known["label"].astype(str).str.rsplit("/", n=1).str[-1]
    variant = bare.str.split(":", n=1).str[1].fillna("")
    known = known.assign(
        variant=variant, told=known["name"].where(variant.eq(""), known["name"] + " (" + variant + ")")
    )
    board = ["suite", "suite_version", "kind_of_origin", "name"]
    alone = ~known.duplicated(board, keep=False)
    apart = ~known.duplicated([*board[:3], "told"], keep=False)
    full = known["name"] + " (" + bare + ")"
    known = known.assign(
        told=known["name"].where(alone, known["told"].where(apart, full)), length=(~alone) + 2 * (~apart)
    )
    longest = known.sort_values("length", kind="stable").drop_duplicates(
        "label", keep="last"
    )  # one name a label on all boards
    return {str(label): cleaned(told) for label, told in zip(longest["label"], longest["told"], strict=True)}

"""Coverage of companies: of each measure and front whether it is known, how old, searched for and not found, or not searched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from harness.market.companies.fronts import FRONTS, MEASURES, NAMED, Measure, largest_others, measure_of
from harness.market.companies.searches import SEARCHES, Search

if TYPE_CHECKING:
    from harness.market.queries import Queries

STATES = ("fresh", "old", "searched", "empty")
"""Known; known, but older than OLD_YEARS; searched for and not found; not searched for."""
OLD_YEARS = 2
MEASURE_COLUMNS = ["vendor_id", "front", "measure", "asked", "state", "facts", "newest", "group_id", "search"]


def known_facts(queries: Queries, inputs: pd.DataFrame) -> pd.DataFrame:
    """What is known, one row a vendor and key: ``vendor_id, key, facts, newest``; beside the keys of facts ``capability`` (the
    best product on the scale, of its release) and ``releases`` (models with a day of release).

    ``inputs`` are the inputs of positioning (``market.positions``).
    """
    best = inputs[inputs["input"].eq("capability")]
    vendors = queries.frame("vendors").dropna(subset=["latest_release"])
    parts = [
        queries.frame("fact_days"),
        pd.DataFrame({"vendor_id": best["vendor_id"], "key": "capability", "facts": 1, "newest": best["as_of"]}),
        pd.DataFrame({"vendor_id": vendors["vendor_id"], "key": "releases", "facts": vendors["models"],
                      "newest": vendors["latest_release"]}),
    ]  # fmt: skip
    rows = pd.concat([part.assign(newest=pd.to_datetime(part["newest"])) for part in parts if len(part)] or parts)
    return rows.reset_index(drop=True)


def promised(inputs: pd.DataFrame) -> list[str]:
    """Vendors for which each front is to be known or searched: those that the documents name, and the largest others."""
    return [*NAMED, *largest_others(inputs)]


def measures(
    known: pd.DataFrame,
    vendors: Sequence[str],
    *,
    parents: Mapping[str, str] | None = None,
    searches: Iterable[Search] = SEARCHES,
) -> pd.DataFrame:
    """State of each measure of ``vendors``: MEASURE_COLUMNS, one row a vendor and measure.

    ``known`` is the frame of ``known_facts``, whose newest day is the day from which age counts. ``asked`` is False for a fact
    that was searched for this vendor and is asked of no other; a listed company is not asked for rounds of funding. ``group_id`` names the group whose figure stands in for a
    missing one (``parents``: group by vendor). ``search`` is the search that found nothing: of the measure, else of its front.
    """
    found = {(row["vendor_id"], row["key"]): (int(row["facts"]), row["newest"]) for row in known.to_dict("records")}
    today = pd.to_datetime(known["newest"]).max()
    searched = {(s.vendor_id, s.what): s for s in searches}
    rows = []
    for vendor in vendors:
        extra = [measure_of(what) for who, what in searched if who == vendor and what not in FRONTS]
        for measure in (*MEASURES, *(m for m in extra if m not in MEASURES)):
            search = searched.get((vendor, measure.key)) or searched.get((vendor, measure.front))
            facts, newest, group = _figures(found, vendor, measure, (parents or {}).get(vendor))
            if measure.key == "funding_round" and not facts and (vendor, "listing") in found:
                continue
            rows.append((vendor, measure.front, measure.key, measure in MEASURES, _state(facts, newest, today, search), facts,
                         newest, group, search))  # fmt: skip
    frame = pd.DataFrame(rows, columns=MEASURE_COLUMNS)
    return frame.assign(newest=pd.to_datetime(frame["newest"]))


def _figures(
    found: Mapping[tuple[str, str], tuple[int, Any]], vendor: str, measure: Measure, parent: str | None
) -> tuple[int, Any, str | None]:
    """Facts, their newest day, and the group whose they are where the vendor has none of its own."""
    for who in (vendor, parent) if measure.group and parent else (vendor,):
        held = [found[who, key] for key in measure.keys or (measure.key,) if (who, key) in found]
        if held:
            days = [day for _, day in held if pd.notna(day)]
            return sum(n for n, _ in held), max(days, default=pd.NaT), None if who == vendor else who
    return 0, pd.NaT, None


def _state(facts: int, newest: Any, today: Any, search: Search | None) -> str:
    if not facts:
        return "empty" if search is None else "searched"
    return "fresh" if newest >= today - pd.DateOffset(years=OLD_YEARS) else "old"


def fronts(states: pd.DataFrame) -> pd.DataFrame:
    """State of each front, one row a vendor and front: ``vendor_id, front, state, known, of, newest``.

    A front is as well off as its best measure; ``known`` counts its measures with a fact, ``of`` those asked for.
    """
    asked = states[states["asked"].astype(bool)]
    rank = {state: place for place, state in enumerate(STATES)}
    rows = asked.assign(place=asked["state"].map(rank), held=asked["facts"] > 0)
    out = rows.groupby(["vendor_id", "front"], sort=False).agg(
        place=("place", "min"), known=("held", "sum"), of=("held", "size"), newest=("newest", "max")
    )
    return out.assign(state=[STATES[place] for place in out["place"]]).drop(columns="place").reset_index()


def gaps(states: pd.DataFrame) -> pd.DataFrame:
    """Measures that are not freshly known, or whose newer figure was searched for: the rows of ``measures``, empty ones first."""
    newer = states["search"].map(lambda s: isinstance(s, Search) and s.after is not None)
    rows = states[states["state"].ne("fresh") | newer]
    order = {state: place for place, state in enumerate(("empty", "searched", "old", "fresh"))}
    ordered = rows.assign(place=rows["state"].map(order)).sort_values("place", kind="stable")
    return ordered.drop(columns="place").reset_index(drop=True)

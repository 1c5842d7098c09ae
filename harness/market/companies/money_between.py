"""Money between vendors: every relation with its amount, and one arrow for each pair of vendors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.catalog.schema import RELATIONS

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

_SAID = {"yearly": r"\ba year\b", "up_to": r"^\s*up to\b", "committed": r"^\s*committed\b"}
"""What a relation's note says of its amount: that it is paid every year, is a limit, or is promised. First match counts."""


def money_between(queries: Queries) -> pd.DataFrame:
    """Relations, the largest amount first: ``from_id, to_id, kind, amount, currency, usd, note, as_of, source, url, said``.

    ``said`` is what the note says of the amount (a key of ``_SAID``), "" where it says nothing or there is no amount.
    """
    rows = queries.frame("relation_amounts")
    said = [_said(n, u) for n, u in zip(rows["note"], rows["usd"], strict=True)]
    return rows.assign(said=said)


def _said(note: Any, usd: float) -> str:
    if not isinstance(note, str) or usd != usd:
        return ""
    return next((key for key, words in _SAID.items() if re.search(words, note, re.IGNORECASE)), "")


def arrows(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a directed pair of vendors: ``from_id, to_id, kind, usd, amounts, relations, first, last, said``, largest first.

    ``usd`` is the sum of the amounts of one kind, the one with the largest sum (``kind``; yearly amounts are never summed
    with others), and ``amounts`` how many are in it. A pair without an amount has ``usd`` missing and the kind that stands
    first in RELATIONS. ``first`` and ``last`` are the days of the summed amounts, else of the relations.
    """
    import pandas as pd

    out = []
    for (from_id, to_id), pair in rows.groupby(["from_id", "to_id"], sort=True):
        summed = pair[pair["usd"].notna()]
        if len(summed):
            groups = summed.groupby([summed["kind"], summed["said"] == "yearly"], sort=True)
            largest = groups["usd"].sum().idxmax()
            part = groups.get_group(largest)
            kind, usd = str(largest[0]), float(part["usd"].sum())
        else:
            part, usd = pair, float("nan")
            kind = min(pair["kind"], key=RELATIONS.index)
        said = part["said"].iloc[0] if len(summed) and part["said"].nunique() == 1 else ""
        out.append(
            {"from_id": from_id, "to_id": to_id, "kind": kind, "usd": usd, "amounts": len(part) if len(summed) else 0,
             "relations": len(pair), "first": part["as_of"].min(), "last": part["as_of"].max(), "said": said}
        )  # fmt: skip
    columns = ["from_id", "to_id", "kind", "usd", "amounts", "relations", "first", "last", "said"]
    return pd.DataFrame(out, columns=columns).sort_values("usd", ascending=False, kind="stable", ignore_index=True)


def invested_in(rows: pd.DataFrame) -> pd.DataFrame:
    """What other vendors invested in each, by stated amounts: ``to_id, usd, amounts, givers``, most first."""
    part = rows[(rows["kind"] == "invested") & rows["usd"].notna()]
    sums = part.groupby("to_id").agg(usd=("usd", "sum"), amounts=("usd", "size"), givers=("from_id", "nunique"))
    return sums.sort_values("usd", ascending=False, kind="stable").reset_index()

"""The third chart: vendors on five dimensions; of models how far the first is ahead; of the market how far groups are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.catalog.schema import DIMENSIONS
from harness.market import headlines
from harness.market.scale_board import ahead
from harness.reports.companies import vendor_places
from harness.reports.document import Figure, Point, each
from harness.reports.summary import field

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words
    from harness.reports.subjects import Subject

FEW, NEIGHBOURS = 4, 9
"""Others compared below which the market's foremost stand beside them, and the rows that the chart then has."""
GROUPS = (("open_weights", "False", "True", "gap.open"), ("country", "US", "CN", "gap.china"),
          ("segment", "startup", "big-tech", "gap.startups"))  # fmt: skip
"""Groups of models whose best are held against each other: column, value that is named first, the other, its message."""


def standing_chart(material: Material, words: Words, about: Subject) -> Figure | None:
    """The figure; None where nothing of it is known."""
    if about.kind in ("vendor", "vendors"):
        return _dimensions(material, words, about) or _gaps(material, words, about)
    if about.kind == "answer":
        return _behind(material, words) or _gaps(material, words, about)
    if about.kind == "market":
        return _groups(material, words)
    return _gaps(material, words, about)


def _dimensions(material: Material, words: Words, about: Subject) -> Figure | None:
    ids = [str(v) for v in about.named["vendor_id"].dropna().unique()]
    rows = material.position[material.position["vendor_id"].isin(ids)].to_dict("records")
    names = vendor_places.names(material, words)
    drawn = tuple(
        Point(names[row["vendor_id"]], float(row[d]), group=str(row["vendor_id"]), row=words(f"col.dim_{d}"))
        for row in rows
        for d in DIMENSIONS
        if row[d] == row[d]
    )
    if not drawn:
        return None
    title = vendor_places.short_sentence(material, words, ids, names)
    return Figure("standing", "profile", title, words("place.unit"), words("first.standing_note"), words("place.source"),
                  drawn, narrow=True)  # fmt: skip


def _gaps(material: Material, words: Words, about: Subject) -> Figure | None:
    """How far the first of the subject's models is ahead of the others compared, or of its neighbours."""
    board = material.scale
    known = board[board["model_id"].isin(about.named["model_id"])]
    if known.empty or material.fit is None:
        return None
    import pandas as pd

    first, others = known.iloc[[0]], known.iloc[1:]
    if len(others) < FEW:  # a chart of two rows says little: the foremost of the other vendors stand beside
        field_of = board[~board["vendor_id"].isin(known["vendor_id"])].drop_duplicates("vendor_id")
        others = pd.concat([others, field_of.head(NEIGHBOURS - len(others))])
    if others.empty:
        return None
    gaps = ahead(material.fit, pd.concat([first, others]))
    drawn = tuple(
        Point(str(r.model), float(r.difference), float(r.low), float(r.high), mark=bool(r.low > 0 or r.high < 0))
        for r in each(gaps)
    )
    numbers = {
        "n": (int((gaps["low"] > 0).sum()), "integer"), "behind": (int((gaps["high"] < 0).sum()), "integer"),
        "all": (len(gaps), "integer"),
    }  # fmt: skip
    key = (
        "first.ahead_alone" if not numbers["behind"][0] else "first.ahead" if numbers["n"][0] else "first.behind_alone"
    )
    title = words.sentence(key, numbers, model=first["model"].iloc[0]).text
    unit = words("first.ahead_unit", model=first["model"].iloc[0])
    return Figure("gaps", "differences", title, unit, words("cap.bars"), words("first.scale_source"), drawn,
                  narrow=True, marks=(words("first.clear"), words("first.within_error")))  # fmt: skip


def _behind(material: Material, words: Words) -> Figure | None:
    """How much less of the task's tests the other known models are expected to solve than the first."""
    known = material.chosen[material.chosen["standing"].eq("known")].head(field.DRAWN)
    others = known.iloc[1:].dropna(subset=["behind"])
    if others.empty:
        return None
    drawn = tuple(
        Point(
            str(r.model),
            100 * float(r.behind),
            100 * float(r.behind_low),
            100 * float(r.behind_high),
            mark=not r.within_leader,
        )
        for r in each(others)
    )
    level = int(others["within_leader"].sum())
    numbers = {"n": (level, "integer"), "all": (len(others), "integer")}
    title = words.sentence(
        "first.suits_ahead" if level else "first.suits_alone", numbers, model=known.iloc[0]["model"]
    ).text
    return Figure("behind", "differences", title, words("first.behind_unit", model=known.iloc[0]["model"]), words("cap.bars"),
                  words("first.scale_source"), drawn, narrow=True, marks=(words("first.clear"), words("first.within_error")))  # fmt: skip


def _groups(material: Material, words: Words) -> Figure | None:
    """How far the best of one group of models is ahead of the best of another."""
    board = field.ranked(material)
    drawn, titles = [], []
    for column, one, other, key in GROUPS:
        best = headlines.best_of_each(board, column) if len(board) else {}
        if not {one, other} <= set(best) or material.fit is None:
            continue
        pair = _pair(best[one], best[other])
        row = ahead(material.fit, pair).iloc[0]
        clear = bool(row["low"] > 0 or row["high"] < 0)
        drawn.append(Point(words(key), float(row["difference"]), float(row["low"]), float(row["high"]), mark=clear,
                           note=f"{pair['model'].iloc[0]} − {pair['model'].iloc[1]}"))  # fmt: skip
        numbers = {"gap": (abs(float(row["difference"])), "points")}
        kind = "even" if not clear else "ahead" if row["low"] > 0 else "behind"
        titles.append(
            words.sentence(f"{key}_{kind}", numbers, one=pair["model"].iloc[0], other=pair["model"].iloc[1]).text
        )
    if not drawn:
        return None
    return Figure("groups", "differences", titles[0], words("gap.unit"), words("cap.bars"), words("first.scale_source"),
                  tuple(drawn), narrow=True, marks=(words("first.clear"), words("first.within_error")))  # fmt: skip


def _pair(one: pd.Series, other: pd.Series) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([one, other])

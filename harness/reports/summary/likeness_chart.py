"""The fourth chart: how alike the subject's models err, or how fast prices of levels of capability fall."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from harness.reports import likeness_text
from harness.reports.board_names import board_name, model_names
from harness.reports.companies import vendor_places
from harness.reports.document import Figure, Point, each
from harness.reports.sections import price_story
from harness.reports.summary import field

if TYPE_CHECKING:
    from harness.market.alike.findings import Findings
    from harness.reports.data import Material
    from harness.reports.messages import Words
    from harness.reports.subjects import Subject

EACH = 6
"""Models of either end in the chart of one model's likeness."""


def likeness_chart(material: Material, words: Words, about: Subject) -> Figure | None:
    """The figure; where the subject shares no items with others, that of prices; None without either."""
    found = material.alike if about.kind != "market" else None
    if found is not None:
        figure = (
            _of_vendors(material, words, about, found)
            if about.kind in ("vendor", "vendors")
            else _of_models(material, words, about, found)
        )
        if figure is not None:
            return figure
    return levels(material, words)


def _of_vendors(material: Material, words: Words, about: Subject, found: Findings) -> Figure | None:
    """Mean likeness within and between the vendors; of one vendor, to each other vendor."""
    names = vendor_places.names(material, words)
    ids = [str(v) for v in about.named["vendor_id"].dropna().unique()]
    rows = found.groups
    rows = rows[rows["by"].eq("vendor") & rows["measure"].eq("residual") & rows["group_a"].ne("all")]
    both = rows["group_a"].isin(ids) & rows["group_b"].isin(ids)
    rows = rows[both] if len(ids) > 1 else rows[rows["group_a"].isin(ids) | rows["group_b"].isin(ids)]
    if rows.empty or (len(ids) > 1 and rows["relation"].ne("between").all()):
        return None
    rows = rows.sort_values("mean", ascending=False, kind="stable").head(field.DRAWN)
    drawn = tuple(
        Point(
            _groups(words, names, str(r.group_a), str(r.group_b)),
            float(r.mean),
            float(r.low),
            float(r.high),
            mark=bool(r.low > 0),
        )
        for r in each(rows)
    )
    text = likeness_text.vendors_clause(words, found)
    clear = int((rows["low"] > 0).sum())
    top = (rows[rows["low"] > 0] if clear else rows).iloc[0]
    numbers = {"n": (clear, "integer"), "all": (len(rows), "integer")}
    title = words.sentence("first.alike_vendors" if clear else "first.alike_none", numbers,
                           top=_groups(words, names, str(top["group_a"]), str(top["group_b"]))).text  # fmt: skip
    note = words("first.alike_market", text=text[:1].upper() + text[1:])
    return _figure(material, words, found, title, note, drawn, (words("first.more_alike"), words("first.unclear")))


def _groups(words: Words, names: dict[str, str], one: str, other: str) -> str:
    if one == other:
        return words("first.within", vendor=names.get(one, one))
    return words("first.between", one=names.get(one, one), other=names.get(other, other))


def _of_models(material: Material, words: Words, about: Subject, found: Findings) -> Figure | None:
    """Likeness of the first of the subject's models to the others of the board."""
    import pandas as pd

    names = model_names(material, found)
    of = {
        str(i): str(label)
        for label, i in zip(found.models["label"], found.models["model_id"], strict=True)
        if isinstance(i, str)
    }
    label = next((of[str(i)] for i in about.named["model_id"] if str(i) in of), None)
    if label is None:
        return None
    pairs = found.pairs
    sides = [pairs[pairs[a].eq(label)].rename(columns={b: "other"}) for a, b in (("a", "b"), ("b", "a"))]
    rows = (
        pd.concat(sides, ignore_index=True)
        .dropna(subset=["residual"])
        .astype({"same_vendor": object})
        .sort_values("residual", ascending=False)
    )
    if len(rows) < 2:
        return None
    ends = rows if len(rows) <= 2 * EACH else pd.concat([rows.head(EACH), rows.tail(EACH)])
    drawn = tuple(Point(names[str(r.other)], float(r.residual), mark=r.same_vendor is True) for r in each(ends))
    near, far = rows.iloc[0], rows.iloc[-1]
    title = words.sentence(
        "first.alike_model", {}, model=names[label], near=names[str(near["other"])], far=names[str(far["other"])]
    ).text
    return _figure(material, words, found, title, words("first.alike_pairs"), drawn,
                   (words("likeness.within_vendor"), words("likeness.kind_between")))  # fmt: skip


def _figure(
    material: Material,
    words: Words,
    found: Findings,
    title: str,
    note: str,
    drawn: tuple[Point, ...],
    marks: tuple[str, str],
) -> Figure:
    return Figure("likeness", "differences", title, words("first.alike_unit"), note, board_name(material, words, found), drawn,
                  narrow=True, marks=marks)  # fmt: skip


def levels(material: Material, words: Words) -> Figure | None:
    """In how many months the price of each level of capability halved."""
    told = material.story
    falls = [] if told is None else [level for level in told.levels if math.isfinite(level.whole.halving)]
    if told is None or not falls:
        return None
    drawn = tuple(
        Point(words("first.level", model=level.model), level.whole.halving, level.whole.low, level.whole.high)
        for level in falls
    )
    title = price_story.level_sentence(words, falls[-1])
    source = words("prices.source", first=str(told.first)[:10], last=str(told.last)[:10])
    source = f"{source[:1].upper()}{source[1:]}{words('common.stop')}"  # it stands after a sentence
    return Figure(
        "levels",
        "dots",
        title,
        words("first.halving"),
        words("cap.bars"),
        source,
        drawn,
        origin="measured",
        narrow=True,
    )

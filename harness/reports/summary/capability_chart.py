"""The first chart: the subject's capability with its interval, among its field; of an answer, how well models suit the task."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.reports.document import Figure, Point, each
from harness.reports.sections import choice
from harness.reports.sections.capability import bars
from harness.reports.summary import field
from harness.reports.summary.decision import points

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words
    from harness.reports.subjects import Subject


def capability_chart(material: Material, words: Words, about: Subject) -> Figure | None:
    """The figure; None where nothing of it is known."""
    known = material.chosen[material.chosen["standing"].eq("known")]
    if about.kind == "answer" and len(known) > 1:  # of one alone there is nothing to see
        return replace(choice.figure(known, words, field.DRAWN), key="suited", narrow=True)
    rows = field.field(material, about)
    if rows.empty:
        return None
    strong = set(field.own(material, about))
    drawn = tuple(
        Point(
            str(r.model), float(r.score), float(r.low), float(r.high), group=str(r.segment), strong=r.model_id in strong
        )
        for r in each(rows)
    )
    beside = "first.scores_own" if about.kind == "market" and material.scope.narrowed else "first.scores_beside"
    every = about.kind == "market" and not material.scope.narrowed
    source = words("first.scores_source" if every else beside, day=_day(material, rows))
    return Figure("field", "dots", _title(material, words, about, rows), words("cap.scale_unit"), bars(rows, words), source,
                  drawn, origin="reported", narrow=True)  # fmt: skip


def _title(material: Material, words: Words, about: Subject, rows: pd.DataFrame) -> str:
    known = about.named.dropna(subset=["score"])
    leader = material.scale.iloc[0]
    told = points(leader)
    if about.kind == "market" or known.empty:
        own = field.ranked(material)
        first, close = (
            (rows.iloc[0], 0) if own.empty else (own.iloc[0], field.rivals(material, own) if len(own) > 1 else 0)
        )
        key = "first.market" if close else "first.market_clear"
        return words.sentence(key, points(first) | {"n": (close, "integer")}, model=first["model"]).text
    first = known.iloc[0]
    if first["model_id"] == leader["model_id"]:
        return words.sentence("first.leads", told, model=first["model"]).text
    numbers = points(first) | {"best": told["score"]}
    return words.sentence("first.behind", numbers, model=first["model"], leader=leader["model"]).text


def _day(material: Material, rows: pd.DataFrame) -> str:
    """The newest day of the scores of these rows."""
    scores = material.reported
    product = scores["product_id"].fillna(scores["model_id"]) if "product_id" in scores else scores["model_id"]
    return str(scores.loc[product.isin(rows["model_id"]), "as_of"].max())[:10]

"""Sentences of the first pages on who is behind the things compared, with what money, and on how much the report rests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.charts.text import input_label
from harness.market.companies.figures import FIGURES, figures
from harness.reports.cells import printed
from harness.reports.document import Sentence

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words

MONEY = (("valuation",), ("revenue", "revenue_run_rate"), ("funds_raised",))
"""Figures that say how long a vendor can pay for its models; of several in one group the first known is told."""


def asked(words: Words, key: str, answers: list[Sentence]) -> list[Sentence]:
    """The sentences under the question that they answer."""
    question = words(key)
    return [replace(s, question=question) if i == 0 else s for i, s in enumerate(answers)]


def who(material: Material, rows: pd.DataFrame, words: Words) -> list[Sentence]:
    """Who is behind them, and with what money."""
    makers = rows.drop_duplicates("vendor_id")
    makers = makers[makers["vendor_en"].notna()]
    if makers.empty:
        return []
    ids = list(makers["vendor_id"])
    sized = figures(material, material.inputs, ids).set_index(["vendor_id", "figure"]).to_dict("index")
    told = [_one(row, {f: sized[row["vendor_id"], f] for f in FIGURES}, words) for row in makers.to_dict("records")]
    return asked(words, "ask.who", [words.sentence("memo.who", told=text) for text in told])


def _one(row: dict[Any, Any], sized: dict[str, dict[Any, Any]], words: Words) -> str:
    parts = [words.known("segment", row["segment"]).lower(), words.known("country", row["country"])]
    if isinstance(row["founded"], str):
        parts.append(words("memo.founded", year=row["founded"]))
    if isinstance(row["parent"], str):
        parts.append(words("memo.belongs", parent=row["parent"]))
    known, unknown = [], []
    for group in MONEY:
        key = next((k for k in group if sized[k]["value"] == sized[k]["value"]), None)
        if key is None:
            unknown.append(input_label(words, group[0]).lower())
        else:
            known.append(_money(words, key, sized[key]))
    if unknown:
        known.append(words("memo.not_known", what=words("place.and").join(unknown)))
    what = words("memo.comma").join(p for p in parts if p != "–")
    return words("memo.behind", vendor=name(words, row), what=words("memo.between").join([what, *known]))


def _money(words: Words, key: str, figure: dict[Any, Any]) -> str:
    """A figure with its kind and month: as its source states it, and in US dollars where that is another currency."""
    told = amount(words, float(figure["value"]), str(figure["unit"]))
    stated, unit = figure["stated"], figure["stated_unit"]
    if stated == stated and isinstance(unit, str) and unit != figure["unit"]:
        told = words("memo.converted", stated=amount(words, float(stated), unit), usd=told)
    if isinstance(figure["group_id"], str):
        told = words("memo.of_group", amount=told)
    kind = figure["kind"] if key == "valuation" else key
    return words(f"memo.money_{kind}", amount=told, day=str(figure["as_of"])[:7])


def amount(words: Words, value: float, unit: str) -> str:
    """Money as people say it: in billions or millions, in Chinese in 亿 and 万 (10⁸ and 10⁴)."""
    large, medium = (1e8, 1e4) if words.language == "zh" else (1e9, 1e6)
    steps = ((large, "memo.large"), (medium, "memo.medium"))
    size, key = next(((s, k) for s, k in steps if abs(value) >= s), (1.0, "memo.small"))
    return words(key, n=printed(value / size, "figure"), unit=words.known("unit", unit))


def sure(material: Material, words: Words, rows: pd.DataFrame) -> list[Sentence]:
    """How sure all of that is."""
    runs = material.runs
    scores = material.reported[material.reported["model_id"].isin(material.scope.models)]
    counts = {
        "measured": (int((runs["kind_of_origin"] == "measured").sum()), "integer"),
        "imported": (int((runs["kind_of_origin"] == "imported").sum()), "integer"),
        "reported": (len(scores), "integer"),
    }
    others = "memo.sure_others" if counts["imported"][0] else "memo.sure_scores"
    answers = [words.sentence("memo.sure" if counts["measured"][0] else others, counts)]
    if not counts["measured"][0] and len(rows):
        answers.append(words.sentence("memo.nothing_measured"))
    return asked(words, "ask.sure", answers)


def name(words: Words, row: Any) -> str:
    """The vendor of a row, in the language."""
    return words.name(row["vendor_en"], row["vendor_zh"]) if isinstance(row["vendor_en"], str) else "–"

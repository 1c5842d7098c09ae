"""The decision in a sentence or two, and how sure it is, for each kind of subject."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.charts.text import sellers
from harness.market import headlines
from harness.reports import choice_text
from harness.reports.cells import cleaned
from harness.reports.document import Sentence
from harness.reports.sections.memo_sentences import name
from harness.reports.summary import field

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words
    from harness.reports.subjects import Subject

SAME = 1.05
"""Ratio of two prices below which they are called the same."""
Numbers = dict[str, tuple[float, str]]


def decision(material: Material, words: Words, about: Subject) -> list[Sentence]:
    """What is decided, at what price, how sure that is; topic ``decision``."""
    kinds = {"answer": _answer, "model": _one, "vendor": _one, "market": _market}
    said = kinds.get(about.kind, _several)(material, words, about)
    return [replace(sentence, topic="decision") for sentence in said]


def _answer(material: Material, words: Words, about: Subject) -> list[Sentence]:
    assert material.wish is not None  # or the subject is another
    told = choice_text.decided(words, material.wish, material.chosen)
    return [Sentence(f"decided {i}", cleaned(text)) for i, text in enumerate(told)]


def _several(material: Material, words: Words, about: Subject) -> list[Sentence]:
    known = about.named.dropna(subset=["score"])
    if known.empty:
        return [words.sentence("decide.nobody"), _listed(material, words)]
    first = known.iloc[0]
    if len(known) == 1:
        only = words.sentence("decide.only", points(first), model=first["model"], vendor=name(words, first))
        return [only, *_prices(words, about.named), _rests(words, known)]
    second, apart = known.iloc[1], field.gap(material, known)
    clear = apart["low"] > 0
    values = {
        "first": first["model"],
        "second": second["model"],
        "vendor": name(words, first),
        "other": name(words, second),
    }
    decided = words.sentence("decide.build" if clear else "decide.level", _gap(apart), **values)
    sure = {k: (int(row["benchmarks"]), "integer") for k, row in (("n", first), ("m", second))}
    key = "decide.firm" if clear else "decide.open"
    return [decided, *_prices(words, known), words.sentence(key, sure, first=first["model"], second=second["model"])]


def _prices(words: Words, rows: pd.DataFrame) -> list[Sentence]:
    """What the first costs against the cheapest of the others, by list price."""
    priced = rows.dropna(subset=["price"])
    if priced.empty:
        return [words.sentence("memo.no_price")]
    if len(priced) == 1 or priced.iloc[0]["model_id"] != rows.iloc[0]["model_id"]:
        lacking = words("file.join").join(rows.loc[rows["price"].isna(), "model"].dropna().astype(str))
        row = priced.sort_values("price", kind="stable").iloc[0]
        numbers: Numbers = {"price": (float(row["price"]), "money")}
        key = "decide.price_some" if lacking else "decide.price_one"
        return [words.sentence(key, numbers, model=row["model"], others=lacking)]
    first, cheap = priced.iloc[0], priced.iloc[1:].sort_values("price", kind="stable").iloc[0]
    ratio = float(first["price"]) / float(cheap["price"]) if cheap["price"] > 0 else math.inf
    low, high = sorted((float(first["price"]), float(cheap["price"])))
    numbers = {"low": (low, "money"), "high": (high, "money")}
    values = {"first": first["model"], "other": cheap["model"]}
    if by_task := _by_task(first, cheap, ratio):
        key, least, most = by_task
        tasks = {"task_low": (float(least["task_cost"]), "money"), "task_high": (float(most["task_cost"]), "money")}
        times = float(most["task_cost"]) / float(least["task_cost"])
        values = {"first": most["model"], "other": least["model"]}
        return [words.sentence(key, {**numbers, **tasks, "ratio": (times, "times")}, **values)]
    if ratio < 1 / SAME:
        return [words.sentence("decide.also_cheapest", numbers, **values)]
    if ratio <= SAME:
        return [words.sentence("decide.same_price", numbers, **values)]
    return [words.sentence("decide.cheaper", {**numbers, "ratio": (ratio, "times")}, **values)]


def _by_task(
    first: pd.Series[Any], cheap: pd.Series[Any], ratio: float
) -> tuple[str, pd.Series[Any], pd.Series[Any]] | None:
    """How to say what a task costs, the cheaper and the dearer model by that; None where it is not known of both, or says no
    more than the list prices (``ratio``: the first's by the other's) do."""
    costs = float(first["task_cost"]), float(cheap["task_cost"])
    if not min(costs) > 0:  # also where one is unknown
        return None
    times = costs[0] / costs[1]
    if 1 / SAME <= times <= SAME:
        return None
    least, most = (cheap, first) if times > 1 else (first, cheap)
    if 1 / SAME <= ratio <= SAME:
        return "decide.task_alone", least, most
    if (ratio > 1) != (times > 1):
        return "decide.task_against", least, most
    return ("decide.cheaper_task", least, most) if times > 1 else None


def _one(material: Material, words: Words, about: Subject) -> list[Sentence]:
    row = about.named.iloc[0]
    if row["score"] != row["score"]:
        key = "decide.unplaced_model" if about.kind == "model" else "decide.unplaced_vendor"
        return [words.sentence(key, model=row["model"], vendor=name(words, row)), _listed(material, words)]
    board = material.scale
    called = words(
        "decide.model_of" if about.kind == "model" else "decide.best_of", model=row["model"], vendor=name(words, row)
    )
    numbers = points(row) | {k: (int(row[k]), "integer") for k in ("rank_low", "rank_high")}
    numbers["of"] = (len(board), "integer")
    leader = board.iloc[0]
    if leader["model_id"] == row["model_id"]:
        second = board.iloc[1] if len(board) > 1 else None
        if second is None:
            return [words.sentence("decide.alone", points(row), name=called)]
        apart = field.gap(material, board)
        key = "decide.leads" if apart["low"] > 0 else "decide.leads_level"
        said = words.sentence(key, points(row) | _gap(apart, "gap_"), name=called, other=second["model"])
    else:
        pair = board[board["model_id"].isin([leader["model_id"], row["model_id"]])]
        apart = field.gap(material, pair)
        key = "decide.behind" if apart["low"] > 0 else "decide.with_leader"
        said = words.sentence(key, numbers | _gap(apart, "gap_"), name=called, other=leader["model"])
    return [said, *_cheaper(material, words, row), _rests(words, about.named)]


def _listed(material: Material, words: Words) -> Sentence:
    """From what to what the list prices of all the subject's models go, ranked or not."""
    prices = material.list_prices
    prices = prices.loc[prices.index.isin(material.scope.models), "blended_per_mtok"].dropna()
    if prices.empty:
        return words.sentence("memo.no_price")
    numbers: Numbers = {"low": (float(prices.min()), "money"), "high": (float(prices.max()), "money")}
    return words.sentence("price.range", {"n": (len(prices), "integer"), **numbers})


def _cheaper(material: Material, words: Words, row: pd.Series[Any]) -> list[Sentence]:
    """Whether anything with at least as many points has a lower list price."""
    if row["price"] != row["price"]:
        return [words.sentence("decide.no_price", model=row["model"])]
    rows = material.priced
    rows = rows[rows["leads"].eq(True) & rows["price"].notna()].assign(x=rows["price"], y=rows["score"])
    cheap = headlines.cheapest_at(rows, float(row["score"]))
    numbers: Numbers = {"price": (float(row["price"]), "money")}
    if cheap is None or cheap["model_id"] == row["model_id"] or float(cheap["x"]) >= float(row["price"]):
        return [words.sentence("decide.no_cheaper", numbers, model=row["model"])]
    numbers["low"] = (float(cheap["x"]), "money")
    return [words.sentence("decide.cheaper_elsewhere", numbers, model=row["model"], other=cheap["model"])]


def _rests(words: Words, rows: pd.DataFrame) -> Sentence:
    row = rows.dropna(subset=["score"]).iloc[0]
    numbers: Numbers = {"n": (int(row["benchmarks"]), "integer"), "domains": (int(row["domains"]), "integer")}
    numbers["half"] = ((float(row["high"]) - float(row["low"])) / 2, "level")
    return words.sentence("decide.rests", numbers, model=row["model"])


def _market(material: Material, words: Words, about: Subject) -> list[Sentence]:
    rows = field.ranked(material)
    if rows.empty:
        return [words.sentence("decide.nobody")]
    first = rows.iloc[0]
    values = {"first": first["model"], "vendor": name(words, first)}
    if len(rows) == 1:
        return [words.sentence("decide.only", points(first), model=first["model"], vendor=values["vendor"])]
    apart, close = field.gap(material, rows), field.rivals(material, rows)
    numbers = points(first) | _gap(apart, "gap_") | {"n": (close, "integer")}
    key = "decide.market" if close else "decide.market_clear"
    leads = words.sentence(key, numbers, second=rows.iloc[1]["model"], **values)
    sure: Numbers = {"n": (int(first["benchmarks"]), "integer"), "m": (int(rows.iloc[1]["benchmarks"]), "integer")}
    key = "decide.firm" if apart["low"] > 0 else "decide.open"
    return [
        leads,
        *_value(material, words, rows),
        words.sentence(key, sure, first=first["model"], second=rows.iloc[1]["model"]),
    ]


def _value(material: Material, words: Words, rows: pd.DataFrame) -> list[Sentence]:
    """The cheapest of the rows at GPT-5's level, with whose price it is."""
    priced = material.priced[material.priced["model_id"].isin(rows["model_id"]) & material.priced["leads"].eq(True)]
    priced = priced[priced["price"].notna()].assign(x=priced["price"], y=priced["score"])
    cheap = headlines.cheapest_at(priced, headlines.GPT_5_POINTS)
    if cheap is None:
        return []
    numbers = points(cheap) | {"price": (float(cheap["price"]), "money")}
    seller = sellers(words, cheap.to_frame().T)[0]
    return [words.sentence("decide.value", numbers, model=cheap["model"], seller=seller, day=str(cheap["as_of"])[:10])]


def points(row: Any) -> Numbers:
    """A row's points with their interval, as whole numbers."""
    return {k: (float(row[k]), "level") for k in ("score", "low", "high")}


def _gap(apart: dict[str, Any], begin: str = "") -> Numbers:
    keys = {"gap": "difference", f"{begin}low": "low", f"{begin}high": "high"}
    return {k: (float(apart[c]), "points") for k, c in keys.items()}

"""``harness alike``: how alike models err on the items that they share, pair by pair, by group and over time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from harness.commands.alike_text import (
    answer_line,
    board_lines,
    finding,
    group_table,
    level_lines,
    pair_table,
    trend_lines,
    ways,
)
from harness.commands.database import reader as open_reader
from harness.commands.portfolios.portfolio_output import asked_portfolio, portfolio_json, print_portfolio
from harness.options import parts
from harness.terminal import print_json, print_table

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.likeness.dimensions import Dimensions
    from harness.analysis.likeness.same_answers import SameAnswers
    from harness.commands.portfolios.portfolio_output import PortfolioChoice
    from harness.market.alike.item_likeness import ItemLikeness

SHOWN = 20
"""Pairs that are listed, the most alike first: a screen. ``--json`` has all."""


def alike(
    *,
    benchmark: str | None,
    models: str | None,
    by_group: bool,
    over_time: bool,
    portfolio: PortfolioChoice | None,
    as_json: bool,
) -> None:
    """Likeness as sentences and tables, or as one JSON document with every pair.

    ``benchmark`` and ``models`` are names with commas between them; ``by_group`` adds groups and dimensions, ``over_time`` the
    trend over release dates, ``portfolio`` what several models solve together, which as text stands alone.

    Raises:
        BadInput: a name that fits several models or benchmarks, or fewer than two models.
        MissingData: no database, no benchmark with items of two models, or an unknown name.
    """
    from harness.market.alike import item_likeness, references

    reader = open_reader()
    measured = item_likeness.item_likeness(reader, parts(benchmark or ""), parts(models or ""))
    bought = asked_portfolio(reader, measured, portfolio) if portfolio is not None else None
    if bought is not None and not as_json:
        print_portfolio(bought, board_lines(measured))
        return
    groups = item_likeness.groups(measured)
    trend = item_likeness.trend(measured) if over_time else None
    dimensions = item_likeness.dimensions(measured) if by_group else None
    levels = references.self_likeness(reader, measured).levels
    answers = references.same_answers(reader, measured)
    if as_json:
        document = to_json(measured, groups if by_group else None, trend, dimensions) | held_against(levels, answers)
        print_json(document if bought is None else {**document, "portfolio": portfolio_json(bought)})
        return
    for line in (
        finding(groups),
        *board_lines(measured),
        *level_lines(levels.to_dict("records")),
        answer_line(answers),
    ):
        print(line)
    pairs = measured.likeness.pairs.dropna(subset="residual").sort_values("residual", ascending=False, kind="stable")
    print_table(pair_table(pairs.head(SHOWN).to_dict("records")))
    if len(pairs) > SHOWN:
        print(f"The {SHOWN} of {len(pairs):,} pairs that err most alike beyond the items' difficulty; --json has all.")
    if dimensions is not None:
        if len(groups):
            print_table(group_table(groups.to_dict("records")))
        print(ways(dimensions))
    if trend is not None:
        for line in trend_lines(trend.to_dict("records")):
            print(line)


def to_json(
    measured: ItemLikeness, groups: pd.DataFrame | None, trend: pd.DataFrame | None, dimensions: Dimensions | None
) -> dict[str, Any]:
    """Likeness as design §6 names its values, four digits; null where something is not known."""
    document: dict[str, Any] = {
        "benchmarks": [
            {"benchmark": b.task, "agent": b.agent, "suite": b.suite, "suite_version": b.suite_version, "models": len(b.runs),
             "items": b.items, "rejected_runs": b.rejected, "unfinished_runs": b.unfinished, "graded": b.graded}
            for b in measured.boards
        ],
        "items": int(measured.matrix.correct.shape[1]),
        "band": list(measured.band),
        "models": _records(measured.models),
        "pairs": _records(measured.likeness.pairs),
    }  # fmt: skip
    if groups is not None:
        document["groups"] = _records(groups)
    if trend is not None:
        document["trend"] = _records(trend)
    if dimensions is not None:
        numbers = {"first_share": dimensions.first_share, "participation_ratio": dimensions.participation_ratio}
        document["dimensions"] = {key: _value(value) for key, value in numbers.items()}
        document["dimensions"] |= {"residual_above": dimensions.above, "residual_leading": dimensions.leading}
    return document


def held_against(levels: pd.DataFrame, answers: SameAnswers | None) -> dict[str, Any]:
    """What likeness is held against: ``ceiling``, ``noise_floor`` and ``same_answers``; null where there is none.

    ``levels``: ``benchmark`` and ``ceiling.LEVEL_COLUMNS``.
    """
    above = levels["kind"].eq("other_agent")
    document: dict[str, Any] = {
        "ceiling": _records(levels[above]) or None,
        "noise_floor": _records(levels[~above]) or None,
        "same_answers": None,
    }
    if answers is not None:
        change, half_width = (_value(value) for value in answers.per_ten_points)
        document["same_answers"] = {
            "pairs": _records(answers.pairs),
            "groups": _records(answers.groups),
            "per_ten_points": {"change": change, "half_width": half_width},
        }
    return document


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): _value(value) for key, value in row.items()} for row in frame.to_dict("records")]


def _value(value: Any) -> Any:
    if isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    text = str(value)[:10]  # a date
    return None if text in ("None", "NaT", "nan", "<NA>") else text

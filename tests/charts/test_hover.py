"""Hover cards: every mark of every chart says its name, its value with unit and interval, and the source; text stays text."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import harness.charts
from harness.charts import costs_a_day, dots, grid, hover, palette, scatter
from harness.charts.chart import Chart
from harness.charts.companies import bubbles, flows, lanes, means, stages, states, verdicts
from harness.charts.items import quarters
from harness.charts.likeness import counts, group_heat, pair_cloud, two_intervals
from harness.charts.product import among, timeline
from harness.i18n.translator import Translator

SAY = Translator("en")
SOURCE = "the register of test models, 2026-06-30"
TEXTS: dict[str, str] = {"title": "A leads", "note": "No error bars.", "source": SOURCE, "name": "test"}
UNIT = "furlongs"
DAYS = pd.to_datetime(["2026-01-01", "2026-02-01"])
RANGES = pd.DataFrame(
    {"label": ["One", "Two"], "thing": ["One", "Two"], "model": ["One", "Two"], "dimension": ["d", "e"], "segment": "lab",
     "kind": ["k", "l"], "value": [3.14159, 2.0], "low": [3.0, 1.9], "high": [3.3, 2.2], "wide_low": [3.0, 1.9],
     "wide_high": [3.3, 2.2], "ranks": ["1", "2"], "significant": [True, False], "hover": [["furlongs: 3"], ["furlongs: 2"]]}
)  # fmt: skip
RANGES = RANGES.assign(score=RANGES["value"], difference=RANGES["value"])
PLANE = RANGES.assign(x=[1.0, 2.0], y=RANGES["value"], y_low=RANGES["low"], y_high=RANGES["high"])
SQUARE = pd.DataFrame([[0.5, 0.25], [0.25, 0.5]], index=["One", "Two"], columns=["One", "Two"])
DRAWN: dict[Callable[..., Chart], Callable[[], Chart]] = {
    dots.ranking: lambda: dots.ranking(RANGES, unit=UNIT, **TEXTS),
    dots.differences: lambda: dots.differences(RANGES, SAY, unit=UNIT, **TEXTS),
    dots.profile: lambda: dots.profile(RANGES, unit=UNIT, **TEXTS),
    dots.bars: lambda: dots.bars(RANGES, unit=UNIT, **TEXTS),
    scatter.points: lambda: scatter.points(PLANE, SAY, x_unit="US$", y_unit=UNIT, **TEXTS),
    scatter.lines: lambda: scatter.lines(
        PLANE.assign(series="One", x=DAYS)[["series", "x", "y", "low", "high"]], x_unit="Day", y_unit=UNIT, **TEXTS
    ),
    grid.heat: lambda: grid.heat(SQUARE, unit=UNIT, **TEXTS),
    states.states: lambda: states.states(
        RANGES.assign(row=RANGES["label"], column="c", state="s", text="t", hover="furlongs: 3"), {"s": "known"}, data=RANGES, **TEXTS
    ),
    bubbles.cells: lambda: bubbles.cells(
        RANGES.assign(band="b", size=[1.0, 2.0]), [bubbles.Column("lab", "Labs", "2")], [("b", "All")], data=RANGES, **TEXTS
    ),
    lanes.lanes: lambda: lanes.lanes(
        RANGES.assign(series="One", vendor_id="", x=DAYS, newest=[False, True], best=[True, False]), unit="Day", data=RANGES, **TEXTS
    ),
    stages.stages: lambda: stages.stages(RANGES.assign(stage="s"), [("s", "Stage")], SAY, data=RANGES, **TEXTS),
    flows.between: lambda: flows.between(
        RANGES.assign(giver="One", taker="Two", kind="invested", hover=[["One", "furlongs: 3"]] * 2),
        {"invested": ("Invested", palette.SERIES[0])}, [], data=RANGES, **TEXTS,
    ),
    means.against_cost: lambda: means.against_cost(
        RANGES.assign(hover="funding", told="$1", group="g"), SAY, cost=(1.0, 2.0, 3.0), cost_name="a run", amount=str, unit=UNIT, **TEXTS
    ),
    verdicts.verdicts: lambda: verdicts.verdicts(
        RANGES.assign(verdict=["borne out", "undecided"]), {"borne out": "Yes", "undecided": "Open"}, unit=UNIT, **TEXTS
    ),
    costs_a_day.chart: lambda: costs_a_day.chart(
        [SimpleNamespace(tokens=t, own=1.0, fast=0.5, slow=2.0, api=t / 1e6) for t in (1e6, 2e6)], even=1e6, volume=1e6,
        texts={"own": "One", "api": "Two", "even": "Even", "volume": "Yours", "x_unit": "Tokens", "y_unit": UNIT}, **TEXTS,
    ),
    quarters.quarters: lambda: quarters.quarters(
        RANGES.assign(both=1, only_a=2, only_b=3, neither=4), dict.fromkeys(quarters.PARTS, "part"), unit=UNIT, **TEXTS
    ),
    counts.against_chance: lambda: counts.against_chance(
        PLANE.assign(chance=1.0), names=("One", "Two"), x_unit="Rank", y_unit=UNIT, **TEXTS
    ),
    group_heat.group_heat: lambda: group_heat.group_heat(
        SQUARE, ["g", "h"], unit=UNIT, bounds=(0, 1), diverging=False, data=RANGES, **TEXTS
    ),
    pair_cloud.pair_cloud: lambda: pair_cloud.pair_cloud(
        PLANE.assign(same=[True, False]), PLANE[["x", "y"]], line_name="l", kinds=("k", "l"), x_unit="Share", y_unit=UNIT, **TEXTS
    ),
    two_intervals.two_intervals: lambda: two_intervals.two_intervals(RANGES, lines=[("zero", 0.0)], unit=UNIT, **TEXTS),
    among.among: lambda: among.among(
        RANGES.assign(median=2.0, note="n"), RANGES, thing="One", others="Two", middle="Median", unit=UNIT, **TEXTS
    ),
    timeline.timeline: lambda: timeline.timeline(
        PLANE.assign(x=DAYS, kind=["chosen", "other"]), {"chosen": "a", "line": "b", "other": "c"}, x_unit="Day", y_unit=UNIT, **TEXTS
    ),
}  # fmt: skip
"""Every function of the room that draws a chart, with a small chart of it whose marks are One and Two."""


def _cards(trace: Any) -> list[str]:
    if trace.meta:
        return [str(trace.meta[0])]
    return [str(text) for cell in trace.customdata for text in ([cell] if isinstance(cell, str) else cell)]


def _functions() -> Iterator[Callable[..., Chart]]:
    for module in pkgutil.walk_packages(harness.charts.__path__, "harness.charts."):
        for _, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            if function.__module__ == module.name and function.__annotations__.get("return") == "Chart":
                yield function


def test_every_chart_is_held_to_this() -> None:
    assert set(_functions()) == set(DRAWN)


@pytest.mark.parametrize(
    "drawn", DRAWN.values(), ids=[f"{f.__module__.rpartition('.')[2]}.{f.__name__}" for f in DRAWN]
)
def test_a_card_names_the_mark_and_says_value_unit_and_source(drawn: Callable[[], Chart]) -> None:
    pointed = [
        t for t in drawn().figure.data if t.hoverinfo != "skip" and not (t.x is not None and list(t.x) == [None])
    ]
    assert pointed
    for trace in pointed:
        assert trace.hovertemplate.startswith(("%{customdata", "%{meta[0]}")), "made by another than hover.cards"
        assert not set("xyz") & set(trace.hovertemplate.replace("%{customdata", "").split("%{")[-1][:1]), "a raw number"
        assert trace.hovertemplate.endswith("</i><extra></extra>") and "register of test models" in trace.hovertemplate
        for text in _cards(trace):
            assert text.startswith(("<b>One", "<b>Two", "<b>Even")), text
            assert UNIT in text, text


@pytest.mark.parametrize(
    "drawn", [dots.ranking, dots.differences, dots.bars, dots.profile, scatter.points, scatter.lines]
)
def test_a_card_has_the_interval_rounded_to_itself(drawn: Callable[..., Chart]) -> None:
    texts = [text for t in DRAWN[drawn]().figure.data if t.hoverinfo != "skip" for text in _cards(t)]
    wanted = "+3.14 (+3.00, +3.30)" if drawn is dots.differences else "3.14 (3.00–3.30)"
    assert any(f"furlongs: {wanted}" in text for text in texts), texts


def test_text_from_data_stays_text() -> None:
    made = hover.cards(["<b>x</b>"], [["<i>y</i>", "–", ""]], source="a %{x} <source>")
    assert made["customdata"] == [["<b>&lt;b&gt;x&lt;/b&gt;</b><br>&lt;i&gt;y&lt;/i&gt;"]]
    assert made["hovertemplate"].count("%{") == 1 and "&lt;source&gt;" in made["hovertemplate"]


def test_lines_of_a_card_fit_a_telephone() -> None:
    for text in ("a word and another " * 9, "最后一次价格变动的日期与来源，以及单位。" * 4):
        lines = hover.wrapped(text).split("<br>")
        assert len(lines) > 1 and all(hover.letters(line) <= hover.WIDEST + 2 for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "") and not any(
            line.startswith("，") for line in lines
        )


def test_a_line_uses_the_colon_of_its_language() -> None:
    assert hover.said("Price<br>(US$)", 3) == "Price (US$): 3" and hover.said("价格", 3) == "价格：3"
    assert hover.valued("Score", None) == ""

"""What a director, an analyst or a designer would send back: leads without an interval, odd amounts, names run together."""

from __future__ import annotations

import datetime as dt
import re
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from harness.charts.licences import spelt
from harness.charts.text import dollars
from harness.i18n.translator import messages
from harness.market.choice.wish import Wish
from harness.reports import choice_text
from harness.reports.build import build
from harness.reports.cells import printed
from harness.reports.companies.vendor_places import clearly_first
from harness.reports.data import Material
from harness.reports.document import Report
from harness.reports.formats.embedded_data import number_problems
from harness.reports.formats.html_body import joined, open_end
from harness.reports.messages import Words
from harness.reports.runs.run_names import run_names
from harness.reports.runs.shared_suites import asked_first
from harness.reports.selection import Choices
from harness.store.reader import Reader


def ranks(**ends: tuple[int, int]) -> dict[str, dict[Any, Any]]:
    return {vendor: {"rank_low": low, "rank_high": high} for vendor, (low, high) in ends.items()}


@pytest.mark.parametrize(
    ("placed", "first"),
    [(ranks(a=(3, 16), b=(22, 54)), "a"), (ranks(a=(38, 58), b=(2, 33)), "b"), (ranks(a=(1, 11), b=(2, 11)), None),
     (ranks(a=(1, 5), b=(5, 9)), None), (ranks(a=(1, 2), b=(3, 4), c=(2, 9)), None)],
)  # fmt: skip
def test_a_vendor_is_ahead_only_where_the_intervals_of_ranks_do_not_meet(
    placed: dict[str, dict[Any, Any]], first: str | None
) -> None:
    assert clearly_first(placed) == first


@pytest.mark.parametrize(("language", "firm", "limited"), [("en", "firm", "limited"), ("zh", "较大", "有限")])
@pytest.mark.parametrize(("reported", "sure"), [(1, False), (3, False), (4, True), (7, True)])
def test_a_lead_of_few_reported_tests_is_not_called_firm(
    language: str, firm: str, limited: str, reported: int, sure: bool
) -> None:
    row = {
        "standing": "known", "model": "Lone", "product_id": "lone", "suitability": 0.8, "low": 0.7, "high": 0.89,
        "within_leader": True, "evidence": reported, "tests": 7, "price": float("nan"), "input_per_mtok": float("nan"), "output_per_mtok": float("nan"),
    }  # fmt: skip
    text = choice_text.decided(Words(language), Wish("coding-help"), pd.DataFrame([row]))[-1]
    assert (firm in text, limited in text) == (sure, not sure)


def test_a_run_is_called_by_its_model_and_by_what_sets_it_apart() -> None:
    labels = ["lab/m-1:wide", "lab/m-1", "m_1", "lab/m-2", "lab/none"]
    runs = pd.DataFrame(
        {"label": labels, "model_id": ["m1", "m1", "m1", "m2", None], "suite": ["s", "s", "t", "s", "s"],
         "suite_version": "1", "kind_of_origin": "imported"}
    )  # fmt: skip
    names = pd.Series({"m1": "Model 1", "m2": "Model 2"})
    told = ["Model 1 (wide)", "Model 1", "Model 1", "Model 2"]
    assert run_names(runs, names) == dict(zip(labels, told, strict=False))
    twice = runs.assign(suite="s")  # two without a variant on one board: what they are called tells them apart
    assert run_names(twice, names)["lab/m-1"] == "Model 1 (m-1)"
    assert run_names(twice, names)["m_1"] == "Model 1 (m_1)"


def test_the_sign_of_an_open_interval_is_no_other_number() -> None:
    expected = [("cost / low", "12.0"), ("cost / high", "3.1")]
    assert list(number_problems(["≥ 12.0", "≤ 3.1"], expected)) == []
    assert list(number_problems(["≥ 12.1", "≤ 3.1"], expected)) == [
        "cost / low: the file shows ≥ 12.1, its own numbers say 12.0."
    ]


@pytest.mark.parametrize("rows", [slice(0), slice(None)])
def test_runs_of_models_that_the_catalog_does_not_know_have_no_name_of_its_own(rows: slice) -> None:
    runs = pd.DataFrame(
        {
            "label": ["lab/own:x"],
            "model_id": [None],
            "suite": ["s"],
            "suite_version": ["1"],
            "kind_of_origin": ["measured"],
        }
    )
    assert run_names(runs[rows], pd.Series({"m-1": "Model 1"})) == {}


def test_pairs_of_two_vendors_come_before_those_of_one_and_the_most_capable_first() -> None:
    material = SimpleNamespace(scale=pd.DataFrame({"model_id": ["a", "b", "c"], "score": [150.0, 140.0, 130.0]}))
    runs = pd.DataFrame({"label": list("abcd"), "model_id": list("abcd"), "vendor_id": ["x", "x", "y", "y"]})
    pairs = pd.DataFrame({"model_a": list("aaacbb"), "model_b": list("bcddcd")})
    order = asked_first(cast("Material", material), pairs, runs)
    assert list(order["model_a"] + order["model_b"]) == ["ac", "bc", "ad", "bd", "ab", "cd"]
    assert list(order["within"]) == [False] * 4 + [True] * 2


def test_an_interval_of_one_known_end_says_which() -> None:
    words = Words("en")
    (place,) = joined(words.interval("plain"))
    assert [open_end(row, place) for row in ((12.0, None), (None, 3.0), (1.0, 2.0), (None, None))] == [
        "≥ ",
        "≤ ",
        "",
        "",
    ]


@pytest.mark.parametrize("value", [0.03, 0.1215, 0.5, 1.0, 2.175, 10.0, 37.5, 120.0])
def test_a_report_writes_a_price_as_the_site_does(value: float) -> None:
    assert f"${printed(value, 'money')}" == dollars(value)


def test_money_keeps_thousands_in_tables() -> None:
    assert printed(1_474_384.0, "money") == "1,474,384"


@pytest.mark.parametrize(
    ("licence", "en", "zh"),
    [("apache-2.0", "Apache-2.0", "Apache-2.0"), ("MIT", "MIT", "MIT"), ("modified-mit", "modified MIT", "修改版 MIT"),
     ("house-rules", "house-rules", "house-rules"), (None, None, None), (float("nan"), None, None)],
)  # fmt: skip
def test_a_licence_is_spelt_as_people_write_it(licence: object, en: str | None, zh: str | None) -> None:
    assert (spelt(Words("en"), licence), spelt(Words("zh"), licence)) == (en, zh)


def test_no_chinese_message_runs_a_gap_into_the_name_before_it() -> None:
    """ "领先 Claude Opus 5 27.6 分" reads as a model called 5 27.6."""
    meeting = re.compile(r"\{(other|second|leader|one|first|model)\} \{(gap|points|score|low|n)\}")
    found = {key for key, texts in messages().items() if meeting.search(texts["zh"])}
    assert not found


@pytest.fixture(scope="module")
def segment(reader: Reader) -> Report:
    return build(reader, Choices(segments=("startup",)), "zh", "abc", lambda _, __: None)


def test_a_segment_is_called_by_its_name_and_size(segment: Report, reader: Reader) -> None:
    number = int(reader.sql("SELECT count(*) AS n FROM vendor WHERE segment = 'startup'")["n"].iloc[0])
    assert segment.title == f"初创公司：{number} 家厂商"


def test_the_first_line_dates_what_the_table_of_dates_shows(report: Report, segment: Report) -> None:
    for one in (report, segment):
        table = one.sections[0].tables[-1]
        newest = max(cast("dt.date", row[[c.key for c in table.columns].index("newest_day")]) for row in table.rows)
        assert newest.isoformat() in one.subtitle

"""Numbers and texts for people, and files that a spreadsheet cannot be tricked with."""

from __future__ import annotations

import csv as csv_module
import io
import math

import pandas as pd
import pytest

from harness.charts import text


@pytest.mark.parametrize(
    ("error", "places"), [(0.02, 2), (0.0123, 2), (0.1, 1), (3.0, 0), (0.0004, 4), (0.0, 3), (None, 3)]
)
def test_decimals_stop_at_the_first_uncertain_digit(error: float | None, places: int) -> None:
    assert text.decimals(error) == places


def test_a_score_and_its_error_are_rounded_alike() -> None:
    assert text.scored(0.51234, 0.0213) == "0.51 ± 0.02"
    assert text.scored(0.5, None) == "0.500"
    assert text.scored(math.nan, 0.1) == "–"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "$0"),
        (0.1, "$0.10"),
        (0.1117, "$0.112"),
        (2.15, "$2.15"),
        (15.0, "$15.00"),
        (11.25, "$11.25"),
        (5.625, "$5.63"),
        (99.999, "$100"),
        (0.00035, "$0.00035"),
        (350e6, "$350M"),
        (999_999, "$1M"),
        (999.9, "$1k"),
        (9.999, "$10.00"),
        (2.5e15, "$2,500T"),
        (-1.0, "−$1.00"),
        (3e-9, "<$0.000001"),
        (None, "–"),
    ],
)
def test_dollars_are_written_with_cents_or_three_telling_digits(value: float | None, shown: str) -> None:
    assert text.dollars(value) == shown


def test_counts_and_ranks() -> None:
    assert text.count(12015) == "12,015"
    assert text.count(math.nan) == "–"
    assert text.rank(1, 1) == "1"
    assert text.rank(2, 5) == "2–5"


def test_no_cell_of_a_csv_starts_a_formula() -> None:
    frame = pd.DataFrame({"name": ["=cmd|'/c calc'!A1", "+1", "-2", "@x", "\tq", "plain", None], "n": [-1.0] * 7})
    rows = list(csv_module.reader(io.StringIO(text.csv(frame).decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["'=cmd|'/c calc'!A1", "'+1", "'-2", "'@x", "'\tq", "plain", ""]
    assert {row[1] for row in rows[1:]} == {"-1.0"}, "numbers stay numbers"


def test_csv_carries_chinese_for_a_spreadsheet() -> None:
    data = text.csv(pd.DataFrame({"名": ["阿里巴巴"]}))
    assert data.startswith(b"\xef\xbb\xbf")
    assert "阿里巴巴" in data.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("value", "low", "high", "shown"),
    [
        (127.34, 119.2, 135.9, "127 (119–136)"),
        (0.51234, 0.4712, 0.5533, "0.51 (0.47–0.55)"),
        (0.51234, 0.4999, 0.5233, "0.512 (0.500–0.523)"),
        (2.04, 0.7, 3.4, "2.0 (0.7–3.4)"),
        (-3.04, -8.1, 2.2, "−3 (−8, 2)"),
        (0.1025, None, None, "0.102"),
        (1234.5, 1234.5, 1234.5, "1,234"),
        (None, 0.0, 1.0, "–"),
        (0.0, None, None, "0"),
    ],
)
def test_an_estimate_is_written_to_the_digit_of_its_interval(
    value: float | None, low: float | None, high: float | None, shown: str
) -> None:
    assert text.estimate(value, low, high) == shown


def test_an_estimated_share_is_written_in_per_cent() -> None:
    assert text.estimate(0.4213, 0.38, 0.46, percent=True) == "42% (38%–46%)"
    assert text.estimate(0.04213, 0.0, 0.08, percent=True, signed=True) == "+4% (0%, +8%)"


def test_a_negative_number_has_a_true_minus_and_zero_none() -> None:
    assert text.number(-3.0, 1) == "−3.0" and text.number(-0.001, 1) == "0.0"
    assert text.number(2.0, 1, signed=True) == "+2.0" and text.number(0.0, 1, signed=True) == "0.0"
    assert text.count(-12015) == "−12,015" and text.three_digits(-0.5) == "−0.5"
    assert text.number(-0.0346, 1, percent=True) == "−3.5%"


@pytest.mark.parametrize(
    ("value", "shown"), [(2e-14, "<0.001"), (0.0124, "0.012"), (1.0, "1.000"), (float("nan"), "–")]
)
def test_a_p_value_has_three_decimals(value: float, shown: str) -> None:
    assert text.p_value(value) == shown


def test_sentences_stand_together_as_their_language_has_it() -> None:
    assert text.together("One.", "", "Two.") == "One. Two."
    assert text.together("一。", "二。") == "一。二。"
    assert text.together("", "") == ""

"""Figures in cells of tables: one reading is read, several are refused, none is none."""

from __future__ import annotations

import pytest

from harness.errors import BadInput
from harness.interchange.foreign.figures import Figure, figure, hundredth


@pytest.mark.parametrize(
    ("cell", "value", "unit", "beside"),
    [
        ("85", 85.0, None, None),
        (" -0.25 ", -0.25, None, None),
        (".5", 0.5, None, None),
        ("1e-3", 0.001, None, None),
        ("2,345.6", 2345.6, None, None),
        ("1,234,567", 1234567.0, None, None),
        ("12 345", 12345.0, None, None),
        ("12\u2009345.5", 12345.5, None, None),
        ("12\u202f345", 12345.0, None, None),
        ("1'234.5", 1234.5, None, None),
        ("\u22121.5", -1.5, None, None),
        ("７２.５", 72.5, None, None),
        ("٧٢", 72.0, None, None),
        ("12 %", 12.0, "percent", None),
        ("12％", 12.0, "percent", None),
        ("64.2 ± 1.1", 64.2, None, "± 1.1"),
        ("64.2±1.1%", 64.2, "percent", "±1.1%"),
        ("64.2% +/- 1.1", 64.2, "percent", "+/- 1.1"),
        ("1300 +5/-6", 1300.0, None, "+5/-6"),
        ("64.2 [60.1, 68.0]", 64.2, None, "[60.1, 68.0]"),
        ("58.3*", 58.3, None, "*"),
        ("58.3%†", 58.3, "percent", "†"),
        ("58.3 ± 0.2 *", 58.3, None, "± 0.2 *"),
        ("41.7/100", 41.7, "percent", None),
        ("\u200e58.3", 58.3, None, None),
    ],
)
def test_one_reading_is_read(cell: str, value: float, unit: str | None, beside: str | None) -> None:
    assert figure(cell) == Figure(value, unit, beside)


@pytest.mark.parametrize(
    "cell",
    ["71,2", "1,234", "1.234,5", "1 234,5", "1,23,456", "1.234.567", "65.1²", "10½", "~70", ">90", "< 5", "1.5k", "12M"]
    + [
        "71.2 (3rd)",
        "71.2/65.3",
        "7/10",
        "71.2a",
        "$12",
        "inf",
        "-Infinity",
        "1_000",
        "0x1F",
        "yes 5",
        "1e999",
        "3e",
        "1-2",
    ]
    + ["130/100", "71.2 65.3", "+-", "12%%", "see paper", "OOM", "一百"],
)
def test_anything_else_is_refused(cell: str) -> None:
    if cell == "+-":
        with pytest.raises(BadInput):
            figure("+-")
        return
    with pytest.raises(BadInput, match=r".+"):
        figure(cell)


@pytest.mark.parametrize(
    "cell", ["", " ", "-", "--", "–", "—", "\u2212", "n/a", "N.A.", "NaN", "None", "null", "TBD", "…", "?"]
)
def test_no_figure_is_none(cell: str) -> None:
    assert figure(cell) is None


def test_a_hundredth_has_the_digits_that_were_written() -> None:
    assert [hundredth(x) for x in (71.2, 63.33, 0.0, 100.0)] == [0.712, 0.6333, 0.0, 1.0]

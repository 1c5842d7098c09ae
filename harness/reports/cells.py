"""Cells of a report: text from data cleaned, numbers written the same way in every format."""

from __future__ import annotations

import datetime as dt
import re

from harness.charts.chart import DASH
from harness.charts.text import dollars, minus, significant_decimals

Cell = str | int | float | dt.date | None

# Controls, marks that turn the direction of writing, zero-width characters, byte order marks, lone surrogates and
# non-characters: none of them is seen, and each can hide or reorder what is.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACE = re.compile(r"\s+")
POWERS = ("plain", "amount", "figure")
"""Kinds whose numbers are written with a power of ten from LARGE on; ``figure`` is any count or amount, whole ones whole."""
SCALED = 1000
"""US dollars from which ``dollars`` writes thousands; a table keeps the whole number."""
LARGE = 1e15
"""From here on a number is written with its power of ten."""


def cleaned(value: object) -> str:
    """Text on one line without unseen characters."""
    return _SPACE.sub(" ", _UNSEEN.sub("", str(value))).strip()


def with_unit(label: str, unit: str) -> str:
    """A heading with its unit in brackets, wide ones in Chinese; the heading alone where it has none."""
    if not unit:
        return label
    chinese = any("\u4e00" <= sign <= "\u9fff" for sign in label + unit)
    return f"{label}（{unit}）" if chinese else f"{label} ({unit})"


def decimals(value: float, kind: str) -> int:
    """Number of decimals: for scores as many as ``harness show`` prints, for money cents from $1 to $100, else three significant digits."""
    if kind in ("score", "signed", "p"):
        return 4
    if kind == "points":
        return 1
    if kind == "level":
        return 0
    if kind == "times":
        return 0 if value >= 10 else 1
    if kind == "scale":
        return 2
    if kind == "percent":
        return 1
    if kind == "share":
        return 0
    if kind == "integer" or (kind == "figure" and value == round(value)):
        return 0
    if kind == "money" and 1 <= value < 100:
        return 2
    return significant_decimals(value)


def printed(cell: Cell, kind: str) -> str:
    """The cell as text; a dash where it is missing."""
    if cell is None:
        return DASH
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, str):
        return cell
    if kind == "money" and 0 <= cell < SCALED:
        return dollars(float(cell)).replace("$", "")
    count = decimals(float(cell), kind)
    if kind in ("percent", "share"):
        return minus(f"{cell:.{count}%}")
    if kind == "p" and cell < 0.0001:
        return "<0.0001"
    if abs(cell) >= LARGE and kind in POWERS:
        return minus(f"{cell:.2e}")
    sign = "+" if kind == "signed" else ""
    text = f"{cell:{sign},.{count}f}"
    return minus(re.sub(r"^-(?=[0.,]*$)", "", text))

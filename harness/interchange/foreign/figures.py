"""A figure in a cell of a table: read as people write it where there is one reading, refused where there are several.

`1,234.5`, `71.2 ± 0.3`, `65.1*`, `31.58/100` and `12%` have one reading. `71,2` has two (71.2 in Europe), `1,234` too;
`~70`, `>90`, `1.5k` or `71.2 (3rd)` say more than a number. Digits of any script and width count, as do the minus sign
U+2212 and thin spaces between thousands.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from harness.errors import BadInput

# What stands in a cell that has no figure.
_NONE = re.compile(r"[-‐‑–—―−\s.…?/*]*|n\.?/?\s?a\.?|nan|none|null|nil|tbd|tba|unknown|missing", re.I)
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_COMMAS = re.compile(r"[+-]?\d{1,3}(?:(?:,\d{3})+\.\d+|(?:,\d{3}){2,})")
_SPACES = re.compile(r"[+-]?\d{1,3}(?:[ '’]\d{3})+(?:\.\d+)?")
_UNCLEAR_COMMA = re.compile(r"[+-]?[\d., '’]*,[\d., '’]*")
_ERROR = re.compile(r"\s*(?:±|\+/-|\+-)\s*(?P<error>\d+(?:\.\d+)?|\.\d+)\s*(?P<percent>%?)\s*")
_INTERVAL = re.compile(r"\s*(?:\+\d+(?:\.\d+)?\s*/\s*-\d+(?:\.\d+)?|\[[-\d.,; ]+\])\s*")
_MARKS = re.compile(r"\s*(?:\*+|[†‡§¶#]+)\s*")
# Raised digits and letters turn into plain ones when a text is normalised: 65.1² would be 65.12.
_RAISED = re.compile(r"[\u00b2\u00b3\u00b9\u2070-\u209f\u2460-\u24ff\u00bc-\u00be\u2150-\u218b\u2044]")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit where the cell states one (``percent``), and what else stood beside it (``± 0.3``, ``*``)."""

    value: float
    unit: str | None = None
    beside: str | None = None


def figure(cell: str) -> Figure | None:
    """The figure of a cell; none where it holds none (empty, a dash, `n/a`, NaN).

    Raises:
        BadInput: it holds something that has no single reading as a number.
    """
    if _NONE.fullmatch(cell.strip()):
        return None
    shown = " ".join(cell.split())[:40]
    if _RAISED.search(cell):
        raise BadInput(f"has raised digits or a fraction sign: {shown}")
    plain = _plain_text(cell)
    if re.fullmatch(r"[+-]?inf(inity)?", plain, re.I):
        raise BadInput(f"is no finite number: {shown}")
    body, beside = plain, ""
    for pattern in (_MARKS, _ERROR, _INTERVAL, _MARKS):
        if (match := re.search(f"(?:{pattern.pattern})$", body)) and re.search(r"\d", body[: match.start()]):
            beside = f"{match.group().strip()} {beside}".strip()
            body = body[: match.start()]
    unit = None
    if body.rstrip().endswith("%"):
        body, unit = body.rstrip()[:-1], "percent"
    elif beside.endswith("%"):
        unit = "percent"
    elif match := re.fullmatch(r"(.*\d)\s*/\s*100", body.strip()):
        body, unit = match.group(1), "percent"
    value = _number(body.strip(), shown)
    if unit == "percent" and plain.endswith("100") and "/" in plain and not 0 <= value <= 100:
        raise BadInput(f"is more than its whole: {shown}")
    return Figure(value, unit, beside or None)


def _plain_text(cell: str) -> str:
    """The cell with digits of every script as 0–9, one kind of space, minus sign and apostrophe, no marks of direction."""
    text = unicodedata.normalize("NFKC", cell.replace("\u2212", "-").replace("\ufe63", "-").replace("\uff0d", "-"))
    digits = "".join(str(unicodedata.decimal(c)) if unicodedata.category(c) == "Nd" else c for c in text)
    visible = "".join(c for c in digits if unicodedata.category(c) != "Cf")
    return re.sub(r"\s+", " ", visible).strip()


def _number(body: str, shown: str) -> float:
    if _PLAIN.fullmatch(body):
        number = body
    elif _COMMAS.fullmatch(body):
        number = body.replace(",", "")
    elif _SPACES.fullmatch(body):
        number = re.sub(r"[ '’]", "", body)
    elif _UNCLEAR_COMMA.fullmatch(body) and re.search(r"\d", body):
        raise BadInput(f"has a comma that may stand before decimals or thousands: {shown}")
    else:
        raise BadInput(f"is no plain number: {shown}")
    value = float(number)
    if not math.isfinite(value):
        raise BadInput(f"is no finite number: {shown}")
    return value


def hundredth(value: float) -> float:
    """A share out of per cent, to the digits that were written (0.712 for 71.2)."""
    return float(Decimal(str(value)) / 100)

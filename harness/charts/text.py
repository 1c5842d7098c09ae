"""Numbers and text for people: rounded to their uncertainty, missing as a dash, harmless in a sheet."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from harness import spreadsheets
from harness.analysis.companies.inputs import declared
from harness.charts.chart import DASH

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator


_LINK = re.compile(r"(?i)(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=@)(?=[\w-])|(?<=:)(?=[\w+/-]+:)")
"""Where readers of Markdown see the start of an address or a picture: after the scheme's colon, ``www``, the ``@`` and
the first colon of ``:name:``. They look at the text after its escapes are undone, so that no backslash helps."""
SEAM = "\u2060"
"""A word joiner: nothing is seen of it, no line breaks there, and no address goes on behind it."""


def unlinked(text: str) -> str:
    """Text of which Markdown makes no link, no address of mail and no emoji; it looks the same."""
    return _LINK.sub(SEAM, text)


def decimals(uncertainty: float | None, default: int = 3, most: int = 5) -> int:
    """Number of decimals down to the first uncertain digit of a number with this standard error."""
    if uncertainty is None or not math.isfinite(uncertainty) or uncertainty <= 0:
        return default
    return max(0, min(most, -math.floor(math.log10(uncertainty))))


MINUS = "−"
"""The sign of a negative number where people read it; files that programs read keep the hyphen."""


def number(value: float | None, digits: int = 3, *, signed: bool = False, percent: bool = False) -> str:
    """``value`` with ``digits`` decimals; a dash where it is missing. ``signed`` writes the plus too; zero has no sign."""
    if value is None or not math.isfinite(value):
        return DASH
    value = round(float(value), digits + 2 * percent) + 0.0
    plus = "+" if signed and value else ""
    return minus(f"{value:{plus},.{digits}{'%' if percent else 'f'}}")


def minus(text: str) -> str:
    """A number as text with a true minus sign."""
    return MINUS + text[1:] if text.startswith("-") else text


def estimate(
    value: float | None, low: float | None = None, high: float | None = None, *, percent: bool = False, signed: bool = False
) -> str:  # fmt: skip
    """An estimate and its interval, ``127 (119–135)``, to the digit of half the interval's width: to the second telling digit
    where the first is 1. Without an interval three telling digits.

    ``percent`` takes shares. Where an end may be negative the ends stand apart, ``(−3, 5)``: a dash would be read as a sign.
    """
    if value is None or not math.isfinite(value):
        return DASH
    size = 100.0 if percent else 1.0
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)) or high == low:
        return number(value, significant_decimals(value * size), signed=signed, percent=percent)
    digits = decimals((high - low) / 2 * size / 2, default=0)
    middle, first, last = (number(v, digits, percent=percent, signed=signed) for v in (value, low, high))
    joint = DASH if min(low, high) >= 0 and not signed else ", "
    return f"{middle} ({first}{joint}{last})"


def scored(value: float | None, stderr: float | None) -> str:
    """A score with its standard error, both to the first uncertain digit."""
    if value is None or not math.isfinite(value):
        return DASH
    if stderr is None or not math.isfinite(stderr):
        return number(value)
    digits = decimals(stderr)
    return f"{number(value, digits)} ± {number(stderr, digits)}"


def significant_decimals(value: float) -> int:
    """Number of decimals for three significant digits, at most six; 0 for zero, infinity and a missing number."""
    if value == 0 or not math.isfinite(value):
        return 0
    return max(0, min(6, 2 - math.floor(math.log10(abs(value)))))


LEAST_USD = 1e-6
"""The least amount that six decimals can say."""


def dollars(value: float | None) -> str:
    """An amount of US dollars as people write one: cents in full below $100, three significant digits of what is smaller or larger."""
    if value is None or not math.isfinite(value):
        return DASH
    if value < 0:
        return f"{MINUS}{dollars(-value)}"
    value = _cents(value) if 1 <= value < 100 else float(f"{value:.3g}")
    if value == 0:
        return "$0"
    if value < LEAST_USD:
        return f"<${LEAST_USD:.6f}"
    if value >= 1000:
        return f"${_scaled(value)}"
    digits = 2 if 1 <= value < 100 else significant_decimals(value)
    whole, _, cents = f"{value:,.{digits}f}".partition(".")
    cents = cents[:2] + cents[2:].rstrip("0")  # $0.10, not $0.1; no zeros beyond the cents
    return f"${whole}.{cents}" if cents else f"${whole}"


def _cents(value: float) -> float:
    """``value`` to the cent; half a cent goes up, as in the tables."""
    return math.floor(value * 100 + 0.5 + 1e-9) / 100


def _scaled(value: float) -> str:
    """``value``, from 1,000 and rounded to three digits, in thousands to trillions."""
    size, letter = next((s, x) for s, x in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")) if value >= s)
    return f"{three_digits(value / size)}{letter}"


def three_digits(value: float) -> str:
    """``value`` with three significant digits, never as a power of ten where it is large: 0.5, 12.3, 1,230,000."""
    return minus(f"{float(f'{value:.3g}'):,.0f}" if abs(value) >= 100 else f"{value:.3g}")


_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def powers(value: float, digits: int = 3) -> str:
    """A large number with that many significant digits, without zeros at the end, and its power of ten: ``7.85×10²⁴``."""
    figures, _, power = f"{value:.{digits - 1}e}".partition("e")
    figures = figures.rstrip("0").rstrip(".") if "." in figures else figures
    return f"{minus(figures)}×10{str(int(power)).translate(_RAISED)}"


def p_value(value: float | None) -> str:
    """A p value to three decimals, ``<0.001`` below; a dash where there is none."""
    if value is None or value != value:
        return "–"
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def count(value: float | None) -> str:
    """A whole number with thin grouping; a dash where it is missing."""
    return DASH if value is None or not math.isfinite(value) else minus(f"{int(value):,}")


def rank(low: int, high: int) -> str:
    """A rank interval: ``1`` or ``2–5``."""
    return str(low) if low == high else f"{low}{DASH}{high}"


def defused(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with no cell of text that a spreadsheet would run as a formula."""
    out = frame.copy()
    for name in out.columns:
        if not (out[name].dtype == object or str(out[name].dtype) in ("str", "string")):
            continue
        out[name] = out[name].map(lambda v: spreadsheets.defused(v) if isinstance(v, str) else v)
    return out


PICTURE = "data:image/"
"""How the address of a picture begins that stands in a cell."""


def csv(frame: pd.DataFrame) -> bytes:
    """The frame as CSV, without columns of pictures: UTF-8 with the mark that spreadsheets need for Chinese, defused."""
    pictures = [name for name in frame.columns if str(frame[name].head(1).squeeze()).startswith(PICTURE)]
    text: str = defused(frame.drop(columns=pictures)).to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def input_label(say: Translator, key: str) -> str:
    """An input of positioning in words, as ``inputs.toml`` names it; a figure that it does not name is called as its fact is."""
    row = declared(key, "")
    return say.name(row.name_en, row.name_zh) if row.declared else say.known("fact", key)


def unit_label(say: Translator, key: str, unit: object) -> str:
    """The unit of an input in words; of a figure that ``inputs.toml`` does not name, as the fact has it."""
    row = declared(key, "")
    return say.name(row.unit, row.unit_zh) if row.declared else str(unit)


def modalities(say: Translator, kinds: object) -> str | None:
    """The kinds of a model's input or output in words, of a list with semicolons or commas; None where they are unknown."""
    if not isinstance(kinds, str) or not kinds:
        return None
    return say("file.join").join(say.known("modality", kind.strip()) for kind in kinds.replace(",", ";").split(";"))


def sellers(say: Translator, prices: pd.DataFrame) -> list[str]:
    """Whose price it is, in words, of each row (``basis, provider, hosts``): a provider's name, or of how many hosts it is the
    median; empty where there is no price."""
    out = []
    for basis, provider, hosts in zip(prices["basis"], prices["provider"], prices["hosts"], strict=True):
        if not isinstance(provider, str):
            out.append("")
        elif basis in ("median", "few"):
            out.append(say(f"seller.{basis}", n=int(hosts), providers=provider.replace(", ", say("file.join"))))
        else:
            out.append(provider)
    return out


def span(days: pd.Series[Any]) -> str:
    """The first and the last of some days, as one day where they are the same."""
    first, last = str(days.min())[:10], str(days.max())[:10]
    return first if first == last else f"{first} – {last}"


def together(*sentences: str) -> str:
    """Sentences one after the other, empty ones left out: a space between them, none after a Chinese stop."""
    out = ""
    for sentence in filter(None, sentences):
        out += sentence if not out or out.endswith("。") else f" {sentence}"
    return out

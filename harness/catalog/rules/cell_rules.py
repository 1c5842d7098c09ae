"""Validators of cells, one rule a kind of column: return an error message or ""."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from harness.catalog.codes import COUNTRIES, CURRENCIES
from harness.catalog.names import effort
from harness.catalog.schema import Column
from harness.catalog.vocabulary import FACTS_BY_KEY, UNITS

MAX_CELL = 2000  # characters; the longest honest cell is an address of a few hundred
MIN_DATE = dt.date(1900, 1, 1)  # the oldest company here was founded later; earlier is a slip of the pen
MIN_EXPONENT = -30  # of ten; a smaller number would be read as 0 by the database

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PARTIAL = re.compile(r"\d{4}(?:-\d{2}){0,2}", re.ASCII)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_URL = re.compile(r"https?://[^\s<>\"'`{}|\\^]+")
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*\.(?:md|csv)")
_OFFER = re.compile(r"(?:@(?:cf|hf)/)?[A-Za-z0-9~][A-Za-z0-9@:/._+~ ()-]*")
_HUB = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")
_ALIAS = re.compile(r"[^\s<>=@|\"`{}\\][^<>|\"`{}\\]*")
_MARKUP = re.compile(r"<[A-Za-z/!?]|&[#A-Za-z][A-Za-z0-9]*;|javascript:", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028\u2029\u2060\u202a-\u202e\u2066-\u2069\ufeff\ufffd]")


@dataclass(frozen=True)
class Rule:
    """A kind of cell: its check and the words for what it expects."""

    check: Callable[[str, Column, dt.date], bool]
    expects: str


def number(text: str) -> Decimal | None:
    """Number in a cell's text; None where the text is no number."""
    if not _NUMBER.fullmatch(text):
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value == 0 or value.adjusted() >= MIN_EXPONENT else None


def date(text: str) -> dt.date | None:
    """Date in a cell's text; None where the text is no ISO date."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _past(text: str, _: Column, today: dt.date) -> bool:
    day = date(text)
    return day is not None and MIN_DATE <= day <= today


def _partial(text: str, _: Column, today: dt.date) -> bool:
    if not _PARTIAL.fullmatch(text):
        return False
    day = date(text + "-01-01"[len(text) - 4 :])
    return day is not None and dt.date(1800, 1, 1) <= day <= today


def _at_least(low: Decimal, strict: bool = False) -> Callable[[str, Column, dt.date], bool]:
    def check(text: str, _: Column, __: dt.date) -> bool:
        value = number(text)
        return value is not None and value < Decimal("1e30") and (value > low if strict else value >= low)

    return check


def _matches(pattern: re.Pattern[str]) -> Callable[[str, Column, dt.date], bool]:
    return lambda text, _, __: pattern.fullmatch(text) is not None


def _listed(text: str, column: Column, _: dt.date) -> bool:
    parts = text.split(";")
    return all(p in column.values for p in parts) and len(set(parts)) == len(parts)


def _count(text: str, _: Column, __: dt.date) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text[:19]) < 10**15


RULES: dict[str, Rule] = {
    "text": Rule(lambda text, _, __: True, "text"),
    "alias": Rule(_matches(_ALIAS), "a name"),
    "slug": Rule(_matches(_SLUG), "a lower-case slug such as qwen3-0-6b"),
    "date": Rule(_past, "a date YYYY-MM-DD, not in the future"),
    "partial-date": Rule(_partial, "YYYY, YYYY-MM or YYYY-MM-DD, not in the future"),
    "url": Rule(_matches(_URL), "an address that starts with http:// or https://"),
    "place": Rule(
        lambda text, _, __: bool(_URL.fullmatch(text) or _PATH.fullmatch(text)),
        "an address or a path in this repository",
    ),
    "country": Rule(lambda text, _, __: text in COUNTRIES, "an ISO 3166-1 alpha-2 code such as CN"),
    "currency": Rule(lambda text, _, __: text in CURRENCIES, "an ISO 4217 code such as USD"),
    "number": Rule(lambda text, _, __: number(text) is not None, "a number"),
    "amount": Rule(_at_least(Decimal(0)), "a number, zero or more"),
    "positive": Rule(_at_least(Decimal(0), strict=True), "a number above zero"),
    "count": Rule(_count, "a whole number above zero"),
    "boolean": Rule(lambda text, _, __: text in ("true", "false"), "true or false"),
    "choice": Rule(lambda text, column, _: text in column.values, "one of the listed values"),
    "list": Rule(_listed, "listed values, each once, joined by ;"),
    "offer-id": Rule(_matches(_OFFER), "the provider's own id of the offer"),
    "hub-id": Rule(_matches(_HUB), "an id owner/name"),
    "fact-key": Rule(lambda text, _, __: text in FACTS_BY_KEY, "a key of harness/catalog/vocabulary.py"),
    "fact-value": Rule(lambda text, _, __: True, "a value"),
    "effort": Rule(
        lambda text, _, __: effort.is_effort(text), "an effort such as default, none, high, 64k or high-64k"
    ),
    "unit": Rule(lambda text, _, __: text in UNITS or text in CURRENCIES, "a unit of harness/catalog/vocabulary.py"),
}


def quoted(text: str) -> str:
    """A cell's text, shortened and printable, for an error message."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def complaint(text: str, column: Column, today: dt.date) -> str:
    """Error message of a cell's text in a column; empty where the text is valid."""
    if text == "":
        return "is empty, but the column needs a value" if column.required else ""
    if len(text) > MAX_CELL:
        return f"holds {len(text):,} characters; at most {MAX_CELL:,} are allowed"
    if _CONTROL.search(text):
        return f"holds a control or replacement character: {quoted(text)}"
    if text != text.strip():
        return f"starts or ends with a blank: {quoted(text)}"
    if _MARKUP.search(text):
        return f"holds markup: {quoted(text)}"
    if text[0] in "=+@" and not (column.kind == "offer-id" and _OFFER.fullmatch(text)):
        return f"starts like a spreadsheet formula: {quoted(text)}"
    if text[0] == "-" and number(text) is None:
        return f"starts like a spreadsheet formula: {quoted(text)}"
    rule = RULES[column.kind]
    if rule.check(text, column, today):
        return ""
    among = f" ({', '.join(column.values)})" if column.values else ""
    return f"expects {rule.expects}{among}, not {quoted(text)}"

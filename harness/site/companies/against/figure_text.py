"""Figures of vendors as text: value with its unit, as its source states it, ranks, and lists of names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.charts import text
from harness.charts.text import unit_label
from harness.site.evidence.runs import present

if TYPE_CHECKING:
    from harness.i18n.translator import Translator
    from harness.site.server.view import View


LEAST_SIZED = 10_000.0
"""Dollars from which Chinese counts by ten thousands (万)."""


def value(say: Translator, key: str, number: Any, unit: object) -> str:
    """A figure with its unit: dollars, per cent, or a number and what it counts; "not known" where there is none."""
    if not present(number):
        return say("vendor.unknown")
    number = float(number)
    if unit == "USD":
        return money(say, number)
    if unit == "fraction":
        return f"{number:.0%}"
    if unit == "USD per million tokens":
        return say("vendor.per_million", price=text.dollars(number))
    if unit == "FLOP":
        return f"{text.powers(number)} FLOP"
    told = large(say, number)
    one = number == 1 and say.language == "en"  # the catalog's units are plurals
    if one or not present(unit):
        return told
    gap = "" if ord(told[-1]) > 0x2E80 else " "  # none between two Chinese characters
    return told + gap + say.known("unit", unit_label(say, key, unit))


def money(say: Translator, number: float) -> str:
    """An amount of US dollars with three significant digits, large ones with the language's word for their size (``$59B``,
    ``590 亿美元``); a loss has a minus sign, which no sheet takes for a formula."""
    if say.language != "zh" or abs(number) < LEAST_SIZED:
        return text.dollars(number)
    return text.minus(say("vendor.sized_dollars", n=large(say, float(f"{number:.3g}"))))


def large(say: Translator, number: float) -> str:
    """A number of four significant digits with the language's word for its size: ``14.8 trillion``; small ones in full."""
    for part in say("vendor.sizes").split("; "):
        power, word = part.split(" ")
        if abs(number) >= 10 ** int(power):
            return say("vendor.sized", n=f"{number / 10 ** int(power):,.4g}", size=word)
    return text.count(number) if number == int(number) or abs(number) >= 1000 else text.three_digits(number)


def stated(say: Translator, row: Mapping[Any, Any]) -> str:
    """A figure in its source's own currency; empty where that is the dollar, or no currency."""
    number, unit = row.get("stated"), row.get("stated_unit")
    if not present(number) or not present(unit) or unit == row.get("unit"):
        return ""
    return f"{float(str(number)):,.0f} {unit}"


def rank(say: Translator, row: Mapping[Any, Any]) -> str:
    """A rank among those placed, as ``5 of 40``."""
    if not row["placed"]:
        return say("vendor.not_placed")
    shared = len(row["level"])
    told = say("vendor.rank_of", rank=f"{row['rank']:.0f}", of=int(row["of"]))
    return say("vendor.rank_shared", rank=told, shared=shared + 1) if shared else told


def interval(row: Mapping[Any, Any]) -> str:
    """The 90% interval of a rank; empty where the vendor is not placed."""
    if not row["placed"] or not present(row["rank_low"]):
        return ""
    return text.rank(int(row["rank_low"]), int(row["rank_high"]))


def listed(say: Translator, names: Sequence[str]) -> str:
    """Names one after the other: with commas, and with "and" before the last."""
    if len(names) < 2:
        return "".join(names)
    return say("vendor.last_of_list", names=say("file.join").join(names[:-1]), last=names[-1])


def names(view: View) -> dict[str, str]:
    """Vendors' names in the reader's language, by id."""
    rows = view.frame("vendors")
    return {
        str(v): view.say.name(en, zh)
        for v, en, zh in zip(rows["vendor_id"], rows["name_en"], rows["name_zh"], strict=True)
    }


def few(say: Translator, named: Iterable[str], most: int = 3) -> str:
    """Some names, and how many more there are."""
    every = list(named)
    shown = say("file.join").join(every[:most])
    if len(every) > most:
        return say("vendor.and_more", names=shown, more=len(every) - most)
    return shown

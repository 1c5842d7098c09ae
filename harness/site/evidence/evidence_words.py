"""What the evidence drawer says: a number's name, its value, its sources and the others, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from harness.charts.text import input_label, minus
from harness.market.evidence.sources import BESIDE, SAME
from harness.site.capability import leaderboard
from harness.site.companies.against import figure_text
from harness.site.evidence import fact_notes
from harness.site.evidence.runs import present
from harness.site.widgets import blocks

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.evidence.sources import Evidence
    from harness.site.server.view import View

_ADDRESS = re.compile(r"https?://\S+")
LONG = 90
"""Characters of a source's title in a list; the drawer's head has all of it."""


def name(view: View, found: Evidence) -> str:
    """What the number is: whose, and of what."""
    say, of, kind = view.say, found.of, found.reference.kind
    if kind in ("score", "cost"):
        benchmark = leaderboard.names(view).task(str(of["benchmark_id"]))
        key = "name_score" if kind == "score" else f"name_{of['key']}"
        return say(f"evidence.{key}", model=of["model"], benchmark=benchmark)
    if kind in ("points", "price", "offer"):
        return say(f"evidence.name_{kind}", model=of["model"])
    if kind == "relation":
        return say("evidence.name_relation", giver=say.name(of["from_en"], of["from_zh"]),
                   taker=say.name(of["to_en"], of["to_zh"]))  # fmt: skip
    vendor = figure_text.names(view).get(str(of["vendor_id"]), str(of["vendor_id"]))
    label = say.known("fact", of["key"]) if kind == "fact" else input_label(say, str(of["key"]))
    return say("evidence.name_fact", vendor=vendor, figure=label)


def value(view: View, found: Evidence, row: Mapping[Any, Any]) -> str:
    """A row's value with its unit, as the site's tables round it."""
    say, kind, number = view.say, found.reference.kind, row["value"]
    if kind in ("fact", "input"):
        return _figure(view, found, row)
    if kind == "relation":
        tied = say.known("relation", row["text"])
        return (
            say("evidence.tied", relation=tied, amount=figure_text.money(say, float(number)))
            if present(number)
            else tied
        )
    if not present(number):
        return say("vendor.unknown")
    if row["unit"] == "points" and kind == "points":
        return say("evidence.points", points=f"{number:.0f}")
    if row["unit"] == "USD":
        return _dollars(float(number))
    unit = "" if row["unit"] in (None, "fraction") else f" {say.known('unit', row['unit'])}"
    return f"{number:,.4g}{unit}"


def under(view: View, found: Evidence) -> str:
    """What the value says and does not: its interval, its parts, its currency."""
    say, row, kind = view.say, found.shown, found.reference.kind
    if kind == "points":
        if row["low"] == row["high"]:
            return say("evidence.points_unit")
        return say("evidence.points_interval", low=f"{row['low']:.0f}", high=f"{row['high']:.0f}")
    if kind in ("price", "offer"):
        parts = {"input": _dollars(row["input_per_mtok"]), "output": _dollars(row["output_per_mtok"])}
        told = say("evidence.price_parts", ratio=f"{found.of['ratio']:g}", **parts)
        if kind == "price" and found.of["basis"] in ("median", "few"):
            told = say("memo.between").join([told, say("evidence.price_median", n=int(found.of["hosts"]))])
        return told
    if row["remark"] == "estimated":
        return say("tasks.estimated")
    return figure_text.stated(say, row)


def lines(view: View, found: Evidence) -> list[str]:
    """Source, who says so, days, set-up and the source's note of the number shown, each a line of Markdown."""
    say, row = view.say, found.shown
    told: list[tuple[str, str]] = []
    if present(row["source"]):
        publisher = row["publisher"]
        named = present(publisher) and str(publisher) not in str(row["source"])
        publisher = figure_text.names(view).get(str(publisher), publisher)
        told.append(("source", link(row) + (f" ({blocks.literal(publisher)})" if named else "")))
    elif found.reference.kind in ("points", "input"):
        told.append(("source", blocks.literal(say(f"evidence.counted_{found.reference.kind}"))))
    told.append(("by", blocks.literal(by(view, row))))
    told.append(("level", blocks.literal(say(f"evidence.level_{row['evidence']}")) if present(row["evidence"]) else ""))
    told.append(("seller", blocks.literal(_seller(view, row))))
    told.append(("day", _day(row["as_of"]) or say("vendor.unknown")))
    told.append(("read", _day(row["retrieved"])))
    told.append(("set_up", blocks.literal(set_up(view, row))))
    told.append(("note", blocks.literal(fact_notes.told(say, row["note"]) or "")))
    told.append(("what", blocks.literal(_what(view, found))))
    return [f"**{say(f'evidence.{key}')}** {text}" for key, text in told if text]


def apart(view: View, one: str, other: str) -> str | None:
    """How far two models are apart on the capability scale, with the interval; None where the scale does not hold both."""
    from harness.market.evidence.sources import product
    from harness.site.head_to_head import pair_on_scale

    names = {id: str(product(view, id)["model"]) for id in (one, other)}
    return pair_on_scale.sentence(view, one, other, names) if one != other else None


def groups(view: View, found: Evidence) -> list[tuple[str, pd.DataFrame]]:
    """Titles and rows of the other statements, those of the same first."""
    kind = {"offer": "price", "input": "fact"}.get(found.reference.kind, found.reference.kind)
    out = []
    for group in (SAME, BESIDE):
        rows = found.others(group)
        if len(rows):
            out.append((view.say(f"evidence.{group}_{kind}", n=len(rows)), rows))
    return out


def other(view: View, found: Evidence, row: Mapping[Any, Any]) -> str:
    """Another statement in one line of Markdown: value, difference, who, when, how, source."""
    parts = [_seller(view, row), by(view, row), _benchmark(view, found, row), _day(row["as_of"])]
    if found.reference.kind == "score" and row["group"] == SAME:
        parts.append(set_up(view, row, whole=False))
    if found.reference.kind == "cost":
        parts.append(set_up(view, row, whole=False))
    if present(row["remark"]) and row["remark"] and found.reference.kind in ("price", "offer"):
        parts.append(view.say(f"evidence.doubt_{row['remark']}"))
    if present(row["note"]):
        parts.append(str(fact_notes.told(view.say, row["note"])))
    same = present(row["source"]) and row["source_id"] == found.shown["source_id"]
    if same:
        parts.append(view.say("evidence.same_source"))
    cited = [link(row, LONG)] if present(row["source"]) and not same else []
    told = " · ".join([*(blocks.literal(part) for part in parts if part), *cited])
    if not present(row["value"]) and not present(row["text"]):
        return told
    gap = difference(view, found, row)
    return f"**{blocks.literal(value(view, found, row))}**{f' ({gap})' if gap else ''} · {told}"


def difference(view: View, found: Evidence, row: Mapping[Any, Any]) -> str:
    """How far a row is above the number shown: as a share where it is money, else in its own unit; empty where they do not compare."""
    gap, first = row["difference"], found.shown["value"]
    if not present(gap):
        return ""
    if gap == 0:
        return view.say("evidence.same_value")
    if found.reference.kind == "points":
        return view.say("evidence.residual", gap=minus(f"{gap:+.3f}"))
    if row["unit"] == "USD" and first:
        return minus(f"{gap / abs(first):+.0%}")
    return minus(f"{gap:+.3f}" if row["unit"] == "fraction" else f"{gap:+,.4g}")


def by(view: View, row: Mapping[Any, Any]) -> str:
    """Who reports a number, and whether that is the model's own maker."""
    if not present(row["reported_by"]):
        return ""
    who = figure_text.names(view).get(str(row["reported_by"]), str(row["reported_by"]))
    kinds = {"vendor": view.say("model.by_vendor"), "third-party": view.say("model.by_others")}
    return f"{who} ({kinds[row['reporter']]})" if row["reporter"] in kinds else who


def set_up(view: View, row: Mapping[Any, Any], *, whole: bool = True) -> str:
    """Who set a test up, which edition, which effort and setting; ``whole`` also says whose set-up it is."""
    say = view.say
    parts = []
    if whole and present(row["set_up_by"]):
        parts.append(leaderboard.names(view).setter(row["set_up_by"]))
    if whole and present(row["edition"]):
        parts.append(say("evidence.edition", edition=row["edition"]))
    if present(row["effort"]) and row["effort"] != "default":
        parts.append(say("evidence.effort", effort=say.known("effort", row["effort"])))
    if present(row["setting"]) and row["setting"] != row["effort"]:
        parts.append(str(row["setting"]).removeprefix(f"{row['effort']}; "))
    return say("memo.between").join(parts)


def place(view: View, found: Evidence) -> tuple[str, str, dict[str, str]]:
    """Page, label and choices of the section that has the number among its like."""
    say, of = view.say, found.of
    if found.reference.kind in ("score", "points", "price", "offer", "cost"):
        part = {"score": "scores", "points": "scores"}.get(found.reference.kind, "prices")
        return "model", say(f"evidence.to_{part}", model=of["model"]), {"model": str(of["product_id"]), "about": part}
    vendor_id = str(of.get("vendor_id") or of["from_id"])
    vendor = figure_text.names(view).get(vendor_id, vendor_id)
    return "companies", say("evidence.to_vendor", vendor=vendor), {"view": "profile", "vendor": vendor_id}


def link(row: Mapping[Any, Any], most: int = 10_000) -> str:
    """A source's title as a link in Markdown, as text where it has no address."""
    title = str(row["source"])
    title = blocks.literal(title if len(title) <= most else f"{title[:most].rstrip()}…")
    if not present(row["url"]) or not _ADDRESS.fullmatch(str(row["url"])):
        return title
    return f"[{title}]({quote(str(row['url']), safe='/:?&=%#@+,;~!$*-._')})"


def _benchmark(view: View, found: Evidence, row: Mapping[Any, Any]) -> str:
    """The test of a row beside the number, which is of another test."""
    return (
        leaderboard.names(view).task(str(row["benchmark_id"]))
        if row["group"] == BESIDE and present(row["benchmark_id"])
        else ""
    )


def _figure(view: View, found: Evidence, row: Mapping[Any, Any]) -> str:
    from harness.site.companies.one_vendor.vendor_facts import word

    key = str(found.of["key"])
    if present(row["value"]):
        return figure_text.value(view.say, key, row["value"], row["unit"])
    return word(view.say, key, row["text"]) if present(row["text"]) else view.say("vendor.unknown")


def _seller(view: View, row: Mapping[Any, Any]) -> str:
    """Who sells, what kind of seller that is, and at which tier where that is not the standard one."""
    say = view.say
    if not present(row["provider"]):
        return ""
    kind = say.known("provider_kind", row["provider_kind"]) if present(row["provider_kind"]) else ""
    tier = say.known("tier", row["tier"]) if present(row["tier"]) and row["tier"] != "standard" else ""
    more = say("file.join").join(part for part in (kind, tier) if part)
    return f"{row['provider']} ({more})" if more else str(row["provider"])


def _what(view: View, found: Evidence) -> str:
    """What an input of a vendor's standing counts, as ``inputs.toml`` declares it."""
    from harness.analysis.companies.inputs import declared

    if found.reference.kind != "input":
        return ""
    row = declared(str(found.of["key"]), "")
    return view.say.name(row.what_en, row.what_zh)


def _dollars(number: float) -> str:
    return f"${number:,.4g}" if 0.0001 <= abs(number) < 1e4 or not number else f"${number:,.6f}".rstrip("0").rstrip(".")


def _day(day: Any) -> str:
    return str(day)[:10] if present(day) else ""

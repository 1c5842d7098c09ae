"""The first rows of each table that the page Reports offers, in the words and the rounding of the other pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.licences import spelt
from harness.site.capability import leaderboard
from harness.site.evidence import runs
from harness.site.widgets import columns as tables
from harness.site.widgets.tables.decimals import ONE_UNIT

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator
    from harness.site.server.view import View

ROWS = 20
"""Rows of each table that are shown."""


def rows(view: View, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The first rows of one section, with the closed values and the vendors' names in the language shown."""
    say, out = view.say, frame.head(ROWS)
    if name == "runs":
        return runs.worded(view, out)
    if name == "sources":
        return out.assign(feeds_names=[_feeds(say, str(f)) for f in out["feeds"]])
    if name == "prices":  # under its own name it is among the first to be left out, and a price without it says little
        out = out.assign(money=out["currency"])
    if name == "vendors":
        out = out.assign(vendor_en=out["name_en"], vendor_zh=out["name_zh"])
    out = leaderboard.named(view, out) if "vendor_en" in out else out
    families = {"provider_kind": "provider_kind", "tier": "tier", "effort": "effort"}
    worded = {c: [say.known(f, str(v)) if v == v else None for v in out[c]] for c, f in families.items() if c in out}
    if "licence" in out:
        worded["licence"] = [spelt(say, licence) for licence in out["licence"]]
    return out.assign(**worded)


def _feeds(say: Translator, feeds: str) -> str:
    return ", ".join(say.known("feeds", f) for f in feeds.split(", "))


def columns(say: Translator, name: str) -> Mapping[str, Any]:
    """The columns of one section's preview; the files hold all."""
    return _COLUMNS[name](say)


def _text(label: str, **more: Any) -> Any:
    return st.column_config.TextColumn(label, **more)


def _number(label: str, form: str) -> Any:
    return st.column_config.NumberColumn(label, format=form)


def _day(label: str) -> Any:
    return st.column_config.DateColumn(label, format="YYYY-MM-DD")


def _scale(say: Translator) -> dict[str, Any]:
    return {
        "model": _text(say("columns.model"), pinned=True),
        "vendor": _text(say("columns.vendor")),
        "score": _number(say("reported.capability"), "%.0f"),
        "low": _number(say("columns.low"), "%.0f"),
        "high": _number(say("columns.high"), "%.0f"),
        "ranks": _text(say("col.ranks")),
        "benchmarks": _number(say("col.benchmarks"), "%d"),
        "released": _day(say("columns.released")),
    }


def _reported(say: Translator) -> dict[str, Any]:
    return {
        "model": _text(say("columns.model"), pinned=True),
        "benchmark": _text(say("col.benchmark")),
        "score": _number(say("col.score"), "%.4g"),
        "effort": _text(say("col.effort")),
        "reported_by": _text(say("tasks.reporter")),
        "as_of": _day(say("col.as_of")),
        "source": _text(say("columns.source")),
    }


def _prices(say: Translator) -> dict[str, Any]:
    return {
        "model": _text(say("columns.model"), pinned=True),
        "provider": _text(say("columns.provider")),
        "provider_kind": _text(say("columns.kind")),
        "tier": _text(say("cost.tier")),
        "money": _text(say("companies.currency")),
        "input_per_mtok": _number(say("col.input_per_mtok"), ONE_UNIT),
        "output_per_mtok": _number(say("col.output_per_mtok"), ONE_UNIT),
        "as_of": _day(say("col.as_of")),
        "source": _text(say("columns.source")),
    }


def _models(say: Translator) -> dict[str, Any]:
    return {
        "name": _text(say("columns.model"), pinned=True),
        "vendor": _text(say("columns.vendor")),
        "released": _day(say("columns.released")),
        "params_b": _number(say("columns.params"), "%.3g"),
        "context_tokens": _number(say("opportunities.context"), "%,d"),
        "licence": _text(say("columns.licence")),
        "as_of": _day(say("col.as_of")),
    }


def _vendors(say: Translator) -> dict[str, Any]:
    return {
        "vendor": _text(say("columns.vendor"), pinned=True),
        "segment_name": _text(say("columns.segment")),
        "country_name": _text(say("columns.country")),
        "founded": _text(say("companies.founded")),
        "models": _number(say("overview.models"), "%d"),
        "latest_release": _day(say("companies.latest")),
        "website": st.column_config.LinkColumn(say("columns.link"), display_text=r"https?://(?:www\.)?([^/]+)"),
    }


_COLUMNS: Mapping[str, Callable[[Translator], Mapping[str, Any]]] = {
    "leaderboard": tables.leaderboard,
    "scale": _scale,
    "reported": _reported,
    "prices": _prices,
    "models": _models,
    "vendors": _vendors,
    "runs": tables.runs,
    "sources": tables.freshness,
}

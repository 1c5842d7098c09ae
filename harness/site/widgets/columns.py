"""How columns of tables are headed, aligned and rounded: one list for each table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.site.widgets.tables.decimals import MONEY

if TYPE_CHECKING:
    from harness.i18n.translator import Translator

Columns = dict[str, Any]


def link(label: str) -> Any:
    """Column of addresses, opened with a click."""
    return st.column_config.LinkColumn(label, display_text=":material/open_in_new:", validate="^https?://")


def evidence(say: Translator) -> Columns:
    """Columns of where a value comes from: its day, the source's name and address."""
    column = st.column_config
    return {
        "as_of": column.DateColumn(say("columns.as_of"), format="YYYY-MM-DD"),
        "source": column.TextColumn(say("columns.source")),
        "url": link(say("columns.link")),
    }


def leaderboard(say: Translator, score: str | None = None) -> Columns:
    """Columns of a leaderboard; ``score`` names what is ranked where it is not the index."""
    column = st.column_config
    return {
        "ranks": column.TextColumn(say("columns.rank"), help=say("columns.rank_help"), width="small", pinned=True),
        "model": column.TextColumn(say("columns.model"), pinned=True),
        "vendor": column.TextColumn(say("columns.vendor")),
        "segment_name": column.TextColumn(say("columns.segment")),
        "country_name": column.TextColumn(say("columns.country")),
        "params_b": column.NumberColumn(say("columns.params"), format="%.3g"),
        "score": column.NumberColumn(score or say("columns.index"), format="%.3f"),
        "low": column.NumberColumn(say("columns.low"), format="%.3f"),
        "high": column.NumberColumn(say("columns.high"), format="%.3f"),
        "class": column.NumberColumn(say("columns.class"), help=say("columns.class_help"), format="%d"),
        "dtype": column.TextColumn(say("columns.dtype")),
        "engine": column.TextColumn(say("columns.engine")),
        "sealed": column.DatetimeColumn(say("columns.sealed"), format="YYYY-MM-DD"),
        "run_id": column.TextColumn(say("columns.run")),
    }


def runs(say: Translator) -> Columns:
    """Columns of the list of runs."""
    column = st.column_config
    return {
        "model": column.TextColumn(say("columns.model"), pinned=True),
        "suite_name": column.TextColumn(say("columns.suite")),
        "origin_name": column.TextColumn(say("columns.origin")),
        "verdict_short": column.TextColumn(say("columns.verdict")),
        "sealed": column.DatetimeColumn(say("columns.sealed"), format="YYYY-MM-DD HH:mm"),
        "vendor": column.TextColumn(say("columns.vendor")),
        "engine": column.TextColumn(say("columns.engine")),
        "dtype": column.TextColumn(say("columns.dtype")),
        "device": column.TextColumn(say("columns.device")),
        "tokens_per_s": column.NumberColumn(say("columns.speed"), format="%,.0f", help=say("columns.speed_help")),
        "run_id": column.TextColumn(say("columns.run")),
    }


def results(say: Translator) -> Columns:
    """Columns of one run's scores."""
    column = st.column_config
    return {
        "task_name": column.TextColumn(say("columns.task"), pinned=True),
        "kind_name": column.TextColumn(say("columns.kind")),
        "metric": column.TextColumn(say("columns.metric")),
        "filter": column.TextColumn(say("columns.filter")),
        "scored": column.TextColumn(say("columns.score_error")),
        "n": column.NumberColumn(say("columns.items"), format="%,d"),
        "num_fewshot": column.NumberColumn(say("columns.shots"), format="%d"),
        "direction": column.TextColumn(say("columns.direction")),
        "chance": column.NumberColumn(say("columns.chance"), format="%.3g"),
        "task_version": column.TextColumn(say("columns.version")),
    }


def samples(say: Translator) -> Columns:
    """Columns of a page of samples."""
    column = st.column_config
    return {
        "item": column.NumberColumn(say("columns.item"), format="%d", width="small"),
        "value": column.NumberColumn(say("columns.value"), format="%.4g", width="small"),
        "target": column.TextColumn(say("columns.target"), width="medium"),
        "response": column.TextColumn(say("columns.response"), width="large"),
        "prompt": column.TextColumn(say("columns.prompt"), width="large"),
    }


def freshness(say: Translator) -> Columns:
    """Columns of the list of sources."""
    column = st.column_config
    return {
        "title": column.TextColumn(say("columns.source"), pinned=True),
        "feeds_names": column.TextColumn(say("columns.feeds")),
        "rows": column.NumberColumn(say("columns.rows"), format="%,d"),
        "last_as_of": column.DateColumn(say("columns.as_of"), format="YYYY-MM-DD"),
        "retrieved": column.DateColumn(say("columns.retrieved"), format="YYYY-MM-DD"),
        "licence": column.TextColumn(say("columns.licence")),
        "url": link(say("columns.link")),
    }


def price_changes(say: Translator) -> Columns:
    """Columns of the list of price changes."""
    column = st.column_config
    return {
        "model": column.TextColumn(say("columns.model"), pinned=True),
        "provider": column.TextColumn(say("columns.provider")),
        "output_before": column.NumberColumn(say("columns.output_before"), format=MONEY),
        "output_now": column.NumberColumn(say("columns.output_now"), format=MONEY),
        "output_change": column.NumberColumn(say("columns.change"), format="percent"),
        "before": column.DateColumn(say("columns.from_date"), format="YYYY-MM-DD"),
        "as_of": column.DateColumn(say("columns.to_date"), format="YYYY-MM-DD"),
    }

"""The parts of the Capability page, and which of them an older link means, whose choices named none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from harness.site.capability import leaderboard
from harness.site.widgets import address, codes, controls

if TYPE_CHECKING:
    from harness.i18n.translator import Translator
    from harness.site.server.view import View

KEY = "tab"
PARTS = ("ranking", "trends", "models", "firm", "benchmark", "runs", "unplaced")
"""In the order shown; ``runs`` holds what stands on items (measured, imported, our own checks), the others published scores."""
RUNS_ORIGINS = tuple(origin for origin in leaderboard.ORIGINS if origin != "reported")

OLD: Mapping[str, Mapping[str, str]] = {
    "suite": {KEY: "runs"},
    "kind": {KEY: "runs"},
    "task": {KEY: "runs"},
    "ticked": {KEY: "runs"},
    "first": {KEY: "benchmark"},
    "benchmark": {KEY: "benchmark"},
    "gap": {KEY: "trends"},
    "gap_in": {KEY: "trends"},
    "equal": {KEY: "trends", "trend": "size"},
    "against_a": {KEY: "models"},
    "against_b": {KEY: "models"},
    "domains": {KEY: "models", "model_view": "domains"},
    "expect": {KEY: "models", "model_view": "expected"},
    "held_out": {KEY: "firm", "check": "held_out"},
}
"""What the choices of links that name no part mean; the first that a link has decides."""
OLD_CHARTS: Mapping[str, Mapping[str, str]] = {
    "leaderboard-": {KEY: "runs"},
    "tasks-": {KEY: "runs"},
    "influence-": {KEY: "runs"},
    "size-": {KEY: "runs"},
    "scale-trend": {KEY: "trends", "trend": "pace"},
    "scale-curves-": {KEY: "trends"},
    "scale-gap-": {KEY: "trends"},
    "equal-size-segment-reported": {KEY: "trends", "trend": "size"},
    "equal-size-country-reported": {KEY: "trends", "trend": "size"},
    "moved-segments-reported": {KEY: "trends", "trend": "size"},
    "equal-size-": {KEY: "runs"},
    "moved-segments-": {KEY: "runs"},
    "scale-pair": {KEY: "models"},
    "scale-domains": {KEY: "models", "model_view": "domains"},
    "expected-scores": {KEY: "models", "model_view": "expected"},
    "scale-difficulties": {KEY: "firm", "check": "benchmarks"},
}
"""The same for links to one chart alone, by how the chart's name begins."""


def chosen(view: View, present: Sequence[str]) -> str:
    """The part to show, by the reader's choice, the address or an older link; ``present`` are the origins of the data."""
    known = [part for part in PARTS if ("reported" in present if part != "runs" else set(RUNS_ORIGINS) & set(present))]
    if KEY not in st.query_params:
        for key, value in meant(view.say, st.query_params.get_all).items():
            st.query_params[key] = value
    return controls.segmented(view.say("capability.part"), known, KEY, lambda part: view.say(f"capability.part_{part}"))


def meant(say: Translator, asked: Callable[[str], Sequence[str]]) -> Mapping[str, str]:
    """The part, and the part of that, which an older link means; empty where its choices belong to the first part.

    ``asked`` gives the texts that stand under a key of the address.
    """
    for origin in asked("origin")[-1:]:
        known = codes.codes(leaderboard.ORIGINS)
        try:
            means = codes.option(origin, known, lambda o: say(f"origin.{o}"), say.language)
        except ValueError:
            break
        if means in RUNS_ORIGINS:
            return {KEY: "runs"}
    for chart in asked(address.CHART)[-1:]:
        for begins, choices in OLD_CHARTS.items():
            if chart.startswith(begins):
                return choices
    return next((choices for key, choices in OLD.items() if asked(key)), {})

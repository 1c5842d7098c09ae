"""Questions that readers ask of a number, answered in plain words, each with its formulas and the page that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from harness.analysis.scale.ranks import LEAST_BATTERIES, LEAST_BENCHMARKS, LEAST_DOMAINS
from harness.market.prices.list_prices import RATIO
from harness.site.methodology.document import anchor
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    from harness.site.server.view import View


@dataclass(frozen=True, slots=True)
class Question:
    """One question (``how.q_<key>``, answered by ``how.a_<key>``), the chapter of its formulas, the page where it is seen, and of that the part
    (Capability), empty for the first."""

    key: str
    chapter: str
    page: str
    tab: str = ""


QUESTIONS = (
    Question("number", "Uncertainty of a score", "runs_and_samples"),
    Question("point", "The capability scale", "capability"),
    Question("rank", "Ranks", "capability"),
    Question("lead", "Two models", "head_to_head"),
    Question("newest", "The capability scale", "capability", "unplaced"),
    Question("months", "Trends on the capability scale", "capability", "trends"),
    Question("price", "Cost", "cost"),
    Question("task", "Cost", "cost"),
    Question("own", "Own machines", "cost"),
    Question("choose", "Choosing a model", "choose"),
    Question("alike", "Homogeneity", "homogeneity"),
    Question("company", "Positioning", "companies"),
    Question("missing", "Positioning", "companies"),
    Question("space", "White space and concentration", "opportunities"),
)
"""In the order in which they come up: a number, a rank, a price, likeness, a company."""


@contained.section
def show(view: View) -> None:
    """All questions with their answers; the formulas' link stays on the page."""
    say = view.say
    values = {
        "benchmarks": LEAST_BENCHMARKS,
        "domains": LEAST_DOMAINS,
        "batteries": LEAST_BATTERIES,
        "ratio": f"{RATIO:g}",
    }
    for question in QUESTIONS:
        with st.container(gap="xsmall"):
            st.header(say(f"how.q_{question.key}"), anchor=question.key)
            st.markdown(blocks.literal(say(f"how.a_{question.key}", **values)))
            with st.container(horizontal=True):
                blocks.page_link(
                    view, "methodology", say("how.formulas"), ":material/function:", chapter=anchor(question.chapter)
                )
                blocks.page_link(view, question.page, say(f"{question.page}.title"), ":material/arrow_forward:",
                                 **({"tab": question.tab} if question.tab else {}))  # fmt: skip

"""The three answers of the first screen: who leads, what is good value, how far open models are behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.text import dollars, number, together
from harness.market.headlines import GPT_5_POINTS, cheapest_at
from harness.market.prices.list_prices import RATIO
from harness.site.capability import scale, unplaced
from harness.site.cost import tradeoff
from harness.site.overview import findings
from harness.site.widgets import blocks, contained, evidence_links

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: the question in two or three words, the answer itself, a sentence with its interval, and what to know of it.

    ``evidence``: references of the numbers that it says; ``page`` is where there are none.
    """

    key: str
    headline: str
    text: str
    note: str
    page: str
    choices: dict[str, str] = field(default_factory=dict)  # in the page's URL, so that it shows the number
    evidence: tuple[str, ...] = ()


def answers(view: View) -> list[Answer]:
    """Those of the three answers that the data can bear."""
    found = (_leader(view), _value(view), _open(view))
    return [answer for answer in found if answer is not None]


@contained.section
def show(view: View, found: list[Answer]) -> None:
    """The answers side by side, each with the way to its evidence."""
    with st.grid(3, min_column_width=270):
        for answer in found:
            with st.container(border=True, key=f"answer-{answer.key}", height="stretch", gap="xsmall"):
                with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
                    st.caption(view.say(f"overview.answer_{answer.key}"), width="content")
                    if answer.evidence:
                        evidence_links.button(view.say, answer.evidence, answer.key)
                st.markdown(f"## {blocks.literal(answer.headline)}")
                st.markdown(blocks.literal(_ended(view, answer.text)))
                if answer.note:
                    st.caption(blocks.literal(_ended(view, answer.note)))
                label = view.say("overview.to_page", page=view.say(f"{answer.page}.title"))
                blocks.page_link(view, answer.page, label, ":material/arrow_forward:", **answer.choices)


def _ended(view: View, sentence: str) -> str:
    """A sentence that may also be a chart's title, with its stop."""
    return sentence if sentence.endswith((".", "。")) else sentence + view.say("common.stop")


def _leader(view: View) -> Answer | None:
    board = scale.board(view)
    if len(board) < 2:
        return None
    first = board.iloc[0]
    note = together(_newer(view), _makers(view, first), _asking_more(view))
    evidence = tuple(f"points:{id}" for id in board["model_id"].head(2))
    return Answer(
        "lead", str(first["model"]), scale.lead(view, board), note, "capability", {"tab": "ranking"}, evidence
    )


def _newer(view: View) -> str:
    """What stands against the leader among the newest releases: on an index, else how many have no place."""
    found = unplaced.by_index(view)
    if found is None:
        return unplaced.newest_sentence(view)
    return view.say(
        "overview.newer" if found.above else "overview.newer_none", n=found.above, all=found.listed,
        index=view.say.name(found.index, found.index_zh), day=found.as_of, best=found.best,
        best_score=number(found.best_score, 1), leader_score=number(found.leader_score, 1),
    )  # fmt: skip


def _makers(view: View, first: pd.Series[Any]) -> str:
    makers = scale.of_maker_alone(view, str(first["model_id"]))
    return view.say("overview.makers", n=int(first["benchmarks"]), makers=makers) if makers else ""


def _asking_more(view: View) -> str:
    other = scale.other_leader(view)
    return "" if other is None else view.say("overview.asking_more", asked=int(other["asked"]), model=other["model"])


def _value(view: View) -> Answer | None:
    axes = tradeoff.axes(view)
    if not axes:
        return None
    rows = tradeoff.tradeoff(view, axes[0], RATIO)
    if len(rows) < findings.LEAST_PRICED:
        return None
    sentence = tradeoff.frontier_sentence(view, rows, axes[0])
    cheap = cheapest_at(tradeoff.trusted(rows), GPT_5_POINTS) if axes[0][0] == "reported" else None
    if cheap is None:
        best = tradeoff.trusted(rows).sort_values("y", ascending=False).iloc[0]
        return Answer("value", str(best["label"]), sentence, "", "cost", evidence=(f"price:{best['product_id']}",))
    values = {"model": cheap["label"], "price": dollars(cheap["x"]), "seller": cheap["seller"]}
    values |= {"points": number(cheap["y"], 0), "low": number(cheap["y_low"], 0), "high": number(cheap["y_high"], 0)}
    day = str(cheap["as_of"])[:10]
    evidence = (f"price:{cheap['product_id']}", f"points:{cheap['product_id']}")
    text = view.say("overview.value_text", day=day, **values)
    return Answer("value", str(cheap["label"]), text, sentence, "cost", evidence=evidence)


def _open(view: View) -> Answer | None:
    found = findings.open_against_closed(view)
    if found is None:
        return None
    key, numbers, text, models = found
    headline = view.say(f"overview.open_{key}", **numbers)
    return Answer(
        "open", headline, text, findings.segments_sentence(view), "capability", {"tab": "trends", "gap": "open"},
        tuple(f"points:{id}" for id in models),
    )  # fmt: skip

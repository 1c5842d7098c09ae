"""The evidence drawer: where one number comes from, when and how it came to be, and which other sources disagree."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import streamlit as st

from harness.errors import LandscapeError
from harness.market.evidence.reference import Reference, read
from harness.site.widgets import address, blocks, contained, evidence_links

if TYPE_CHECKING:
    from harness.market.evidence.sources import Evidence
    from harness.site.server.view import View

MOST = 6
"""Numbers that one drawer shows: as many as are compared side by side, or stand in a list of news."""
MOST_OTHERS = 12
"""Other statements of a number that are listed; the page that the drawer leads to has all."""
WIDTH = 560
"""Pixels at first; the reader drags its edge."""


@contained.section
def show(view: View) -> None:
    """Open the drawer on the numbers in the address; nothing where there is none. Closing it takes them out of the address."""
    address.keep(evidence_links.KEY)
    asked = st.query_params.get_all(evidence_links.KEY)[:MOST]
    if asked:
        opened = st.dialog(
            view.say("evidence.title"),
            width=WIDTH,
            position="right",
            icon=evidence_links.ICON,
            on_dismiss=evidence_links.close,
        )
        opened(_numbers)(view, asked)


def find(view: View, reference: Reference) -> Evidence | None:
    """The number and its sources; None where the database has none of that name."""
    from harness.market.evidence import points_sources, price_sources, score_sources, task_cost_sources, vendor_sources

    if reference.kind == "points":
        from harness.site.capability import scale

        return points_sources.points(view, scale.fitted(view), reference)
    if reference.kind == "input":
        from harness.site.companies.standing import positions

        return vendor_sources.figure(view, positions.inputs(view), reference)
    by_kind = {
        "score": score_sources.score,
        "price": price_sources.price,
        "offer": price_sources.price,
        "cost": task_cost_sources.cost,
        "fact": vendor_sources.fact,
        "relation": vendor_sources.relation,
    }
    return by_kind[reference.kind](view, reference)


def _numbers(view: View, asked: list[str]) -> None:
    """Each number in turn; a sentence for one that nothing is known of, and for one that could not be looked up. Two models' points
    stand below how far the two are apart."""
    pair = [part.of[0] for part in map(read, asked) if part is not None and part.kind == "points"]
    if len(asked) == len(pair) == 2:
        from harness.site.evidence import evidence_words

        if apart := evidence_words.apart(view, pair[0], pair[1]):
            st.markdown(f"**{blocks.literal(apart)}**")
            blocks.page_link(
                view, "head_to_head", view.say("evidence.to_pair"), ":material/compare_arrows:", models=pair
            )
    for place, text in enumerate(asked):
        with st.container(key=f"evidence-{place}"):
            try:
                _number(view, text, place)
            except LandscapeError as error:
                st.error(blocks.literal(str(error)), icon=":material/error:")
            except Exception:
                logging.getLogger("landscape.site").exception("evidence of %r failed", text)
                st.error(view.say("evidence.failed"), icon=":material/error:")


def _number(view: View, text: str, place: int) -> None:
    from harness.site.evidence import evidence_words as words

    reference = read(text)
    found = find(view, reference) if reference is not None else None
    if found is None:
        st.info(blocks.literal(view.say("evidence.unknown", wanted=text[:80])), icon=":material/search_off:")
        return
    blocks.tile(
        f"evidence-{place}",
        words.name(view, found),
        blocks.literal(words.value(view, found, found.shown)),
        words.under(view, found),
    )
    st.markdown("\n".join(f"- {line}" for line in words.lines(view, found)))
    for title, rows in words.groups(view, found):
        st.markdown(f"## {blocks.literal(title)}")
        listed = [words.other(view, found, row) for row in rows.head(MOST_OTHERS).to_dict("records")]
        if len(rows) > MOST_OTHERS:
            listed.append(view.say("evidence.more", n=len(rows) - MOST_OTHERS))
        st.markdown("\n".join(f"- {line}" for line in listed))
    page, label, choices = words.place(view, found)
    blocks.page_link(view, page, label, ":material/arrow_forward:", **choices)

"""The glossary as a part of Methodology: the terms that the site explains on hover, in one list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.i18n.glossary.terms import terms
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    from harness.site.server.view import View


@contained.section
def show(view: View) -> None:
    """All terms, in the order of the file."""
    language = view.language
    st.header(view.say("methodology.glossary"), anchor="glossary")
    st.caption(view.say("methodology.glossary_lead"))
    for term in terms():
        st.markdown(f"**{blocks.literal(term.names[language])}**  \n{blocks.literal(term.meanings[language])}")

"""How sure each number is and how it is made: questions first, the formulas behind them.

Navigation: evidence 3 functions
"""

from __future__ import annotations

import streamlit as st

from harness import places
from harness.site.methodology import document, glossary, questions
from harness.site.server import view
from harness.site.widgets import blocks, controls

seen = view.current()
say = seen.say
blocks.heading(seen, "methodology")

path = places.asset("docs/methodology.md")
text = path.read_text(encoding="utf-8") if path.is_file() else ""
lead, chapters = document.chapters(text)
names = {document.anchor(name): name for name in chapters}
chosen = controls.select(
    say("methodology.show"), ["questions", "glossary", *names], "chapter",
    lambda key: names.get(key) or say(f"methodology.{key}"),
)  # fmt: skip
if chosen == "questions":
    questions.show(seen)
    if not text:
        st.info(say("methodology.missing"), icon=":material/info:")
elif chosen == "glossary":
    glossary.show(seen)
else:
    if seen.language != "en":
        st.caption(say("methodology.english"))
    st.markdown(lead)
    st.header(names[chosen], anchor=chosen)
    st.markdown(chapters[names[chosen]])
if text:
    st.download_button(
        say("methodology.file"), text, file_name="methodology.md", mime="text/markdown", icon=":material/download:",
        on_click="ignore",
    )  # fmt: skip

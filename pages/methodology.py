"""How each number is made: the project's own document, formulas as formulas.

Navigation: evidence 3 functions
"""

from __future__ import annotations

import re

import streamlit as st

from harness import places
from harness.site.server import view
from harness.site.widgets import blocks

seen = view.current()
say = seen.say
blocks.heading(seen, "methodology")

path = places.asset("docs/methodology.md")
if not path.is_file():
    st.info(say("methodology.missing"), icon=":material/info:")
    st.stop()
text = path.read_text(encoding="utf-8")
if seen.language != "en":
    st.caption(say("methodology.english"))
# a formula that fills its lines stands on its own
text_shown = re.sub(r"^\$\$(.+?)\$\$[ ]*$", r"\n$$\n\1\n$$\n", text, flags=re.MULTILINE | re.DOTALL)
parts = re.split(r"^## ", text_shown, flags=re.MULTILINE)
lead, chapters = (
    re.sub(r"^# .*\n", "", parts[0]),
    {p.split("\n", 1)[0].strip(): p.split("\n", 1)[-1] for p in parts[1:]},
)
st.markdown(lead)
if chapters:
    st.markdown(" · ".join(f"[{name}](#{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')})" for name in chapters))
for name, body in chapters.items():
    st.header(name, anchor=re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"))
    st.markdown(body)
st.download_button(
    say("methodology.file"), text, file_name="methodology.md", mime="text/markdown", icon=":material/download:",
    on_click="ignore",
)  # fmt: skip

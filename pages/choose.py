"""Which model suits a kind of task under conditions: the answer, its margin, price and evidence, and what is not known.

Navigation: top 2 checklist
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from harness.site.choice import asking, lists, next_steps, offered, results
from harness.site.evidence import report_download
from harness.site.server import view
from harness.site.widgets import blocks, contained

seen = view.current()
say = seen.say
blocks.heading(seen, "choose")

if seen.frame("models").empty:
    blocks.empty(seen, say("choose.empty"), "harness catalog refresh")
    st.stop()
next_steps.questions(seen)
asked = asking.wish(seen)
wish = asked.checked()
rows = results.rows(seen, wish)
proof = results.proof(seen, wish)
known = rows[rows["standing"].eq("known")]
offered.show(seen, wish, rows, proof)
if len(known):
    lists.chart(seen, known)
with contained.part(seen, "lists"):
    beside = lists.shown_columns(seen, lists.about(seen))
    if len(known):
        lists.known(seen, known, wish, beside)
    lists.second(seen, rows, "general", beside)
    lists.evidence(seen, known, proof)
    lists.second(seen, rows, "unsaid", beside)
lists.consists(seen, wish, results.tests(seen, wish))
best = known if len(known) else rows
with blocks.below(say("choose.part_report"), "report"):
    report_download.show(seen, (), tuple(best["product_id"].head(results.REPORTED)), asked)
    st.caption(say("choose.command"))
    options, shared = asking.command(asked), asking.command(replace(asked, since=None))
    command = f"harness choose {options}\nharness report {shared} --lang {seen.language} --out reports-out"
    st.code(command, language="bash")

"""What to take away: choose vendors, models and sections, look at them, download them.

Navigation: evidence 2 description
"""

from __future__ import annotations

import streamlit as st

from harness.catalog.schema import SEGMENTS
from harness.market.choice.families import families
from harness.market.choice.wish import Wish
from harness.site.capability import leaderboard
from harness.site.evidence import csv_zip, preview, report_download
from harness.site.server import view
from harness.site.widgets import blocks, contained, controls

seen = view.current()
say = seen.say
blocks.heading(seen, "reports")

vendors = seen.frame("vendors")
if vendors.empty and seen.frame("runs").empty:
    blocks.empty(seen, say("reports.empty"), "harness db rebuild")
    st.stop()
names = {
    v: say.name(en, zh) for v, en, zh in zip(vendors["vendor_id"], vendors["name_en"], vendors["name_zh"], strict=True)
}
catalog = leaderboard.named(seen, seen.frame("models"))
with st.container(horizontal=True, vertical_alignment="bottom"):
    makers = controls.multiselect(
        say("reports.vendors"), list(names), "r_vendors", lambda v: names[v], hint=say("reports.vendors_hint")
    )
    offered = catalog[catalog["vendor_id"].isin(makers)] if makers else catalog
    titles = dict(zip(offered["model_id"], offered["name"], strict=True))
    models = controls.multiselect(
        say("reports.models"), list(titles), "r_models", lambda m: titles[m], hint=say("reports.models_hint")
    )
    groups = controls.multiselect(
        say("reports.segments"),
        list(SEGMENTS),
        "r_segments",
        lambda s: say.known("segment", s),
        hint=say("controls.all"),
    )
    tasks = {family.id: say.name(family.name_en, family.name_zh) for family in families().values()}
    task = controls.select(
        say("reports.task"), ["", *tasks], "r_task", lambda t: tasks.get(t) or say("reports.no_task")
    )
report_download.show(seen, makers, models, Wish(task) if task else None, groups)

blocks.section(say("reports.tables"), say("reports.tables_lead"))
sections = controls.multiselect(
    say("reports.sections"), list(csv_zip.SECTIONS), "r_sections", lambda s: say(f"reports.section_{s}"),
    hint=say("controls.all"),
)  # fmt: skip
frames = csv_zip.chosen(seen, sections or list(csv_zip.SECTIONS), makers, models)
if not frames:
    st.info(say("reports.nothing"), icon=":material/info:")
    st.stop()
st.download_button(
    say("reports.bundle"),
    data=lambda: csv_zip.archive(frames),
    file_name="landscape.zip",
    mime="application/zip",
    icon=":material/folder_zip:",
    on_click="ignore",
)
st.caption(say("reports.bundle_note"))

with contained.part(seen, "preview"):
    blocks.section(say("reports.preview"))
    for name, frame in frames.items():
        label = say("reports.rows", name=say(f"reports.section_{name}"), n=f"{len(frame):,}")
        st.markdown(f"**{label}**")
        blocks.table(
            seen,
            preview.rows(seen, name, frame),
            f"preview-{name}",
            preview.columns(say, name),
            alt=label,
            height=213,
            together=("score", "input_per_mtok", "output_per_mtok"),
        )

st.caption(say("reports.command"))
options = {"vendors": makers, "models": models, "segment": groups, "for": [task] if task else []}
chosen = "".join(f" --{name} {','.join(values)}" for name, values in options.items() if values)
st.code(
    f"harness report{chosen} --format html,pdf,pptx,xlsx,md --lang {seen.language} --out reports-out", language="bash"
)

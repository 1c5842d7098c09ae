"""Do the models make the same mistakes, and what does it gain to combine different ones?

Navigation: market 2 join_inner
"""

from __future__ import annotations

import streamlit as st

from harness.charts import dots, grid
from harness.charts.text import number
from harness.site.capability import leaderboard
from harness.site.likeness import agreement_charts, concentration, outcomes
from harness.site.server import view
from harness.site.widgets import blocks, controls

seen = view.current()
say = seen.say
blocks.heading(seen, "homogeneity")

origins = [o for o in outcomes.origins(seen) if o != "reference"]
if origins:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        origin = controls.segmented(say("controls.origin"), origins, "origin", lambda o: say(f"origin.{o}"))
        suite, version = controls.select(
            say("controls.suite"), outcomes.suites(seen, origin), "suite", leaderboard.suite_name(seen)
        )
        kind = controls.segmented(
            say("homogeneity.measure"),
            ["error_consistency", "capa"],
            "agreement",
            lambda k: say(f"homogeneity.{k}"),
        )
    st.caption(say(f"homogeneity.{kind}_means"))
    found = outcomes.agreement(seen, origin, suite, version, kind)
    source = say("capability.source", suite=f"{suite} {version}".strip(), n=len(found["square"]),
                 origin=say(f"origin.{origin}"))  # fmt: skip
    known = found["pairs"].dropna(subset=["kappa"])
    if known.empty:
        st.info(say("homogeneity.no_probs" if kind == "capa" else "homogeneity.too_few"), icon=":material/info:")
    else:
        top = known.iloc[0]
        blocks.chart(
            seen,
            grid.heat(
                found["square"],
                title=say("homogeneity.finding", a=top["model_a"], b=top["model_b"], kappa=number(top["kappa"], 2),
                          median=number(float(known["kappa"].median()), 2)),
                unit=say("homogeneity.unit"),
                note=say("homogeneity.note", items=f"{found['items']:,}"),
                source=source,
                name=f"agreement-{suite}-{kind}",
                bounds=(-1.0, 1.0),
                diverging=True,
                data=known,
            ),
            lead=True,
        )  # fmt: skip
        groups = controls.segmented(
            say("homogeneity.groups"), ["segments", "countries"], "groups", lambda g: say(f"homogeneity.{g}")
        )
        rows = agreement_charts.group_rows(seen, found[groups], groups)
        if len(rows):
            blocks.chart(
                seen,
                dots.profile(
                    rows,
                    title=agreement_charts.group_sentence(seen, found[groups]),
                    unit=say("homogeneity.unit"),
                    note=say("homogeneity.groups_note"),
                    source=source,
                    name=f"within-between-{groups}",
                ),
            )
        else:
            st.caption(say("homogeneity.groups_unknown"))
        agreement_charts.failed(seen, found["failed"], source)
        blocks.section(say("homogeneity.duos"), say("homogeneity.duos_lead"))
        duos = found["duos"].head(200)
        duos = duos.assign(pair=[" + ".join(m) for m in duos["models"]])
        column = st.column_config
        blocks.table(
            seen,
            duos[["pair", "score", "best_single", "gain"]],
            "portfolios",
            {
                "pair": column.TextColumn(say("homogeneity.pair"), pinned=True),
                "score": column.NumberColumn(say("homogeneity.together"), format="%.3f"),
                "best_single": column.NumberColumn(say("homogeneity.alone"), format="%.3f"),
                "gain": column.NumberColumn(say("homogeneity.gain"), format="%+.3f"),
            },
            alt=say("homogeneity.duos"),
            height=300,
        )
        slope = found["trend"].iloc[0]
        if slope["slope_per_year"] == slope["slope_per_year"]:
            st.markdown(
                say("homogeneity.trend", slope=f"{slope['slope_per_year']:+.3f}", low=f"{slope['low']:+.3f}",
                    high=f"{slope['high']:+.3f}", n=int(slope["models"]))
            )  # fmt: skip
else:
    blocks.empty(seen, say("homogeneity.empty"), "harness run --suite core-en --model <one> --model <other>")

concentration.show(seen)
blocks.page_link(seen, "cost", say("homogeneity.prices"), ":material/payments:")

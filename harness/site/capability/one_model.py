"""Models on the capability scale: one against another, domain by domain, and in expected scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts import dots
from harness.charts.text import number
from harness.site.capability import scale
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale.fit import ScaleFit
    from harness.i18n.translator import Translator
    from harness.site.server.view import View

MOST_EXPECTED = 24
"""Benchmarks on the chart of expected scores: those that the model has first, then the most used. The table has all."""
MOST_SHARED = 25
"""Shared benchmarks on the chart of two models: those that part them most. The table has all."""


VIEWS = ("pair", "domains", "expected")


@contained.section
def show(view: View) -> None:
    """One of VIEWS, of the whole board."""
    say, fit, board = view.say, scale.fitted(view), scale.board(view)
    if fit is None or board.empty:
        st.info(say("reported.no_scale"), icon=":material/info:")
        return
    source = scale.source(view, len(board))
    shown = controls.segmented(
        say("runs_and_samples.part"), VIEWS, "model_view", lambda v: say(f"capability.models_{v}")
    )
    if shown == "pair":
        against(view, board, fit, source=source)
    elif shown == "domains":
        domains(view, board, fit, source=source)
    else:
        expected(view, board, fit, source=source)


def against(view: View, frame: pd.DataFrame, fit: ScaleFit, *, source: str) -> None:
    """Any two models of the board: the difference on the scale with its interval, and the benchmarks both have."""
    from harness.analysis.scale.ranks import contrast, shared

    say = view.say
    names = list(frame["model"])
    if len(names) < 2:
        return
    blocks.section(say("scale.against"), say("scale.against_lead"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        a = controls.select(say("scale.first"), names, "against_a")
        b = controls.select(say("scale.second"), [n for n in [*names[1:], names[0]] if n != a], "against_b")
    ids = frame.drop_duplicates("model").set_index("model")["model_id"]
    blocks.page_link(
        view, "head_to_head", say("scale.item_by_item", a=a, b=b), ":material/compare_arrows:", models=[ids[a], ids[b]]
    )
    row, both = contrast(fit, ids[a], ids[b]), shared(fit, ids[a], ids[b])
    ends = {k: number(float(row[k]), 1) for k in ("low", "high")}
    key = "told" if row["low"] > 0 or row["high"] < 0 else "even"
    ahead, behind = (a, b) if row["difference"] >= 0 else (b, a)
    if row["difference"] < 0:
        ends = {"low": number(-float(row["high"]), 1), "high": number(-float(row["low"]), 1)}
    title = say(f"scale.pair_{key}", a=ahead, b=behind, gap=number(abs(float(row["difference"])), 1), **ends)
    if both.empty:
        st.markdown(blocks.literal(f"{title} {say('scale.pair_none')}"))
        return
    rows = both.assign(dimension=both["benchmark"])
    drawn = rows.head(MOST_SHARED)
    import pandas as pd

    points = pd.concat([drawn.assign(thing=n, value=drawn[c])[["dimension", "thing", "value"]]
                        for n, c in ((a, "score_a"), (b, "score_b"))])  # fmt: skip
    blocks.chart(
        view,
        dots.profile(points, title=title, unit=say("reported.share"), source=source, name="scale-pair",
                     note=say("scale.pair_note", n=len(drawn), all=len(both)), origin="reported"),
    )  # fmt: skip
    column = st.column_config
    blocks.table(
        view, rows, "scale-pair-benchmarks",
        {"benchmark": column.TextColumn(say("controls.benchmark"), pinned=True),
         "score_a": column.NumberColumn(a, format="%.3f"), "score_b": column.NumberColumn(b, format="%.3f"),
         "difference": column.NumberColumn(say("scale.difference"), format="%+.3f")},
        alt=say("scale.against"), height=260, together=("score_a", "score_b"),
    )  # fmt: skip


def domains(view: View, frame: pd.DataFrame, fit: ScaleFit, *, source: str) -> None:
    """Chosen models, by default the first four that have a profile: their points in each domain with intervals."""
    say = view.say
    rows = profiles(view, fit)
    rows = rows.assign(model=rows["model_id"].map(frame.set_index("model_id")["model"])).dropna(subset=["model"])
    if rows.empty:
        return
    blocks.section(say("scale.domains"), say("scale.domains_lead"))
    several = rows.groupby("model")["domain"].size()
    names = [n for n in frame["model"] if several.get(n, 0) > 1]
    chosen = controls.multiselect(say("columns.model"), names, "domains", str) or names[:4]
    shown = rows[rows["model"].isin(chosen)]
    if shown.empty:
        st.info(say("scale.domains_few"), icon=":material/info:")
        return
    whose = frame.drop_duplicates("model").set_index("model")["vendor_id"]
    shown = shown.assign(dimension=[say(f"scale.domain_{d}") for d in shown["domain"]], thing=shown["model"],
                         value=shown["points"], vendor_id=shown["model"].map(whose))  # fmt: skip
    blocks.chart(
        view,
        dots.profile(shown[["dimension", "thing", "value", "low", "high", "vendor_id"]], title=domains_finding(say, shown), unit=say("scale.unit"),
                     note=say("scale.domains_note") + _absent(view, rows), source=source, name="scale-domains",
                     origin="reported"),
    )  # fmt: skip
    column = st.column_config
    table = rows.assign(domain_name=[say(f"scale.domain_{d}") for d in rows["domain"]])
    blocks.table(
        view, table.sort_values(["domain_name", "points"], ascending=[True, False]), "scale-domain-points",
        {"model": column.TextColumn(say("columns.model"), pinned=True),
         "domain_name": column.TextColumn(say("scale.domain")),
         "points": column.NumberColumn(say("scale.points"), format="%.1f"),
         "low": column.NumberColumn(say("columns.low"), format="%.1f"),
         "high": column.NumberColumn(say("columns.high"), format="%.1f"),
         "difference": column.NumberColumn(say("scale.from_general"), format="%+.1f"),
         "benchmarks": column.NumberColumn(say("reported.benchmark_count"), format="%d")},
        alt=say("scale.domains"), height=260,
    )  # fmt: skip


def _absent(view: View, rows: pd.DataFrame) -> str:
    """Which domains have too few products to be shown; empty where all are."""
    from harness.analysis.scale.domains import DOMAINS

    absent = [view.say(f"scale.domain_{d}") for d in DOMAINS if d not in set(rows["domain"])]
    return " " + view.say("scale.domains_absent", domains=", ".join(absent)) if absent else ""


def domains_finding(say: Translator, rows: pd.DataFrame) -> str:
    """What rows of ``profiles`` with the name as ``model`` say: which domain is most apart from its model's points over all; of a
    single row only that there is no other."""
    widest = rows.loc[rows["difference"].abs().idxmax()]
    domain = say(f"scale.domain_{widest['domain']}")
    if len(rows) == 1:
        return say("scale.domains_one_alone", model=widest["model"], domain=domain)
    gap = number(abs(float(widest["difference"])), 0)
    return say(f"scale.domains_{apart(widest)}", model=widest["model"], domain=domain, gap=gap)


def apart(domain: pd.Series[Any]) -> str:
    """Whether a row of ``profiles`` is ``above`` or ``below`` the model's general points, or ``level``: within its margin of error."""
    if domain["low"] <= domain["points"] - domain["difference"] <= domain["high"]:
        return "level"
    return "above" if domain["difference"] > 0 else "below"


def profiles(view: View, fit: ScaleFit) -> pd.DataFrame:
    """``analysis.scale.domains.profiles`` of the database's scale."""

    def compute() -> pd.DataFrame:
        from harness.analysis.scale.domains import profiles

        return profiles(fit)

    out: pd.DataFrame = view.derived("scale_profiles", compute)
    return out


def expected(view: View, frame: pd.DataFrame, fit: ScaleFit, *, source: str) -> None:
    """What the scale expects a model to score, with the interval of a new score, beside what was reported."""
    import pandas as pd

    from harness.analysis.scale.fit import expected_scores

    say = view.say
    blocks.section(say("reported.expected"), say("reported.expected_lead"))
    model = controls.select(say("columns.model"), list(frame["model"]), "expect")
    model_id = frame.loc[frame["model"] == model, "model_id"].iloc[0]
    rows = expected_scores(fit, [model_id])
    told = fit.scores.loc[fit.scores["model_id"] == model_id, ["benchmark_id", "score"]]
    rows = rows.merge(told, on="benchmark_id", how="left").merge(fit.benchmarks[["benchmark_id", "models"]])
    known = rows.dropna(subset=["score"])
    held = int(known["score"].between(known["low"], known["high"]).sum())
    drawn = rows.sort_values(["score", "models"], key=lambda c: c.notna() if c.name == "score" else c, ascending=False)
    drawn = (
        drawn.head(MOST_EXPECTED).sort_values("expected", ascending=False).assign(dimension=lambda f: f["benchmark"])
    )
    points = pd.concat([
        drawn.assign(thing=say("reported.expects"), value=drawn["expected"])[["dimension", "thing", "value", "low", "high"]],
        drawn.dropna(subset=["score"]).assign(thing=say("origin.reported"), value=lambda f: f["score"])[
            ["dimension", "thing", "value"]],
    ])  # fmt: skip
    error = float((known["expected"] - known["score"]).abs().mean())
    blocks.chart(
        view,
        dots.profile(points, title=say("reported.expected_finding", model=model, error=number(error, 2), n=len(known), held=held),
                     unit=say("reported.share"), note=say("reported.expected_note"), source=source, name="expected-scores"),
    )  # fmt: skip
    column = st.column_config
    blocks.table(
        view, rows.sort_values("models", ascending=False), "expected-by-benchmark",
        {"benchmark": column.TextColumn(say("controls.benchmark"), pinned=True),
         "expected": column.NumberColumn(say("reported.expects"), format="%.3f"),
         "low": column.NumberColumn(say("columns.low"), format="%.3f"),
         "high": column.NumberColumn(say("columns.high"), format="%.3f"),
         "score": column.NumberColumn(say("origin.reported"), format="%.3f")},
        alt=say("reported.expected"), height=260,
    )  # fmt: skip

"""Two products on the capability scale: the difference of their points, and the benchmarks that both have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import dots
from harness.charts.text import number
from harness.site.capability import leaderboard, scale
from harness.site.head_to_head import product_choice
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from harness.analysis.scale.fit import ScaleFit
    from harness.site.server.view import View

MOST_SHARED = 12
"""Shared benchmarks that are drawn: those that part the two most. The table has all."""


def placed(fit: ScaleFit | None, product: str) -> bool:
    """Whether the scale holds the product."""
    return fit is not None and bool((fit.models["model_id"] == product).any())


def sentence(view: View, a: str, b: str, names: Mapping[str, str]) -> str | None:
    """Who is ahead on the scale, by how many points, with the interval; None where the scale does not hold both."""
    from harness.analysis.scale.ranks import contrast

    fit = scale.fitted(view)
    if fit is None or not (placed(fit, a) and placed(fit, b)):
        return None
    row = contrast(fit, a, b)
    ahead, behind, sign = (a, b, 1.0) if row["difference"] >= 0 else (b, a, -1.0)
    low, high = sorted((sign * float(row["low"]), sign * float(row["high"])))
    key = "told" if low > 0 else "even"
    return view.say(f"scale.pair_{key}", a=names[ahead], b=names[behind], gap=number(abs(float(row["difference"])), 1),
                    low=number(low, 1), high=number(high, 1))  # fmt: skip


def unplaced(view: View, products: Sequence[str], names: Mapping[str, str]) -> str:
    """Which of the products the scale does not hold."""
    fit = scale.fitted(view)
    absent = [names[id] for id in products if not placed(fit, id)]
    return view.say("head_to_head.not_on_scale", models=view.say("memo.comma").join(absent))


@contained.section
def show(view: View, products: Sequence[str], names: Mapping[str, str]) -> None:
    """The section: the finding, a dot plot of the shared benchmarks, and their table with who set each up."""
    from harness.analysis.scale.ranks import shared

    say, fit = view.say, scale.fitted(view)
    a, b = products[:2]
    blocks.section(say("head_to_head.on_scale"), say("scale.against_lead"))
    title = sentence(view, a, b, names)
    if fit is None or title is None:
        st.info(blocks.literal(unplaced(view, (a, b), names)), icon=":material/info:")
        return
    both = shared(fit, a, b)
    if both.empty:
        st.markdown(blocks.literal(f"{title}. {say('scale.pair_none')}"))
        return
    rows = _described(view, both)
    drawn = rows.head(MOST_SHARED)
    blocks.chart(
        view,
        dots.profile(
            _points(fit, drawn, products, names, product_choice.makers(view)), title=higher(view, both, names[a], names[b]), unit=say("reported.share"), source=scale.source(view, len(scale.board(view))),
            name="scale-pair", note=say("scale.pair_note", n=len(drawn), all=len(both)),
        ),
    )  # fmt: skip
    column = st.column_config
    blocks.table(
        view, rows.assign(evidence_of=[f"score:{a}:{test} score:{b}:{test}" for test in rows["benchmark_id"]],
                          score_a=100 * rows["score_a"], score_b=100 * rows["score_b"]), "scale-pair-benchmarks",
        {"dimension": column.TextColumn(say("controls.benchmark"), pinned=True),
         "score_a": column.NumberColumn(names[a], format="%.1f%%"), "score_b": column.NumberColumn(names[b], format="%.1f%%"),
         "evidence_of": None,
         "difference": column.NumberColumn(say("head_to_head.difference_points"), format="%+.1f"),
         "set_up": column.TextColumn(say("head_to_head.set_up_by"))},
        alt=say("head_to_head.on_scale"), height=300, together=("score_a", "score_b"),
    )  # fmt: skip


def higher(view: View, both: pd.DataFrame, a: str, b: str) -> str:
    """On how many of the shared benchmarks each of two scores higher."""
    wins, losses = int((both["difference"] > 0).sum()), int((both["difference"] < 0).sum())
    if wins + losses == len(both) and not (wins and losses):
        return view.say("scale.pair_scores_all", a=a if wins else b, n=len(both))
    return view.say("scale.pair_scores", a=a, b=b, wins=wins, losses=losses, n=len(both))


def _described(view: View, both: pd.DataFrame) -> pd.DataFrame:
    """The shared benchmarks with names, who set each up, and the difference in percentage points."""
    names = leaderboard.names(view)
    set_up = both["benchmark_id"].map(view.frame("benchmarks").set_index("benchmark_id")["set_up_by"])
    return both.assign(
        dimension=both["benchmark_id"].map(names.task),
        difference=100 * both["difference"],
        set_up=set_up.map(names.setter),
    )


def _points(
    fit: ScaleFit, drawn: pd.DataFrame, products: Sequence[str], names: Mapping[str, str], makers: Mapping[str, str]
) -> pd.DataFrame:
    """The scores of all chosen products on the drawn benchmarks, as ``dots.profile`` has them."""
    import pandas as pd

    order = drawn[["benchmark_id", "dimension"]]
    parts = [
        order.merge(fit.scores.loc[fit.scores["model_id"] == id, ["benchmark_id", "score"]], on="benchmark_id").assign(thing=names[id], vendor_id=makers.get(id, ""))
        for id in products
    ]  # fmt: skip
    rows = pd.concat(parts, ignore_index=True).rename(columns={"score": "value"})
    rows["place"] = rows["dimension"].map({name: place for place, name in enumerate(order["dimension"])})
    rows["column"] = rows["thing"].map({names[id]: place for place, id in enumerate(products)})
    return rows.sort_values(["place", "column"])[["dimension", "thing", "vendor_id", "value"]]

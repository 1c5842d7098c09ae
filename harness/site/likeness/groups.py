"""Likeness within and between groups of models: vendors, segments, countries, open and closed, with both intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.likeness.two_intervals import two_intervals
from harness.site.likeness.shown import gap_sentence, measure_label
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.likeness.shown import Shown
    from harness.site.server.view import View

BY = {"vendors": "vendor", "segments": "segment", "countries": "country", "openness": "openness"}
"""Groupings, by the message that names them, and their names in ``market.alike.item_likeness.GROUPINGS``."""
MEASURES = ("residual", "kappa_at_like_accuracy", "kappa", "both_wrong")


@contained.section
def show(view: View, shown: Shown) -> None:
    """The choices and the chart of one grouping and measure."""
    say = view.say
    with st.container(horizontal=True, vertical_alignment="bottom"):
        groups = controls.segmented(say("homogeneity.groups"), list(BY), "groups", lambda g: say(f"homogeneity.{g}"))
        measure = controls.segmented(
            say("likeness.measure"), list(MEASURES), "likeness", lambda m: measure_label(view, m)
        )
    st.caption(say(f"likeness.{measure}_means"))
    found, by = shown.found, BY[groups]
    rows = found.groups[found.groups["by"].eq(by) & found.groups["measure"].eq(measure)]
    named = _rows(view, shown, rows, by)
    if named.empty or rows["relation"].nunique() < 2:
        st.info(say("homogeneity.groups_unknown"), icon=":material/info:")
        return
    blocks.chart(
        view,
        two_intervals(
            named,
            lines=_lines(view, shown, rows, measure),
            title=gap_sentence(view, found.groups, by, measure),
            unit=say(f"likeness.{measure}_axis"),
            note=say("likeness.groups_note"),
            source=shown.source,
            name=f"likeness-{by}-{measure}-{shown.name}",
        ),
        lead=True,
    )


def _lines(view: View, shown: Shown, rows: pd.DataFrame, measure: str) -> list[tuple[str, float]]:
    """Lines across: the mean between groups, one model under two agents (a ceiling), and one model run again (the noise floor)."""
    between = rows[rows["group_a"].eq("all") & rows["relation"].eq("between")]
    lines = [(view.say("likeness.mean_between"), float(value)) for value in between["mean"]]
    levels = shown.found.levels
    levels = levels[levels["measure"].eq("kappa" if measure == "kappa_at_like_accuracy" else measure)]
    for row in levels.drop_duplicates("kind").to_dict("records"):
        lines.append((view.say(f"likeness.level_{row['kind']}", n=row["pairs"]), float(row["mean"])))
    return lines


def _rows(view: View, shown: Shown, rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Rows of ``two_intervals``: all within and all between first, then each group, and of few groups each two of them."""
    import pandas as pd

    say = view.say
    out = []
    every = rows[rows["group_a"].eq("all") & rows["relation"].isin(["within", "between"])]
    single = rows[rows["group_a"].ne("all") & rows["relation"].eq("within")].sort_values("mean", ascending=False)
    mixed = rows[rows["group_a"].ne("all") & rows["relation"].eq("between")].sort_values("mean", ascending=False)
    for part in (every, single, mixed if by != "vendor" else mixed.head(0)):
        for row in part.to_dict("records"):
            total = row["group_a"] == "all"
            name = say(f"likeness.all_{row['relation']}_{by}") if total else _pair(view, shown, row, by)
            kind = say(f"likeness.{row['relation']}_{by}")
            out.append(
                (say("likeness.with_pairs", name=name, n=row["pairs"]), kind, row["mean"], row["low"], row["high"],
                 row["models_low"], row["models_high"], row["pairs"])
            )  # fmt: skip
    columns = ["label", "kind", "value", "low", "high", "wide_low", "wide_high", "pairs"]
    return pd.DataFrame(out, columns=columns)


def _pair(view: View, shown: Shown, row: dict[str, object], by: str) -> str:
    first, second = (_group(view, shown, str(row[key]), by) for key in ("group_a", "group_b"))
    return first if first == second else f"{first} × {second}"


def _group(view: View, shown: Shown, group: str, by: str) -> str:
    if by == "vendor":
        return shown.vendors.get(group, group)
    return view.say.known({"segment": "segment", "country": "country", "openness": "weights"}[by], group)

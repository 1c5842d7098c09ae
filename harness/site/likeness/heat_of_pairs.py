"""Likeness of every pair as a heat map grouped by vendor, and likeness against accuracy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.analysis.likeness.release_trend import LEAST_MODELS
from harness.charts.likeness.group_heat import group_heat
from harness.charts.likeness.pair_cloud import pair_cloud
from harness.reports.likeness_text import plain
from harness.site.likeness.shown import gap_sentence, renamed, thinned
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.charts.chart import Chart
    from harness.site.likeness.shown import Shown
    from harness.site.server.view import View

MEASURES = {"error_consistency": "kappa", "residual": "residual"}
"""Measures of a pair that every board has, by the message that names them, and their columns."""
TOP = 10
"""Most alike pairs of which it is said how many are of one vendor."""
MOST = 40
"""Models of the choices' probabilities: their products take long beyond it."""


@contained.section
def show(view: View, shown: Shown) -> None:
    """The choice of the measure, the heat map, and κ against accuracy."""
    say = view.say
    boards = shown.found.boards
    options = [*MEASURES, *(["capa"] if all(board.probs for board in boards) else [])]
    kind = controls.segmented(say("homogeneity.measure"), options, "agreement", lambda k: say(f"homogeneity.{k}"))
    st.caption(say(f"homogeneity.{kind}_means"))
    if kind == "capa":
        pairs, column = renamed(_capa(view, shown), shown.labels), "kappa"
    else:
        pairs, column = shown.found.pairs, MEASURES[kind]
    known = pairs.dropna(subset=[column])
    if known.empty:
        st.info(say("homogeneity.too_few"), icon=":material/info:")
        return
    hot = view.drawn("likeness_heat", lambda: heat(view, shown, known, column, kind), kind=kind, boards=shown.key)
    blocks.chart(view, hot, lead=True)
    blocks.chart(view, view.drawn("likeness_accuracy", lambda: against_accuracy(view, shown), boards=shown.key))


def _capa(view: View, shown: Shown) -> pd.DataFrame:
    """κ of the choices' probabilities of every pair: ``a, b, kappa, same_vendor``."""
    boards = shown.found.boards

    def compute(key: tuple[str, ...]) -> pd.DataFrame:
        import pandas as pd

        from harness.market import likeness

        runs = pd.concat([board.runs for board in boards]).drop_duplicates("run_id")
        runs = runs[runs["label"].isin(set(shown.labels))].drop_duplicates("label").head(MOST)
        pairs = likeness.agreement(view.reader, runs, "capa").pairs
        vendors = runs.dropna(subset=["vendor_id"]).set_index("label")["vendor_id"].to_dict()
        same = [vendors.get(a) == vendors.get(b) if a in vendors and b in vendors else None
                for a, b in zip(pairs["model_a"], pairs["model_b"], strict=True)]  # fmt: skip
        return pairs.rename(columns={"model_a": "a", "model_b": "b"}).assign(
            same_vendor=pd.array(same, dtype="boolean")
        )

    key = tuple(str(run) for board in boards for run in board.runs["run_id"])
    out: pd.DataFrame = view.derived("capa_pairs", compute, key=key)
    return out


MOST_ROWS = 100
"""Models of which each has a row of its own; with more, the rows are their vendors: more are not read, nor drawn at once."""
LEAST_SPAN = 0.05
"""Width of the colours' range where all pairs have one value."""


def heat(view: View, shown: Shown, pairs: pd.DataFrame, column: str, kind: str) -> Chart:
    """Models × models; the vendors that are most alike beside each other, a vendor's models by release."""
    say = view.say
    square, groups = _ordered(view, shown, pairs, column)
    of_vendors = len(square) > MOST_ROWS
    if of_vendors:
        square, groups = _of_vendors(square, groups)
    values = pairs[column]
    if kind == "residual":
        edge = float(values.abs().quantile(0.98)) or 1.0
        bounds = (-edge, edge)
    else:
        high = float(values.max())
        low = max(0.0, float(values.quantile(0.1)))
        bounds = (low, high) if high - low > LEAST_SPAN else (min(low, high) - LEAST_SPAN, max(low, high))
    return group_heat(
        square, groups, title=_title(view, pairs, column, kind),
        unit=say("likeness.residual_unit" if kind == "residual" else "homogeneity.unit"),
        note=say("likeness.vendors_heat_note" if of_vendors else "likeness.heat_note", items=f"{shown.found.items:,}"),
        source=shown.source, diagonal=of_vendors,
        name=f"likeness-{kind}-{shown.name}", bounds=bounds, diverging=kind == "residual",
        data=_named(shown, pairs).sort_values(column, ascending=False, ignore_index=True),
    )  # fmt: skip


def _of_vendors(square: pd.DataFrame, groups: list[str]) -> tuple[pd.DataFrame, list[str]]:
    """Means over the pairs of two vendors, and of one: vendors × vendors, in their order, and their names."""
    import numpy as np
    import pandas as pd

    order = list(dict.fromkeys(groups))
    member = np.array([[group == vendor for group in groups] for vendor in order], dtype=float)
    values = square.to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        means = member @ np.nan_to_num(values) @ member.T / (member @ np.isfinite(values) @ member.T)
    return pd.DataFrame(means, index=order, columns=order), order


def _title(view: View, pairs: pd.DataFrame, column: str, kind: str) -> str:
    say = view.say
    ordered = pairs.sort_values(column, ascending=False, kind="stable")
    top = ordered.iloc[0]
    same = ordered["same_vendor"].dropna()
    if kind == "residual" and len(ordered) > TOP and same.any() and not same.all():
        first = ordered.head(TOP)["same_vendor"].fillna(False)
        return say("likeness.top_pairs", same=int(first.sum()), all=TOP, chance=plain(TOP * float(same.mean()), 1),
                   a=top["a"], b=top["b"])  # fmt: skip
    value, median = plain(float(top[column])), plain(float(pairs[column].median()))
    if kind == "residual":
        return say("likeness.top_pair", a=top["a"], b=top["b"], value=value, median=median)
    return say("homogeneity.finding", a=top["a"], b=top["b"], kappa=value, median=median)


def _ordered(view: View, shown: Shown, pairs: pd.DataFrame, column: str) -> tuple[pd.DataFrame, list[str]]:
    import pandas as pd

    from harness.analysis.likeness.homogeneity import clustering_order

    both = pd.concat([pairs[["a", "b", column]], pairs.rename(columns={"a": "b", "b": "a"})[["a", "b", column]]])
    square = both.pivot(index="a", columns="b", values=column)
    models = shown.found.models[shown.found.models["label"].isin(square.index)]
    of = dict(zip(models["label"], models["vendor_id"].fillna(""), strict=True))
    means = both.assign(a=both["a"].map(of), b=both["b"].map(of)).pivot_table(index="a", columns="b", values=column)
    place = {vendor: i for i, vendor in enumerate(clustering_order(means))}
    ordered = models.assign(place=models["vendor_id"].fillna("").map(place).fillna(len(place)))
    ordered = ordered.sort_values(["place", "released", "label"], na_position="last")
    names = list(ordered["label"])
    groups = [shown.vendors.get(of[name], view.say("likeness.vendor_unknown")) for name in names]
    return square.reindex(index=names, columns=names), groups


def _named(shown: Shown, pairs: pd.DataFrame) -> pd.DataFrame:
    models = shown.found.models
    of = dict(zip(models["label"], models["vendor_id"].map(shown.vendors), strict=True))
    return pairs.assign(vendor_a=pairs["a"].map(of), vendor_b=pairs["b"].map(of))


def against_accuracy(view: View, shown: Shown) -> Chart:
    """κ of every pair over its mean accuracy, with what the items' difficulty alone would give where the models are enough to fit it."""
    say, found = view.say, shown.found
    pairs = found.pairs.dropna(subset=["kappa"])
    points = pairs.assign(
        label=pairs["a"] + " + " + pairs["b"], x=(pairs["accuracy_a"] + pairs["accuracy_b"]) / 2, y=pairs["kappa"],
        same=pairs["same_vendor"].fillna(False).astype(bool),
    )  # fmt: skip
    enough = len(found.models) >= LEAST_MODELS
    drawn, sampled = thinned(view, points)
    words: dict[str, Any] = {"low": f"{found.band[0]:.0%}", "high": f"{found.band[1]:.0%}"}
    return replace(pair_cloud(
        drawn,
        found.expected.head(len(found.expected) if enough else 0).rename(columns={"accuracy": "x", "kappa": "y"}),
        line_name=say("likeness.expected"),
        kinds=(say("likeness.kind_between"), say("likeness.kind_within")),
        x_unit=say("likeness.mean_accuracy"),
        y_unit=say("likeness.kappa_axis"),
        title=gap_sentence(view, found.groups, "vendor", "kappa_at_like_accuracy"),
        note=say("likeness.accuracy_note", **words) + sampled,
        source=shown.source,
        name=f"likeness-accuracy-{shown.name}",
    ), data=points)  # fmt: skip

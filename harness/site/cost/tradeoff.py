"""What capability costs: list prices against a capability axis, price history, self-hosting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import scatter
from harness.charts.text import dollars
from harness.site.capability import leaderboard, scale
from harness.site.widgets import blocks

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

SEED = 20260723
Axis = tuple[str, str, str]
"""What capability is read from: origin, suite (or ``scale``), version."""


def axes(view: View) -> list[Axis]:
    """The capability axes that the data offers: the scale of reported scores, then suites."""
    out: list[Axis] = [] if scale.board(view).empty else [("reported", "scale", "")]
    for origin in ("measured", "imported"):
        out += [(origin, suite, version) for suite, version in leaderboard.suites(view, origin)]
    return out


def axis_name(view: View, axis: Axis) -> str:
    """An axis for people."""
    if axis[0] == "reported":
        return view.say("cost.axis_reported")
    return f"{view.say(f'origin.{axis[0]}')} · {axis[1]} {axis[2]}".strip()


def axis_unit(view: View, axis: Axis) -> str:
    """What the capability axis counts."""
    return view.say("cost.scale_unit" if axis[0] == "reported" else "capability.unit")


def cheapest(view: View, ratio: float) -> pd.DataFrame:
    """The cheapest paid offer of each model today: ``model_id, provider, blended_per_mtok, as_of``."""
    from harness.analysis.cost import list_prices

    listed = list_prices(view.frame("prices"), ratio=ratio)
    listed = listed[listed["blended_per_mtok"] > 0].sort_values("blended_per_mtok", kind="stable")
    return listed.drop_duplicates("model_id")[["model_id", "provider", "blended_per_mtok", "as_of"]]


def tradeoff(view: View, axis: Axis, ratio: float) -> pd.DataFrame:
    """The cheapest newest offer of each model on the axis, with the frontier: rows of ``scatter.points``."""

    def compute(axis: Axis, ratio: float) -> pd.DataFrame:
        from harness.analysis.cost import pareto_membership

        board = (
            scale.board(view)
            if axis[0] == "reported"
            else leaderboard.board(view, axis[1], axis[2], axis[0], "overall")
        )
        if board.empty:
            return board
        rows = leaderboard.named(view, board.merge(cheapest(view, ratio), on="model_id"))
        marked = pareto_membership(rows.assign(cost=rows["blended_per_mtok"]), seed=SEED, draws=1000)
        marked = marked.assign(label=marked["model"], x=marked["cost"], y=marked["score"], y_low=marked["low"],
                               y_high=marked["high"], note=marked["vendor"])  # fmt: skip
        keep = ["label", "x", "y", "y_low", "y_high", "segment", "country", "open_weights", "note", "provider",
                "on_frontier", "membership", "as_of", "stderr", "model_id"]  # fmt: skip
        return marked.sort_values(["on_frontier", "score"], ascending=False)[keep]

    # names are in the language shown, so the language is part of the key
    out: pd.DataFrame = view.derived(f"tradeoff-{view.language}", compute, axis=axis, ratio=ratio)
    return out


def tradeoff_note(view: View, shown: pd.DataFrame) -> str:
    """How to read the chart: the frontier, and the bars that are there."""
    return f"{view.say('cost.note_frontier')} {leaderboard.bars_note(view, shown, view.say('cost.note_bars'), 'y_low')}"


def frontier_sentence(view: View, shown: pd.DataFrame) -> str:
    """The dearest and the cheapest way to the top: what the last bit of capability costs."""
    best = shown.sort_values("y", ascending=False).iloc[0]
    near = shown[shown["y_high"] >= best["y"]]
    cheap = near.loc[near["x"].idxmin()]
    edge = int(shown["on_frontier"].sum())
    if cheap["label"] == best["label"]:
        return view.say("cost.finding_alone", model=best["label"], price=dollars(best["x"]), n=edge)
    return view.say(
        "cost.finding",
        best=best["label"],
        price=dollars(best["x"]),
        cheap=cheap["label"],
        low=dollars(cheap["x"]),
        n=edge,
    )


def history(view: View, ratio: float) -> None:
    """How the price of a given capability fell, and how list prices moved between dates."""
    say = view.say
    found = _decline(view, ratio)
    if found is None:
        return
    bands, lines, decline = found
    drawn = lines.assign(
        series=[say("cost.band", band=f"{b:.1f}") for b in lines["band"]], x=lines["date"], y=lines["price"]
    )
    first = drawn[drawn["band"] == bands[0]]
    known = decline.dropna(subset=["halving_months"])
    known = known[(known["halving_months"] > 0) & known["high"].between(0, 120)]  # an open interval claims no halving
    if len(known):
        row = known.iloc[0]
        title = say("cost.halving", months=f"{row['halving_months']:.0f}", low=f"{row['low']:.0f}", high=f"{row['high']:.0f}",
                    band=f"{row['band']:.1f}")  # fmt: skip
    else:
        title = say(
            "cost.fell",
            band=f"{bands[0]:.1f}",
            before=dollars(first["y"].iloc[0]),
            now=dollars(first["y"].iloc[-1]),
            start=str(first["x"].iloc[0])[:7],
            end=str(first["x"].iloc[-1])[:7],
        )
    blocks.section(say("cost.history"), say("cost.history_lead"))
    blocks.chart(
        view,
        scatter.lines(drawn[["series", "x", "y"]], x_unit=say("cost.date"), y_unit=say("cost.unit_short", ratio=f"{ratio:g}"),
                      title=title, note=say("cost.history_note"), source=say("cost.source"), name="price-history", log_y=True),
    )  # fmt: skip


def _decline(view: View, ratio: float) -> tuple[tuple[float, ...], pd.DataFrame, pd.DataFrame] | None:
    """Bands of capability, the lowest price of each at each date (``band, date, price``), and how fast they fall."""

    def compute(ratio: float) -> tuple[tuple[float, ...], pd.DataFrame, pd.DataFrame] | None:
        import pandas as pd

        from harness.analysis.cost import blended_price, price_decline

        board, prices = scale.board(view), view.frame("prices")
        prices = prices[prices["currency"] == "USD"]
        if board.empty or prices["as_of"].nunique() < 2:
            return None
        rows = prices[["model_id", "as_of"]].assign(
            price=blended_price(prices["input_per_mtok"], prices["output_per_mtok"], ratio=ratio)
        )
        rows = rows[rows["price"] > 0].merge(board[["model_id", "score"]], on="model_id")
        rows = rows.rename(columns={"score": "capability"}).assign(date=pd.to_datetime(rows["as_of"]))
        bands = tuple(float(b) + 0.0 for b in board["score"].quantile([0.6, 0.8, 0.92]).round(1).drop_duplicates())
        lowest = [rows[rows["capability"] >= b].groupby("date")["price"].min().reset_index() for b in bands]
        lines = pd.concat([part.assign(band=b) for b, part in zip(bands, lowest, strict=True)])
        if lines.empty:
            return None
        return bands, lines, price_decline(rows[["date", "price", "capability"]], bands=bands)

    out: tuple[tuple[float, ...], pd.DataFrame, pd.DataFrame] | None = view.derived("decline", compute, ratio=ratio)
    return out


def self_hosted(view: View, use: float, terms: str) -> None:
    """Cost per million tokens on rented GPUs of every run that measured its speed."""
    from harness.analysis.cost import measured_costs

    say = view.say
    runs, gpus = leaderboard.runs(view), view.frame("gpu_prices")
    perf = view.frame("perf").drop(columns=["model"])  # the run names it
    found = measured_costs(runs, perf, gpus, utilisation=use, terms=terms or None)
    if found.empty:
        blocks.empty(view, say("cost.self_empty"), "harness run --suite quick --model <model>")
        return
    kinds = runs[["run_id", "kind_of_origin"]].drop_duplicates("run_id")
    found = found.merge(kinds, on="run_id", how="left")
    found = found.assign(origin_name=[say(f"origin.{o}") for o in found["kind_of_origin"]])
    column = st.column_config
    blocks.table(
        view,
        found,
        "self-hosted",
        {
            "model": column.TextColumn(say("columns.model"), pinned=True),
            "origin_name": column.TextColumn(say("columns.origin")),
            "device_name": column.TextColumn(say("columns.device")),
            "tokens_per_s": column.NumberColumn(say("columns.speed"), format="%,.0f"),
            "per_mtok": column.NumberColumn(say("cost.per_mtok"), format="$%.4g"),
            "low": column.NumberColumn(say("cost.cheapest"), format="$%.4g"),
            "high": column.NumberColumn(say("cost.dearest"), format="$%.4g"),
            "offers": column.NumberColumn(say("cost.gpu_offers"), format="%d"),
            "wh_per_ktok": column.NumberColumn(say("cost.energy"), format="%.3g"),
        },
        alt=say("cost.self"),
    )
    if found["per_mtok"].isna().any():
        st.caption(say("cost.no_gpu_price"))

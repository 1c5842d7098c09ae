"""The cheapest product at each level of capability: the answer, the table of levels and the chart of what tasks cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.text import dollars, number, rank, sellers
from harness.market.headlines import GPT_5_POINTS
from harness.market.prices.best_value import MEASURES
from harness.market.prices.list_prices import RATIO
from harness.reports import choice_text
from harness.site.capability import leaderboard, scale
from harness.site.cost import outside_scale, tasks
from harness.site.widgets import blocks, columns, contained
from harness.site.widgets.tables import screen

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


def levels(view: View) -> pd.DataFrame:
    """``market.best_values`` at list price and at the benchmark with most costs of a task."""

    def compute() -> pd.DataFrame:
        import pandas as pd

        from harness.market.prices.best_value import best_values
        from harness.market.prices.tradeoff import cost_board

        fit = scale.fitted(view)
        if fit is None:
            return pd.DataFrame()
        return best_values(cost_board(view, scale.board(view), RATIO, fit=fit), fit)

    out: pd.DataFrame = view.derived("best_values", compute)
    return out


def rows(view: View) -> pd.DataFrame:
    """``levels`` in words of the language shown."""

    def compute() -> pd.DataFrame:
        found = levels(view)
        return _in_words(view, leaderboard.named(view, found)) if len(found) else found

    # names are in the language shown, so the language is part of the key
    out: pd.DataFrame = view.derived(f"best_values-{view.language}", compute)
    return out


def _in_words(view: View, found: pd.DataFrame) -> pd.DataFrame:
    say = view.say
    known = tasks.benchmarks(view)
    benchmark = str(known["benchmark"].iloc[0]) if len(known) else ""
    priced = sellers(say, found)
    amounts = [
        say(f"value.{measure}_amount", cost=dollars(cost))
        for measure, cost in zip(found["measure"], found["cost"].astype(float), strict=True)
    ]
    efforts = [
        say("tasks.effort_of", model=benchmark, effort=say.known("effort", effort)) if measure == "task" else seller
        for measure, effort, seller in zip(found["measure"], found["effort"], priced, strict=True)
    ]
    short = [
        say.known("effort", effort) if measure == "task" else seller
        for measure, effort, seller in zip(found["measure"], found["effort"], priced, strict=True)
    ]
    return found.assign(
        least=found["cost"].map(dollars),
        short=short,
        level_name=[
            say("value.best") if not id else name for id, name in zip(found["level_id"], found["level"], strict=True)
        ],
        counted=[say(f"value.{measure}") for measure in found["measure"]],
        amount=amounts,
        of=efforts,
        benchmark=benchmark,
        interval=[rank(round(a), round(b)) for a, b in zip(found["low"], found["high"], strict=True)],
        reaches=100 * found["reaches"].astype(float),
    )


@contained.section
def show(view: View) -> None:
    """The answer at GPT-5's level and at the top, every level in a table, and the chart of what tasks cost."""
    say = view.say
    found = rows(view)
    if found.empty:
        st.info(say("cost.no_axis"), icon=":material/info:")
        return
    first, *more = sentences(view, found)
    with st.container(border=True, key="cost-answer"):
        st.markdown(f"## {blocks.literal(first)}")
        st.markdown(blocks.literal(choice_text.paragraph(say, more)))
        if left_out := caveats(view, found):
            st.markdown(blocks.literal(choice_text.paragraph(say, left_out)))
    blocks.section(
        say("value.levels"), say("value.levels_lead", benchmark=blocks.literal(str(found.iloc[0]["benchmark"])))
    )
    _table(view, found)
    tasks.chart_by_points(view)


def sentences(view: View, found: pd.DataFrame) -> list[str]:
    """What does GPT-5's level for the least money, what the most capable model costs, and what the two measures are."""
    say = view.say
    five = found[found["level_points"].round(6).eq(GPT_5_POINTS)]
    best = found[found["level_id"].eq("")]
    out = []
    if len(five):
        out += [say("value.answer", level=five.iloc[0]["level"], cheapest=_cheapest(view, five)), _proof(view, five)]
    if len(best):
        points = number(float(best.iloc[0]["level_points"]), 0)
        cheapest = _cheapest(view, best)
        out.append(say("value.answer_best", level=best.iloc[0]["level"], points=points, cheapest=cheapest))
    return [*out, say("value.two_measures")]


def caveats(view: View, found: pd.DataFrame) -> list[str]:
    """What the answer leaves out: models without a place on the scale that do a task for less, and prices whose product is sold
    under another's name by now."""
    named = found[found["level_points"].round(6).eq(GPT_5_POINTS) | found["level_id"].eq("")]
    known, out = tasks.benchmarks(view), []
    if len(known):
        rows = named[named["measure"].eq("task")].drop_duplicates("product_id")
        products = dict(zip(rows["product_id"], rows["model"], strict=True))
        benchmark_id, benchmark = (str(known[column].iloc[0]) for column in ("benchmark_id", "benchmark"))
        out.append(outside_scale.cheaper_sentence(view, benchmark_id, benchmark, products))
    for row in named[named["measure"].eq("token")].drop_duplicates("product_id").to_dict("records"):
        out.append(outside_scale.renamed_sentence(view, row["product_id"], row["model"], str(row["as_of"])[:10]))
    return [text for text in out if text]


def _cheapest(view: View, part: pd.DataFrame) -> str:
    """One level's cheapest products, each with its amount."""
    pairs = zip(part["model"], part["amount"], strict=True)
    first, *more = (view.say("value.at", model=model, amount=amount) for model, amount in pairs)
    return view.say("value.or", first=first, second=more[0]) if more else first


def _proof(view: View, part: pd.DataFrame) -> str:
    """Points with their interval, benchmark or seller, and day of each of one level's cheapest products."""
    names = ["model", "points", "interval", "of", "as_of"]
    rows = part.assign(points=part["points"].map("{:.0f}".format), as_of=part["as_of"].astype(str).str[:10])
    return choice_text.paragraph(
        view.say,
        [
            view.say("value.proof", model=m, points=p, interval=i, of=of, day=day)
            for m, p, i, of, day in rows[names].itertuples(index=False)
        ],
    )


def _table(view: View, found: pd.DataFrame) -> None:
    """One table; on a telephone one for each measure, since the column that names the money's unit finds no room there."""
    say, column = view.say, st.column_config
    columns_shown = {
        "level_name": column.TextColumn(say("prices.level"), width=140),
        "model": column.TextColumn(say("columns.model"), width=175),
        "least": column.TextColumn(say("value.least"), width=80),
        "counted": column.TextColumn(say("value.counted"), width=95),
        "short": column.TextColumn(say("value.of"), width=130),
        "points": column.NumberColumn(say("value.points"), format="%.0f", width=60),
        "interval": column.TextColumn(say("value.interval"), width=75),
        "as_of": column.DateColumn(say("columns.as_of"), format="YYYY-MM-DD", width=90),
        "reaches": column.NumberColumn(say("value.reaches"), format="%.0f%%", help=say("value.reaches_help"), width=70),
        "url": columns.link(say("columns.link")),
    }
    if screen.window() >= screen.NARROW:
        blocks.table(view, found, "best-values", columns_shown, alt=say("value.levels"))
        return
    del columns_shown["counted"]
    for measure in MEASURES:
        part = found[found["measure"].eq(measure)].reset_index(drop=True)
        if len(part):
            st.markdown(f"**{say(f'value.{measure}_table')}**")
            blocks.table(
                view,
                part,
                f"best-values-{measure}",
                columns_shown,
                alt=say(f"value.{measure}_table"),
                together=("model", "least"),
            )

"""The cheapest product at each level of capability: the answer, the table of levels and the chart of what tasks cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.text import dollars, number, rank, sellers
from harness.market.headlines import GPT_5_POINTS
from harness.market.prices.list_prices import RATIO
from harness.site.capability import leaderboard, scale
from harness.site.cost import tasks
from harness.site.widgets import blocks, columns

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


def rows(view: View) -> pd.DataFrame:
    """``market.best_values`` at list price and at the benchmark with most costs of a task, in words of the language shown."""

    def compute() -> pd.DataFrame:
        import pandas as pd

        from harness.market.prices.best_value import best_values
        from harness.market.prices.tradeoff import cost_board

        fit = scale.fitted(view)
        if fit is None:
            return pd.DataFrame()
        costs = cost_board(view, scale.board(view), RATIO, fit=fit)
        found = best_values(costs, fit)
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
    return found.assign(
        level_name=[
            say("value.best", model=name) if not id else say("cost.level", model=name)
            for id, name in zip(found["level_id"], found["level"], strict=True)
        ],
        counted=[say(f"value.{measure}") for measure in found["measure"]],
        amount=amounts,
        of=efforts,
        benchmark=benchmark,
        interval=[rank(round(a), round(b)) for a, b in zip(found["low"], found["high"], strict=True)],
        reaches=100 * found["reaches"].astype(float),
    )


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
        st.markdown(blocks.literal(" ".join(more)))
    blocks.section(say("value.levels"), say("value.levels_lead"))
    _table(view, found)
    tasks.chart_by_points(view)


def sentences(view: View, found: pd.DataFrame) -> list[str]:
    """What does GPT-5's level for the least money, what the most capable model costs, and how many new ones have no place yet."""
    say = view.say
    five = found[found["level_points"].round(6).eq(GPT_5_POINTS)]
    out = [_cheapest(view, five, "value.answer")] if len(five) else []
    best = found[found["level_id"].eq("")]
    if len(best):
        out.append(_cheapest(view, best, "value.answer_best"))
    out.append(say("value.two_measures"))
    return [sentence for sentence in out if sentence]


def _cheapest(view: View, part: pd.DataFrame, key: str) -> str:
    """One level's cheapest by task and by token, each with its date."""
    say = view.say
    told: dict[str, Any] = {"level": part.iloc[0]["level"], "points": number(float(part.iloc[0]["level_points"]), 0)}
    clauses = []
    for row in part.to_dict("records"):
        clauses.append(
            say(f"value.by_{row['measure']}", model=row["model"], cost=dollars(row["cost"]), of=row["of"],
                interval=row["interval"], day=str(row["as_of"])[:10])
        )  # fmt: skip
    return say(key, cheapest=say("value.and").join(clauses), **told)


def _table(view: View, found: pd.DataFrame) -> None:
    say, column = view.say, st.column_config
    blocks.table(
        view,
        found,
        "best-values",
        {
            "level_name": column.TextColumn(say("prices.level"), pinned=True, width=150),
            "counted": column.TextColumn(say("value.counted"), width=95),
            "model": column.TextColumn(say("columns.model"), width=150),
            "amount": column.TextColumn(say("value.least"), width=125),
            "of": column.TextColumn(say("value.of"), width=140),
            "points": column.NumberColumn(say("value.points"), format="%.0f", width=60),
            "interval": column.TextColumn(say("value.interval"), width=75),
            "reaches": column.NumberColumn(say("value.reaches"), format="%.0f %%", help=say("value.reaches_help"), width=70),
            "as_of": column.DateColumn(say("columns.as_of"), format="YYYY-MM-DD", width=90),
            "url": columns.link(say("columns.link")),
        },
        alt=say("value.levels"),
    )  # fmt: skip

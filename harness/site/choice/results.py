"""The models that satisfy a wish, computed once for all visitors who ask the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from harness.market.choice.wish import Wish
from harness.site.capability import leaderboard

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

REPORTED = 10
"""Models that a report on a choice covers: the first of the list, as many as its memo has rows."""


def rows(view: View, wish: Wish) -> pd.DataFrame:
    """``market.choice.choose`` of the wish."""

    def compute(wish: str) -> pd.DataFrame:
        from harness.market.choice.choose import choose
        from harness.site.capability import scale

        return choose(view, scale.fitted(view), Wish.from_json(json.loads(wish)))

    out: pd.DataFrame = view.derived("choice", compute, wish=json.dumps(wish.to_json(), sort_keys=True))
    return out


def proof(view: View, wish: Wish) -> pd.DataFrame:
    """``market.choice.evidence`` of the wish's kind of task, benchmarks under their names in the language shown."""

    def compute(task: str) -> pd.DataFrame:
        from harness.market.choice.evidence import evidence
        from harness.market.choice.families import family
        from harness.site.capability import scale

        return evidence(view, scale.fitted(view), family(task))

    rows: pd.DataFrame = view.derived("choice-evidence", compute, task=wish.task)
    names = {id: leaderboard.names(view).task(id) for id in rows["benchmark_id"].dropna().unique()}
    return rows.assign(benchmark=rows["benchmark_id"].map(names).fillna(rows["benchmark"]))


def tests(view: View, wish: Wish) -> pd.DataFrame:
    """The tests of the wish's kind of task: ``test, weight, benchmarks, models, on_scale``, one row a test.

    ``weight`` is the share of the mean; ``models`` counts those with a reported score of the test.
    """

    def compute(task: str) -> pd.DataFrame:
        import pandas as pd

        from harness.market.choice.evidence import tests_of
        from harness.market.choice.families import family
        from harness.site.capability import scale

        fit = scale.fitted(view)
        asked = family(task)
        listed = tests_of(view, asked)
        scores = proof(view, Wish(task))
        out = []
        for test in asked.tests:
            ids = set(listed.loc[listed["test"].eq(test.name), "benchmark_id"])
            reported = scores[scores["benchmark_id"].isin(ids) & scores["weight"].notna()]
            on = fit is not None and bool(ids & set(fit.benchmarks["benchmark_id"]))
            out.append(
                (test.name, test.weight, reported["benchmark_id"].nunique(), reported["product_id"].nunique(), on)
            )
        frame = pd.DataFrame(out, columns=["test", "weight", "benchmarks", "models", "on_scale"])
        counted = frame["weight"].where(frame["on_scale"], 0.0)
        return frame.assign(weight=counted / counted.sum() if counted.sum() else counted)

    out: pd.DataFrame = view.derived("choice-tests", compute, task=wish.task)
    return out

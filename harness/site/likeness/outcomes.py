"""Outcomes of several models on the same items: the frames behind Head to head and Homogeneity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.site.capability import leaderboard

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

SEED = 20260723
"""Fixed, so that the same page shows the same intervals."""
MOST_ALIKE = 40
"""Models in an agreement matrix: beyond this its cells cannot be read, nor its bootstrap waited for."""


def _itemised(view: View) -> pd.DataFrame:
    """The leading runs of which single items are known."""

    def compute() -> pd.DataFrame:
        frame = leaderboard.runs(view)
        return frame[frame["run_id"].isin(view.frame("outcome_runs")["run_id"])]

    out: pd.DataFrame = view.derived("itemised", compute)
    return out


def origins(view: View) -> list[str]:
    """Origins of which single items are known."""
    kinds = set(_itemised(view)["kind_of_origin"])
    return [o for o in leaderboard.ORIGINS if o in kinds]


def suites(view: View, origin: str) -> list[tuple[str, str]]:
    """Suites of which at least two models' items are known, the one with the most models first."""
    frame = _itemised(view)
    return list(leaderboard.used(frame[frame["kind_of_origin"] == origin]))


def labelled(view: View, origin: str, suite: str, version: str) -> pd.DataFrame:
    """The leading runs of one suite and origin, with the names that leaderboards use in ``label``."""
    frame = _itemised(view)
    frame = frame[(frame["suite"] == suite) & (frame["kind_of_origin"] == origin)]
    frame = frame[frame["suite_version"].fillna("") == version]
    return frame.assign(label=leaderboard.label(frame)).sort_values("label")


def outcomes(view: View, runs: pd.DataFrame, *, probs: bool, right_or_wrong: bool) -> pd.DataFrame:
    """Headline outcomes of ``runs`` with ``model`` set to their label."""
    import numpy as np
    import pandas as pd

    names = dict(zip(runs["run_id"], runs["label"], strict=True))
    frame = view.reader.frame("outcomes", run_ids=list(names), probs=probs, right_or_wrong=right_or_wrong)
    held = [v if isinstance(v, np.ndarray) else None for v in frame["choice_probs"]]  # no pandas NA in lists
    return frame.assign(model=frame["run_id"].map(names), choice_probs=pd.Series(held, dtype=object, index=frame.index))


def paired(view: View, origin: str, suite: str, version: str, models: Sequence[str]) -> pd.DataFrame:
    """Paired differences of the models, each task with its own metric and the index as tasks of their own.

    Columns ``task, model_a, model_b, n, difference, stderr, low, high, p_adjusted, items_needed``; a positive difference always
    means that ``model_a`` is better, bits per byte included.
    """

    def compute(origin: str, suite: str, version: str, models: tuple[str, ...]) -> pd.DataFrame:
        import pandas as pd

        from harness.analysis.index import index_differences
        from harness.analysis.statistics.paired import paired_differences
        from harness.analysis.statistics.ranking import settle_frame

        runs = labelled(view, origin, suite, version)
        rows = outcomes(view, runs[runs["label"].isin(models)], probs=False, right_or_wrong=False)
        found = paired_differences(rows)
        tasks = view.frame("tasks", suite=suite, suite_version=version or None)
        index = index_differences(found, tasks).assign(n=float("nan"))
        index = index.rename(columns={"kind": "task"}).assign(of_index=True, metric="index")
        lower = set(tasks.loc[~tasks["higher_is_better"].astype(bool), "task"])
        sign = found["task"].map(lambda t: -1.0 if t in lower else 1.0)
        turned = found.assign(difference=found["difference"] * sign, of_index=False)
        turned = turned.assign(
            low=(found["low"] * sign).combine(found["high"] * sign, min),
            high=(found["low"] * sign).combine(found["high"] * sign, max),
        )
        turned = settle_frame(turned)
        needed = turned["items_needed"].astype(float)
        turned = turned.assign(
            items_needed=needed.where(needed < float("inf"))
        )  # where nothing differs, no number would do
        keep = [
            "items_needed",
            "task",
            "metric",
            "model_a",
            "model_b",
            "n",
            "difference",
            "stderr",
            "low",
            "high",
            "p_adjusted",
            "of_index",
        ]
        index = index.dropna(subset=["low"]).assign(items_needed=float("nan"))
        return pd.concat([index[keep], turned[keep]], ignore_index=True)

    out: pd.DataFrame = view.derived(
        "paired", compute, origin=origin, suite=suite, version=version, models=tuple(sorted(models))
    )
    return out


def disagreements(view: View, runs: pd.DataFrame, task: str) -> pd.DataFrame:
    """Items of one task on which the models part: one row an item, one column a model, hardest to agree on first."""

    def compute(names: tuple[tuple[str, str], ...], task: str) -> pd.DataFrame:
        label = dict(names)
        rows = view.reader.frame("outcomes", run_ids=list(label), probs=False, right_or_wrong=False, task=task)
        rows = rows.assign(model=rows["run_id"].map(label))
        wide = rows.pivot_table(index=["item"], columns="model", values="value", aggfunc="first").dropna()
        spread = wide.max(axis=1) - wide.min(axis=1)
        parted = wide[spread > 0].assign(spread=spread).sort_values(["spread"], ascending=False, kind="stable")
        return parted.reset_index()

    names = tuple(zip(runs["run_id"].astype(str), runs["label"].astype(str), strict=True))
    out: pd.DataFrame = view.derived("parted", compute, names=names, task=task)
    return out


def agreement(view: View, origin: str, suite: str, version: str, kind: str) -> dict[str, Any]:
    """Chance-adjusted agreement of all models of a suite and what follows from it.

    ``square`` (clustered), ``failed``, ``segments`` and ``countries`` (within and between), ``duos`` (portfolios of
    two), ``trend``, ``models`` (how many) and ``items``.
    """

    def compute(origin: str, suite: str, version: str, kind: str) -> dict[str, Any]:
        from harness.analysis.likeness import homogeneity, portfolio

        runs = labelled(view, origin, suite, version).drop_duplicates("label").head(MOST_ALIKE)
        rows = outcomes(view, runs, probs=kind != "error_consistency", right_or_wrong=True)
        matrix = homogeneity.outcome_matrix(rows)
        square = homogeneity.agreement(matrix, kind=kind)
        order = homogeneity.clustering_order(square)
        by_label = runs.set_index("label")
        groups = {
            name: {m: str(by_label.loc[m, name]) for m in matrix.models if isinstance(by_label.loc[m, name], str)}
            for name in ("segment", "country")
        }
        released = {m: by_label.loc[m, "released"] for m in matrix.models}
        return {
            "square": square.loc[order, order],
            "pairs": homogeneity.pair_frame(square),
            "failed": homogeneity.failed_shares(matrix),
            "segments": portfolio.within_between(matrix, groups["segment"], seed=SEED, kind=kind, draws=200),
            "countries": portfolio.within_between(matrix, groups["country"], seed=SEED, kind=kind, draws=200),
            "duos": portfolio.portfolio(matrix, size=2, rule="route"),
            "trend": portfolio.trend(homogeneity.pair_frame(square), released, seed=SEED),
            "items": int(matrix.correct.shape[1]),
            "has_probs": matrix.probs is not None,
        }

    out: dict[str, Any] = view.derived("agreement", compute, origin=origin, suite=suite, version=version, kind=kind)
    return out

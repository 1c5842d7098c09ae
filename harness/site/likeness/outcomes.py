"""The frames behind Head to head, cached: models of one suite on the same items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.market import leading_runs
from harness.site.capability import leaderboard
from harness.site.widgets import blocks

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


def _itemised(view: View) -> pd.DataFrame:
    """The leading runs of which single items are known."""

    def compute() -> pd.DataFrame:
        from harness.market import paired_outcomes

        return paired_outcomes.with_items(view, leaderboard.runs(view))

    out: pd.DataFrame = view.derived("itemised", compute)
    return out


def origins(view: View) -> list[str]:
    """Origins of which single items are known."""
    kinds = set(_itemised(view)["kind_of_origin"])
    return [o for o in leaderboard.ORIGINS if o in kinds]


def suites(view: View, origin: str) -> list[tuple[str, str]]:
    """Suites of which at least two models' items are known, the richest first: models × vendors × items of its richest board."""

    def compute() -> dict[tuple[str, str], int]:
        from harness.market.alike.boards import boards

        richest: dict[tuple[str, str], int] = {}
        for board in boards(view):
            key = board.suite, board.suite_version
            richest[key] = max(richest.get(key, 0), board.richness)
        return richest

    rich: dict[tuple[str, str], int] = view.derived("suite_richness", compute)
    frame = _itemised(view)
    found = leaderboard.used(frame[frame["kind_of_origin"] == origin])
    return sorted(found, key=lambda suite: -rich.get(suite, 0))


def labelled(view: View, origin: str, suite: str, version: str) -> pd.DataFrame:
    """The leading runs of one suite and origin, with the names that leaderboards use in ``label``."""
    return leading_runs.of_board(_itemised(view), suite, version, origin).sort_values("label")


def comparison(view: View, origin: str, suite: str, version: str, models: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The models compared pair by pair: ``rows`` (``Comparison.advantages``) and ``left_out`` (``task, conditions``).

    Raises:
        MissingData: a model has no outcomes of the suite's headline metrics.
    """

    def compute(origin: str, suite: str, version: str, models: tuple[str, ...]) -> dict[str, pd.DataFrame]:
        from harness.market import paired_outcomes

        runs = labelled(view, origin, suite, version)
        compared = paired_outcomes.compare(view.reader, runs[runs["label"].isin(models)])
        return {"rows": compared.advantages(), "left_out": compared.left_out}

    out: dict[str, pd.DataFrame] = view.derived(
        "comparison", compute, origin=origin, suite=suite, version=version, models=tuple(sorted(models))
    )
    return out


def left_out(view: View, tasks: pd.DataFrame) -> list[str]:
    """One line a task that was not compared, with the conditions that differ: Markdown."""
    say = view.say
    conditions = [
        say("memo.comma").join(say.known("condition", c) for c in row.split(", ")) for row in tasks["conditions"]
    ]
    return [
        say("head_to_head.left_out", task=blocks.literal(leaderboard.names(view).task(task)), conditions=names)
        for task, names in zip(tasks["task"], conditions, strict=True)
    ]

"""Boards of item outcomes: the runs of one benchmark under one agent and edition, of which single items are known.

Runs of other agents, editions and origins are other boards: their items are the same, their conditions are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from harness import names
from harness.errors import MissingData
from harness.market.leading_runs import leading_runs

if TYPE_CHECKING:
    from harness.market.queries import Queries

KEY = ["suite", "suite_version", "task", "kind_of_origin"]
LEAST_MODELS = 2
YEAR = pd.Timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Board:
    """Runs of one benchmark under the same conditions, one row a model: columns of ``leading_runs``.

    ``rejected``: runs with a verdict against them, ``unfinished``: runs of a part of the items; both are left out. ``graded``:
    some items have a value between 0 and 1, of which at least a half counts as right. ``probs``: all runs know the choices'
    probabilities.
    """

    suite: str
    suite_version: str
    task: str
    agent: str | None
    runs: pd.DataFrame
    items: int
    rejected: int
    unfinished: int
    graded: bool
    probs: bool

    @property
    def origin(self) -> str:
        """Where the runs are from: ``leading_runs.kind_of_origin``."""
        return str(self.runs["kind_of_origin"].iloc[0])

    @property
    def newest(self) -> pd.Timestamp | None:
        """The latest release date of its models; none where no date is known."""
        day = pd.to_datetime(self.runs["released"]).max()
        return None if pd.isna(day) else pd.Timestamp(day)

    @property
    def richness(self) -> int:
        """Models × vendors × items: what a comparison of vendors' models rests on."""
        return len(self.runs) * int(self.runs["vendor_id"].nunique()) * self.items


def boards(queries: Queries) -> list[Board]:
    """All boards of at least two models: those of today's models first, of those and of the others the richest first.

    A board is of today's models where its newest is less than YEAR older than the newest of all boards.
    """
    held = queries.frame("item_boards")
    rows = held[held["leading"]].merge(
        leading_runs(queries), on=["run_id", "suite", "suite_version"], suffixes=("", "_")
    )
    out = []
    for (suite, version, task, _), runs in rows.groupby(KEY, dropna=False, sort=True):
        runs = runs.sort_values("sealed", ascending=False).drop_duplicates("label").sort_values("label")
        if runs["model_id"].fillna(runs["label"]).nunique() < LEAST_MODELS:
            continue
        here = held[held["suite"].eq(suite) & held["suite_version"].eq(version) & held["task"].eq(task)]
        agents = runs["agent"].dropna().unique()
        out.append(
            Board(
                str(suite), str(version), str(task), str(agents[0]) if len(agents) == 1 else None,
                runs.reset_index(drop=True), int(runs["items"].max()), int((~here["valid"]).sum()),
                int((here["valid"] & here["partial"]).sum()), bool(runs["graded"].any()), bool(runs["probs"].all()),
            )
        )  # fmt: skip
    newest = max((day for board in out if (day := board.newest) is not None), default=None)
    return sorted(out, key=lambda b: (_of_the_past(b, newest), -b.richness, b.task, b.suite_version))


def _of_the_past(board: Board, newest: pd.Timestamp | None) -> bool:
    return newest is not None and board.newest is not None and newest - board.newest >= YEAR


def of_suites(known: list[Board]) -> list[list[Board]]:
    """Boards of one suite, version and origin together, in the order of their first board in ``known``.

    Suites whose boards have fewer than two models in common are left out.
    """
    together: dict[tuple[str, str, str], list[Board]] = {}
    for board in known:
        together.setdefault((board.suite, board.suite_version, board.origin), []).append(board)
    shared = (set.intersection(*(set(board.runs["label"]) for board in suite)) for suite in together.values())
    return [suite for suite, labels in zip(together.values(), shared, strict=True) if len(labels) >= LEAST_MODELS]


def chosen(known: list[Board], benchmarks: list[str]) -> list[Board]:
    """The first board of each named benchmark, as ``boards`` has them; without a name the first of all whose items are right or
    wrong: the richest of today's models.

    Raises:
        BadInput: a name fits several benchmarks (they are listed).
        MissingData: there is no board, or none of a benchmark; those that there are, are listed.
    """
    if not known:
        raise MissingData(
            "No two models share a benchmark of which single items are known. `harness import` reads such runs."
        )
    if not benchmarks:
        return [next((board for board in known if not board.graded), known[0])]
    pairs = [(board.task, board.task) for board in known]
    return [
        next(board for board in known if board.task == _task(wanted, pairs)) for wanted in dict.fromkeys(benchmarks)
    ]


def _task(wanted: str, pairs: list[names.Named]) -> str:
    begun = {id for name, id in pairs if names.fold(wanted) and names.fold(name).startswith(names.fold(wanted))}
    task = names.only("benchmark", wanted, names.matches(wanted, pairs) or sorted(begun))
    if task is None:
        listed = ", ".join(dict.fromkeys(id for _, id in pairs))
        raise MissingData(f"No two models share items of a benchmark {wanted!r}. There is {listed}.")
    return task

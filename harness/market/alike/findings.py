"""What a page or report says of likeness on one suite's boards, computed once: pairs, groups, trend, successors, dimensions.

No bootstrap draws are kept: of 400 models they take 0.8 GB.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from harness.analysis.likeness.dimensions import first_share
from harness.analysis.likeness.homogeneity import failed_shares
from harness.analysis.likeness.release_trend import TREND_OF, trend_points
from harness.analysis.likeness.shared_difficulty import expected_kappa, first_share_interval
from harness.analysis.likeness.successors import successors
from harness.analysis.statistics.seed import SEED
from harness.market.alike.item_likeness import groups, of_boards, trend
from harness.market.alike.references import self_likeness

if TYPE_CHECKING:
    from harness.market.alike.boards import Board
    from harness.market.alike.item_likeness import ItemLikeness
    from harness.market.queries import Queries


@dataclass(frozen=True, slots=True)
class Findings:
    """Likeness of the models that all boards of ``measured`` share, without draws.

    ``models``: ``item_likeness.MODEL_COLUMNS`` and ``accuracy``; ``pairs``: ``pairs.PAIR_COLUMNS``; ``groups``: ``by`` and
    ``groups.GROUP_COLUMNS``; ``trend``: ``release_trend.TREND_COLUMNS``; ``successors``: by ``measure``; ``share``: the first eigenvalue's
    (``dimensions.Dimensions.first_share``), ``first_share``: the ends of its interval; ``expected``: ``shared_difficulty.expected_kappa``; ``failed``: ``homogeneity.failed_shares``;
    ``levels``: likeness of a model to itself, ``benchmark`` and ``ceiling.LEVEL_COLUMNS``.
    """

    measured: ItemLikeness
    models: pd.DataFrame
    pairs: pd.DataFrame
    groups: pd.DataFrame
    trend: pd.DataFrame
    successors: pd.DataFrame
    share: float
    first_share: tuple[float, float]
    expected: pd.DataFrame
    failed: pd.DataFrame
    levels: pd.DataFrame

    @property
    def boards(self) -> list[Board]:
        """The boards that all this is of."""
        return self.measured.boards

    @property
    def items(self) -> int:
        """Items of all boards."""
        return int(self.measured.matrix.correct.shape[1])

    def points(self, measure: str) -> pd.DataFrame:
        """``release_trend.trend_points`` of one measure: a table as long as ``pairs``, made when it is asked for."""
        return trend_points(self.pairs, dict(zip(self.models["label"], self.models["released"], strict=True)), measure)

    @property
    def band(self) -> tuple[float, float]:
        """Accuracies within which κ is compared."""
        return self.measured.band


def findings(queries: Queries, picked: list[Board]) -> Findings:
    """Likeness of all models on these boards.

    Raises:
        MissingData: fewer than two models on all boards.
    """
    measured = of_boards(queries, picked, [])
    matrix, models, pairs = measured.matrix, measured.models, measured.likeness.pairs
    known = models.dropna(subset=["vendor_id"])
    vendors = dict(zip(known["label"], known["vendor_id"].astype(str), strict=True))
    released = dict(zip(models["label"], models["released"], strict=True))
    accuracy = pd.Series(pd.DataFrame(matrix.correct.T).mean().to_numpy(), index=list(matrix.models))
    return Findings(
        measured=replace(measured, likeness=replace(measured.likeness, drawn={})),
        models=models.assign(accuracy=models["label"].map(accuracy)),
        pairs=pairs,
        groups=groups(measured),
        trend=trend(measured),
        successors=pd.concat(
            [successors(measured.likeness, vendors, released, m).assign(measure=m) for m in TREND_OF], ignore_index=True
        ),
        share=first_share(matrix.correct[[name in measured.likeness.models for name in matrix.models]]),
        levels=self_likeness(queries, measured).levels,
        first_share=first_share_interval(matrix, seed=SEED),
        expected=expected_kappa(matrix.correct),
        failed=failed_shares(matrix),
    )


MORE, LESS, MORE_HERE, LESS_HERE, UNKNOWN = "more", "less", "more_here", "less_here", "unknown"


def group_verdict(groups: pd.DataFrame, by: str, measure: str) -> tuple[str, pd.Series | None]:
    """Whether models of one group err more alike than those of different groups, and the row ``within − between``.

    ``more`` or ``less``: the intervals over items and over models say so; ``more_here`` or ``less_here``: that over items alone,
    so of these models only; else ``unknown``, without a row where it takes pairs of both kinds.
    """
    rows = groups[groups["by"].eq(by) & groups["measure"].eq(measure) & groups["group_a"].eq("all")]
    gap = rows[rows["relation"].eq("within − between")]
    if gap.empty:
        return UNKNOWN, None
    row = gap.iloc[0]
    if row["low"] > 0:
        return (MORE if row["models_low"] > 0 else MORE_HERE), row
    if row["high"] < 0:
        return (LESS if row["models_high"] < 0 else LESS_HERE), row
    return UNKNOWN, row

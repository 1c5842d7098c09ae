"""How alike the models of one suite err: agreement of pairs, of groups of models, and the items that many fail.

What is shared by the page Homogeneity and the report. ``runs`` is as in ``paired_outcomes``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis.likeness import agreement_of_groups, homogeneity
from harness.analysis.statistics.seed import SEED
from harness.market.paired_outcomes import outcomes

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.likeness.homogeneity import OutcomeMatrix
    from harness.market.queries import Queries

DRAWS = 200
"""Resamples of an interval of agreement: the Monte Carlo error of its ends is then a twentieth of its width."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Chance-adjusted agreement of the models of one suite.

    ``kind`` is one of ``homogeneity.KINDS``; ``matrix`` the right and wrong answers; ``square`` κ of every pair, models that
    err alike beside each other; ``pairs`` the same as ``model_a, model_b, kappa``, most alike first; ``failed`` how many items
    how many models fail, beside what chance would give (``homogeneity.failed_shares``).
    """

    kind: str
    matrix: OutcomeMatrix
    square: pd.DataFrame
    pairs: pd.DataFrame
    failed: pd.DataFrame

    @property
    def items(self) -> int:
        """Items that at least one of the models answered."""
        return int(self.matrix.correct.shape[1])


def agreement(queries: Queries, runs: pd.DataFrame, kind: str) -> Agreement:
    """Agreement of ``runs`` on items that are right or wrong; perplexity tasks have none."""
    rows = outcomes(queries, runs, probs=kind != "error_consistency", right_or_wrong=True)
    matrix = homogeneity.outcome_matrix(rows)
    square = homogeneity.agreement(matrix, kind=kind)
    order = homogeneity.clustering_order(square)
    return Agreement(
        kind, matrix, square.loc[order, order], homogeneity.pair_frame(square), homogeneity.failed_shares(matrix)
    )


def pair_intervals(measured: Agreement) -> pd.DataFrame:
    """``pairs`` with the ends ``low, high`` of their 95% intervals; pairs whose κ is not defined are left out."""
    models = {model: model for model in measured.matrix.models}
    drawn = agreement_of_groups.within_between(measured.matrix, models, seed=SEED, kind=measured.kind, draws=DRAWS)
    drawn = drawn.rename(columns={"group_a": "model_a", "group_b": "model_b"})
    rows = measured.pairs.dropna(subset=["kappa"])
    return rows.merge(drawn[["model_a", "model_b", "low", "high"]], on=["model_a", "model_b"])


def group_agreement(measured: Agreement, runs: pd.DataFrame, column: str) -> pd.DataFrame:
    """Mean agreement within and between the groups of models that ``column`` of ``runs`` names (``segment``, ``country``).

    Columns ``agreement_of_groups.GROUP_COLUMNS``; models without a group are left out.
    """
    groups = runs.dropna(subset=[column]).drop_duplicates("label").set_index("label")[column].astype(str).to_dict()
    return agreement_of_groups.within_between(measured.matrix, groups, seed=SEED, kind=measured.kind, draws=DRAWS)


def trend(measured: Agreement, runs: pd.DataFrame) -> pd.DataFrame:
    """Whether newer models err more alike: ``agreement_of_groups.trend`` on the release dates in ``runs``."""
    released = runs.drop_duplicates("label").set_index("label")["released"].to_dict()
    return agreement_of_groups.trend(measured.pairs, released, seed=SEED)

"""How alike models err on the items of one or several boards: pairs, groups, trend and dimensions.

What is shared by ``harness alike`` and whoever shows likeness item by item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness import names
from harness.analysis.likeness import dimensions as dimensionality
from harness.analysis.likeness import pairs
from harness.analysis.likeness.accuracy_bands import like_band
from harness.analysis.likeness.groups import GROUP_COLUMNS, group_likeness
from harness.analysis.likeness.homogeneity import OutcomeMatrix, outcome_matrix
from harness.analysis.likeness.pairs import Likeness, likeness
from harness.analysis.likeness.release_trend import release_trend
from harness.analysis.statistics.seed import SEED
from harness.analysis.statistics.uncertainty import Floats
from harness.errors import BadInput, MissingData
from harness.market.alike.boards import Board, boards, chosen
from harness.market.paired_outcomes import outcomes

if TYPE_CHECKING:
    from harness.market.queries import Queries

GROUPINGS = {"vendor": "vendor_id", "segment": "segment", "country": "country", "openness": "openness"}
"""What models are grouped by, and its column in ``ItemLikeness.models``."""
MODEL_COLUMNS = ["label", "model_id", "vendor_id", "segment", "country", "openness", "released"]


@dataclass(frozen=True, slots=True)
class ItemLikeness:
    """Likeness of the models that all ``boards`` share. ``models``: MODEL_COLUMNS, one row a model; ``matrix``: right and wrong
    answers of all models on the boards, of several boards side by side; ``models`` and ``likeness``: of those asked for; ``band``: the accuracies within which κ is compared."""

    boards: list[Board]
    models: pd.DataFrame
    matrix: OutcomeMatrix
    likeness: Likeness
    band: tuple[float, float]


def item_likeness(queries: Queries, benchmarks: list[str], models: list[str]) -> ItemLikeness:
    """Likeness on the first board of each of ``benchmarks`` (none: the one that ``boards.chosen`` takes), of ``models`` (none: all).

    An item that stands in several boards (one hash) is one cluster, so that the bootstrap draws it once for all.

    Raises:
        BadInput: a name that fits several models or benchmarks, or fewer than two models.
        MissingData: no such board or model, or fewer than two models on all boards.
    """
    return of_boards(queries, chosen(boards(queries), benchmarks), models)


def of_boards(queries: Queries, picked: list[Board], models: list[str]) -> ItemLikeness:
    """As ``item_likeness``, on these boards.

    Raises:
        BadInput: a name that fits several models, or fewer than two models.
        MissingData: no such model, or fewer than two models on all boards.
    """
    labels = set.intersection(*(set(board.runs["label"]) for board in picked))
    if len(labels) < 2:
        raise MissingData(f"Fewer than two models have items of {' and '.join(board.task for board in picked)}.")
    known = picked[0].runs[picked[0].runs["label"].isin(labels)]
    catalog = queries.frame("models")
    asked = {_label(wanted, known, catalog) for wanted in models} if models else labels
    if len(asked) < 2:
        raise BadInput("Likeness is of at least two models.")
    rows = pd.concat(
        [
            outcomes(queries, board.runs[board.runs["label"].isin(labels)], right_or_wrong=True, task=board.task)
            for board in picked
        ],
        ignore_index=True,
    )
    matrix = outcome_matrix(rows.assign(cluster=rows["cluster"].fillna(rows["doc_hash"])))
    opened = known["open_weights"].map({True: "open", False: "closed"})
    about = known.assign(openness=opened)[MODEL_COLUMNS]
    about = about[about["label"].isin(asked)].reset_index(drop=True)
    measured = likeness(matrix, _groups(about, "vendor_id"), seed=SEED, models=asked)
    return ItemLikeness(picked, about, matrix, measured, like_band(matrix))


def groups(measured: ItemLikeness) -> pd.DataFrame:
    """Likeness within and between groups: ``by`` (one of GROUPINGS) and GROUP_COLUMNS. Models of an unknown group are left out."""
    frames = [
        group_likeness(measured.likeness, _groups(measured.models, column), measured.band, seed=SEED).assign(by=by)
        for by, column in GROUPINGS.items()
    ]
    return pd.concat(frames, ignore_index=True)[["by", *GROUP_COLUMNS]]


def residual_draws(measured: ItemLikeness, places: npt.NDArray[np.intp]) -> Floats:
    """The bootstrap draws of Q3 of the pairs at these places of ``measured.likeness.pairs``, ``(draws, places)``; made again, since
    those of all pairs of 400 models take 0.25 GB."""
    return pairs.residual_draws(measured.matrix, measured.likeness, places, seed=SEED)


def trend(measured: ItemLikeness) -> pd.DataFrame:
    """Change of κ and Q3 per year of release over pairs of different vendors: ``release_trend.TREND_COLUMNS``."""
    return release_trend(measured.likeness.pairs, _groups(measured.models, "released"))


def dimensions(measured: ItemLikeness) -> dimensionality.Dimensions:
    """In how many ways the models differ: ``analysis.likeness.dimensions``."""
    asked = [name in measured.likeness.models for name in measured.matrix.models]
    return dimensionality.dimensions(measured.matrix.correct[asked], seed=SEED)


def labels(queries: Queries, measured: ItemLikeness, wanted: list[str]) -> list[str]:
    """Labels of the models of ``measured`` that these names mean.

    Raises:
        BadInput: a name that fits several.
        MissingData: a name that fits none.
    """
    runs, catalog = measured.boards[0].runs, queries.frame("models")
    return [_label(name, runs[runs["label"].isin(measured.models["label"])], catalog) for name in wanted]


def _groups(models: pd.DataFrame, column: str) -> dict[str, str]:
    known = models.dropna(subset=[column])
    return dict(zip(known["label"].astype(str), known[column].astype(str), strict=True))


def _label(wanted: str, runs: pd.DataFrame, catalog: pd.DataFrame) -> str:
    pairs = [
        (str(name), str(label))
        for column in ("label", "model", "model_id")
        for name, label in zip(runs[column], runs["label"], strict=True)
        if isinstance(name, str) and name
    ]
    called = catalog.dropna(subset="name").drop_duplicates("model_id").set_index("model_id")["name"]
    pairs += [
        (str(called[id]), str(label))
        for id, label in zip(runs["model_id"], runs["label"], strict=True)
        if id in called.index
    ]
    return names.one(wanted, pairs, "with items of this benchmark", "harness alike --json")

"""Names of a likeness board and of its models for a reader: the catalog's, where it knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.market.names_of_tasks import TaskNames
from harness.reports.cells import cleaned

if TYPE_CHECKING:
    from harness.market.alike.findings import Findings
    from harness.reports.data import Material
    from harness.reports.messages import Words


def model_names(material: Material, found: Findings) -> dict[str, str]:
    """The catalog's name of each label of the boards where it means one of them alone, else the label without its owner."""
    names = material.models.set_index("model_id")["name"]
    models = found.models.assign(name=found.models["model_id"].map(names))
    alone = models["name"].notna() & ~models.duplicated("name", keep=False)
    told = models["name"].where(alone, models["label"].astype(str).str.rsplit("/", n=1).str[-1])
    return {str(label): cleaned(name) for label, name in zip(models["label"], told, strict=True)}


def board_name(material: Material, words: Words, found: Findings) -> str:
    """The benchmark, its agent, the items and the models of the boards, in a few words."""
    board = found.boards[0]
    called = TaskNames(material, words).board(board.task, board.agent, found.items)
    return words("first.board", name=called, n=len(found.models))

"""Portfolios behind the section for a buyer, kept until the database changes, and the names of models and vendors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.market.alike.buyer import Buyer
    from harness.market.alike.item_likeness import ItemLikeness
    from harness.site.server.view import View


@dataclass(frozen=True, slots=True)
class Bought:
    """Portfolios with what the page calls things. ``models``: a label's name; ``segments``: its maker's segment; ``vendors``: a
    vendor's name by id; ``source``: where the runs are from; ``board``: what files of charts are named after."""

    found: Buyer
    models: dict[str, str]
    segments: dict[str, str]
    vendors: dict[str, str]
    source: str
    board: str

    @property
    def items(self) -> int:
        """Tasks that all models answered."""
        return self.found.answers.items

    def tasks(self, share: float) -> int:
        """A share of the tasks as their number."""
        return round(share * self.items)

    def joined(self, view: View, labels: Sequence[str]) -> str:
        """Names of several models in one line."""
        return view.say("buyer.plus").join(self.models[label] for label in labels)


def portfolios(view: View, measured: ItemLikeness, without: Sequence[str], priced: bool, over: str | None) -> Buyer:
    """``market.alike.buyer`` of these boards.

    Raises:
        MissingData: fewer than two models are left.
    """

    def compute(key: object, without: tuple[str, ...], priced: bool, over: str | None) -> Buyer:
        from harness.market.alike.buyer import buyer

        return buyer(view, measured, without=without, priced=priced, over=over)

    boards = tuple(tuple(board.runs["run_id"]) for board in measured.boards)
    key = (*boards, tuple(measured.models["label"]))
    out: Buyer = view.derived("portfolios", compute, key=key, without=tuple(sorted(without)), priced=priced, over=over)
    return out


def model_names(view: View, measured: ItemLikeness) -> dict[str, str]:
    """The catalog's name of each model by its label; the label where the catalog knows none or two would have the same."""
    models = view.frame("models").drop_duplicates("model_id").set_index("model_id")["name"]
    named = {
        str(k): str(models.get(v, k))
        for k, v in zip(measured.models["label"], measured.models["model_id"], strict=True)
    }
    several = [name for name in named.values() if list(named.values()).count(name) > 1]
    return {label: label if name in several else name for label, name in named.items()}


def vendor_names(view: View) -> dict[str, str]:
    """Vendors' names by id."""
    rows = view.frame("vendors")
    return {
        str(v): view.say.name(en, zh)
        for v, en, zh in zip(rows["vendor_id"], rows["name_en"], rows["name_zh"], strict=True)
    }

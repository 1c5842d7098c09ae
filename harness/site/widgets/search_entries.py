"""What the search box knows, and the names of models by their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.market.search.entries import Entry
    from harness.site.server.view import View


def entries(view: View) -> tuple[Entry, ...]:
    """``market.search.entries`` of the database."""

    def compute() -> tuple[Entry, ...]:
        from harness.market.search.entries import entries

        return entries(view)

    out: tuple[Entry, ...] = view.derived("search_entries", compute)
    return out


def names(view: View) -> dict[str, str]:
    """Names of all models by their ids."""

    def compute() -> dict[str, str]:
        return {e.id: e.en for e in entries(view) if e.kind in ("model", "run")}

    out: dict[str, str] = view.derived("search_names", compute)
    return out

"""Where the frames of this room get their rows: the named queries of one database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pandas as pd


class Queries(Protocol):
    """The named queries (``sql/queries``) of one database. A store's ``Reader``, a page's ``View`` and a report's
    ``Material`` are such."""

    def frame(self, name: str, /, **values: Any) -> pd.DataFrame:
        """The rows of the query ``name`` with its parameters set to ``values``."""

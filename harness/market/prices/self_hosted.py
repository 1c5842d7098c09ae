"""Self-hosted cost of the runs that measured their speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.cost.rented import measured_costs

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

UTILISATION = 1.0
"""Share of the paid hours in which the GPU serves, unless the reader says otherwise: full use is what was measured; any
lower share is an assumption, and so the reader's."""


def self_hosted(queries: Queries, utilisation: float = UTILISATION, terms: str | None = None) -> pd.DataFrame:
    """USD per million tokens, one row a leading measured run (``analysis.cost.rented.measured_costs``), cheapest first."""
    costs = measured_costs(queries.frame("self_hosted"), utilisation=utilisation, terms=terms)
    return costs.sort_values(["per_mtok", "run_id"], ignore_index=True)

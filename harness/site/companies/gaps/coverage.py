"""Coverage of companies, kept until the database changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.site.companies.standing import positions

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


def promised(view: View) -> list[str]:
    """Vendors of the database for which every front is to be known or searched, in the order of the promise."""
    from harness.market.companies import coverage

    held = set(view.frame("vendors")["vendor_id"])
    return [vendor for vendor in coverage.promised(positions.inputs(view)) if vendor in held]


def measures(view: View) -> pd.DataFrame:
    """State of every measure of every vendor but the reference models (``market.companies.coverage.measures``)."""

    def compute() -> pd.DataFrame:
        from harness.market.companies import coverage

        vendors = view.frame("vendors")
        vendors = vendors[vendors["segment"] != "reference"]
        owned = vendors.dropna(subset=["parent_id"])
        return coverage.measures(
            coverage.known_facts(view, positions.inputs(view)),
            list(vendors["vendor_id"]),
            parents=dict(zip(owned["vendor_id"], owned["parent_id"], strict=True)),
        )

    out: pd.DataFrame = view.derived("company_coverage", compute)
    return out

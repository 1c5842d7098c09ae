"""The value chain on rows written by hand: one row a vendor and stage, vendors at most stages first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.market.companies import value_chain
from tests.market.companies.catalog_by_hand import reader, vendor


def _position(vendor_id: str, stage: str, as_of: str, source_id: str = "page") -> dict[str, Any]:
    return {
        "vendor_id": vendor_id,
        "dimension": "value-chain",
        "key": "position",
        "value": stage,
        "as_of": as_of,
        "source_id": source_id,
    }


def test_vendors_at_most_stages_come_first_and_a_stage_counts_once(tmp_path: Path) -> None:
    rows = value_chain.value_chain(
        reader(
            tmp_path,
            vendor=[vendor("alpha"), vendor("beta"), vendor("omega", "reference")],
            fact=[
                _position("alpha", "compute", "2025-01-01"), _position("alpha", "compute", "2026-01-01", "newer"),
                _position("beta", "application", "2025-01-01"), _position("beta", "data", "2025-01-01"),
                _position("omega", "data", "2025-01-01"),
            ],
        )
    )  # fmt: skip
    assert list(zip(rows["vendor_id"], rows["stage"], rows["stages"], strict=True)) == [
        ("beta", "data", 2), ("beta", "application", 2), ("alpha", "compute", 1),
    ]  # fmt: skip
    assert rows.iloc[2]["source"] == "newer"

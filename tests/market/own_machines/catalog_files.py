"""The shipped catalog's files as queries: what the own machines read, without a database."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

CATALOG = Path(__file__).resolve().parents[3] / "data" / "catalog"


class CatalogFiles:
    """Queries over the CSV files; there are no runs and no prices."""

    def frame(self, name: str, /, **values: Any) -> pd.DataFrame:
        if name == "self_hosted":
            return pd.DataFrame(
                {"model": ["Qwen/Qwen3-8B"], "device_name": ["NVIDIA H200"], "tokens_per_s": [10_000.0]}
            )
        if name == "list_prices":
            return pd.DataFrame(columns=["product_id", "basis", "provider", "hosts", "blended_per_mtok", "as_of"])
        return _read(name)


@lru_cache(maxsize=4)
def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(CATALOG / f"{name}.csv")

"""The shipped catalog's files as queries: what the own machines read, without a database."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

CATALOG = Path(__file__).resolve().parents[3] / "data" / "catalog"


SPEEDS = pd.DataFrame(
    [
        ("qwen3-32b", "NVIDIA H200", 1, "bf16", None, 8, 3000, 10_000.0, 400.0, "2026-01-01"),
        ("qwen3-32b", "NVIDIA H200", 1, "bf16", None, 64, 3000, 20_000.0, 2000.0, "2026-01-01"),
        ("qwen3-32b", "NVIDIA H200", 1, "bf16", None, 64, 30_000, 90_000.0, 9000.0, "2026-01-01"),
        ("qwen3-32b", "NVIDIA H200", 1, "fp8", None, 64, 3000, 90_000.0, 9000.0, "2026-01-01"),
        ("qwen3-32b", "NVIDIA H200", 2, "bf16", None, 64, 3000, 90_000.0, 9000.0, "2026-01-01"),
        ("qwen3-32b", "NVIDIA H200", 1, "bf16", "Q4_K_M", 64, 3000, 90_000.0, 9000.0, "2026-01-01"),
    ],
    columns=["model_id", "device_name", "gpus", "dtype", "quantisation", "batch", "prompt_tokens", "prefill_tokens_per_s",
             "decode_tokens_per_s", "measured"],
)  # fmt: skip
"""What `harness bench` is said to have measured: of these rows two are of one card, unquantised, in bf16, at 3,000 tokens."""


class CatalogFiles:
    """Queries over the CSV files; there are no prices, one run and few measured speeds."""

    def frame(self, name: str, /, **values: Any) -> pd.DataFrame:
        if name == "self_hosted":
            return pd.DataFrame(
                {"model": ["Qwen/Qwen3-8B"], "device_name": ["NVIDIA H200"], "tokens_per_s": [10_000.0]}
            )
        if name == "serving_speeds":
            return SPEEDS
        if name == "list_prices":
            return pd.DataFrame(columns=["product_id", "basis", "provider", "hosts", "blended_per_mtok", "as_of"])
        return _read(name)


@lru_cache(maxsize=4)
def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(CATALOG / f"{name}.csv")

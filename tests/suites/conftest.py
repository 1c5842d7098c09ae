"""A mirror, a scorer without a model, and lm-eval's own way to the same data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest


@pytest.fixture(scope="session")
def hub(shared: Path) -> Path:
    """The mirror of real data sets."""
    return shared / "hub"


@pytest.fixture
def mirror_of(tmp_path: Path) -> Callable[[dict[str, list[dict[str, Any]]]], Path]:
    """Writes a small mirror: ``{"owner/name/config/split": rows}`` → its folder."""

    def write(files: dict[str, list[dict[str, Any]]]) -> Path:
        for name, rows in files.items():
            path = tmp_path / "hub" / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(rows), path)
        return tmp_path / "hub"

    return write


@pytest.fixture(scope="session")
def scorer() -> Any:
    """An lm_eval model whose answers are drawn from the hash of what it is asked."""
    from lm_eval.api.model import LM

    def draw(*texts: str) -> float:
        return int.from_bytes(hashlib.sha256("\0".join(texts).encode()).digest()[:6], "big") / 2**48

    class Hashed(LM):  # type: ignore[misc]
        asked: list[tuple[Any, ...]]

        def __init__(self) -> None:
            super().__init__()
            self.asked = []

        def loglikelihood(self, requests: list[Any], disable_tqdm: bool = False) -> list[tuple[float, bool]]:
            self.asked += [r.args for r in requests]
            return [(-20 * draw(*r.args), draw("greedy", *r.args) < 0.3) for r in requests]

        def loglikelihood_rolling(self, requests: list[Any], disable_tqdm: bool = False) -> list[float]:
            self.asked += [r.args for r in requests]
            return [-len(r.args[0]) * draw(r.args[0]) for r in requests]

        def generate_until(self, requests: list[Any], disable_tqdm: bool = False) -> list[str]:
            self.asked += [(r.args[0], str(r.args[1])) for r in requests]
            return [f" the {int(40 * draw(r.args[0]))}" for r in requests]

    return Hashed

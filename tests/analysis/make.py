"""Small real frames for the tests of this room, in the columns of the schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd


def outcome(
    values: Mapping[str, npt.ArrayLike],
    *,
    task: str = "t",
    metric: str = "acc",
    weights: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    choice_probs: Mapping[str, object] | None = None,
    gold: Sequence[int] | None = None,
) -> pd.DataFrame:
    """The table ``outcome`` with ``model`` for models that answered the same items; NaN where one did not."""
    parts = []
    for model, given in values.items():
        value = np.asarray(given, dtype=float)
        n = len(value)
        part = pd.DataFrame(
            {
                "run_id": f"run-{model}",
                "model": model,
                "task": task,
                "item": np.arange(n),
                "doc_hash": np.arange(n, dtype=np.uint64) + np.uint64(1000),
                "metric": metric,
                "filter": "none",
                "value": value,
                "weight": np.ones(n) if weights is None else np.asarray(weights, dtype=float),
                "cluster": pd.Series([None] * n, dtype=object)
                if clusters is None
                else pd.Series(clusters, dtype=object),
                "choice_probs": list(choice_probs[model]) if choice_probs else [None] * n,  # type: ignore[call-overload]
                "gold": gold if gold is not None else [None] * n,
            }
        )
        parts.append(part[part["value"].notna()])
    return pd.concat(parts, ignore_index=True)


def tasks(rows: Sequence[Mapping[str, object]], *, suite: str = "s") -> pd.DataFrame:
    """The table ``task``; each row states what differs from an accuracy task with chance 0.25."""
    base: dict[str, object] = {
        "suite": suite,
        "suite_version": "1",
        "task_group": None,
        "kind": "classification",
        "language": "en",
        "headline_metric": "acc",
        "headline_filter": "none",
        "higher_is_better": True,
        "num_fewshot": 0,
        "chance": 0.25,
        "best": 1.0,
        "h0": None,
        "licence": None,
        "redistribute": True,
    }
    return pd.DataFrame([{**base, **row} for row in rows])


def runs(models: Sequence[str], *, suite: str = "s", **columns: object) -> pd.DataFrame:
    """The table ``run``: one valid, complete run a model."""
    base = {"suite": suite, "suite_version": "1", "partial": False, "valid": True, "origin": "measured", **columns}
    return pd.DataFrame([{"run_id": f"run-{m}", "model": m, "vendor_id": f"v-{m}", **base} for m in models])


def results(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """The table ``result``."""
    base: dict[str, object] = {"metric": "acc", "filter": "none", "stderr": 0.01, "n": 100}
    return pd.DataFrame([{**base, **row} for row in rows])

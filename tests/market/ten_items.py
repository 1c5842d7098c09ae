"""Three models on ten items, in plain frames: ``a`` and ``c`` answer items 0 to 5 rightly, ``b`` items 3 to 6."""

from __future__ import annotations

from typing import Any

import pandas as pd

RIGHT = {"a": range(6), "b": range(3, 7), "c": range(6)}
RUNS = pd.DataFrame(
    {"run_id": list(RIGHT), "label": ["A", "B", "C"], "suite": "s", "suite_version": "1", "chat_template": False,
     "partial": False, "valid": True, "segment": ["lab", "startup", "lab"],
     "released": pd.to_datetime(["2024-01-01", "2025-01-01", None])}
)  # fmt: skip


class TenItems:
    """The queries of a database with these answers to the task ``shared`` and, asked of ``b`` with other shots, ``apart``."""

    def frame(self, name: str, /, **values: Any) -> pd.DataFrame:
        frame: pd.DataFrame = getattr(self, f"_{name}")(**values)
        return frame

    def _outcome_runs(self) -> pd.DataFrame:
        return pd.DataFrame({"run_id": ["a", "b"], "outcomes": [20, 20]})

    def _manifests(self, run_ids: list[str]) -> pd.DataFrame:
        return pd.DataFrame({"run_id": run_ids, "manifest": "{}"})

    def _tasks(self, run_ids: list[str]) -> pd.DataFrame:
        return pd.DataFrame({"task": ["shared", "apart"], "headline_metric": "acc"}).assign(
            suite="s", suite_version="1", kind="qa", headline_filter="none", higher_is_better=True, chance=0.0, best=1.0,
            h0=None, task_group=None,
        )  # fmt: skip

    def _results(self, run_ids: list[str]) -> pd.DataFrame:
        rows = [
            (r, t, len(RIGHT[r]) / 10, 5 * (r == "b" and t == "apart")) for r in run_ids for t in ("shared", "apart")
        ]
        return pd.DataFrame(rows, columns=["run_id", "task", "score", "num_fewshot"]).assign(
            metric="acc", filter="none", stderr=0.1, n=10, task_version="1"
        )

    def _outcomes(self, run_ids: list[str], probs: bool, right_or_wrong: bool, task: str | None) -> pd.DataFrame:
        rows = [
            (r, t, item, float(item in RIGHT[r])) for r in run_ids for t in ("shared", "apart") for item in range(10)
            if task in (None, t)
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["run_id", "task", "item", "value"]).assign(
            doc_hash=lambda f: f["item"].astype("uint64"), metric="acc", filter="none", weight=1.0, cluster=None,
            choice_probs=pd.NA, gold=None,
        )  # fmt: skip

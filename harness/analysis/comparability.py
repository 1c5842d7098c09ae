"""Comparability of scores: the conditions under which each was measured, and where they differ.

A condition that is unknown for one of two runs counts as a difference; two runs without it agree. Every difference is
named, so that a page can say why it keeps two scores apart.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

KEYS = ["task", "metric", "filter"]
CONDITIONS = ["items", "n", "data_hash", "prompt_hash", "task_version", "num_fewshot", "chat_template", "window"]
UNKNOWN = "unknown"


def conditions(run: pd.DataFrame, result: pd.DataFrame, outcome: pd.DataFrame | None = None) -> pd.DataFrame:
    """Conditions of each score, one row a run and measure: ``run_id, model, task, metric, filter`` and CONDITIONS.

    Tables ``run`` and ``result``; ``items`` is a hash of the set of ``doc_hash`` where ``outcome`` is given, else
    null. ``prompt_hash``, ``data_hash`` and ``window`` come from the manifest where it states them.
    """
    settings = pd.DataFrame(
        [row for r in run.to_dict("records") for row in _of_manifest(r)],
        columns=["run_id", "task", "data_hash", "prompt_hash", "window"],
    )
    rows = result[["run_id", *KEYS, "n", "num_fewshot", "task_version"]].merge(
        run[["run_id", "model", "chat_template"]], on="run_id"
    )
    rows = rows.merge(settings, on=["run_id", "task"], how="left")
    items = _item_sets(outcome) if outcome is not None and not outcome.empty else None
    rows = rows.assign(items=None) if items is None else rows.merge(items, on=["run_id", *KEYS], how="left")
    return rows[["run_id", "model", *KEYS, *CONDITIONS]]


def _of_manifest(run: Mapping[Any, Any]) -> list[dict[str, object]]:
    """Conditions in a run's manifest, one record a task: hashes of data and prompts, and the window."""
    text = run.get("manifest")
    manifest = json.loads(text) if isinstance(text, str) and text else text
    if not isinstance(manifest, Mapping):
        return []
    settings = (manifest.get("engine") or {}).get("settings") or {}
    window = settings.get("max_length", settings.get("window"))
    return [
        {
            "run_id": run["run_id"],
            "task": task.get("task"),
            "data_hash": task.get("data_hash"),
            "prompt_hash": task.get("prompt_hash"),
            "window": task.get("window", window),
        }
        for task in manifest.get("tasks") or []
    ]


def _item_sets(outcome: pd.DataFrame) -> pd.DataFrame:
    keys = ["run_id", *KEYS]
    return outcome.groupby(keys)["doc_hash"].agg(item_set_hash).rename("items").reset_index()


def item_set_hash(doc_hashes: pd.Series) -> str:
    """Hash (16 hex digits) of a multiset of items, whatever their order."""
    ordered = np.sort(doc_hashes.to_numpy(dtype=np.uint64))
    return hashlib.sha256(ordered.astype("<u8").tobytes()).hexdigest()[:16]


def _text(column: pd.Series) -> pd.Series:
    return column.map(lambda v: UNKNOWN if pd.isna(v) else str(v)).astype(object)


def differences(settings: pd.DataFrame) -> pd.DataFrame:
    """Conditions that differ within one measure: ``task, metric, filter, condition, value, models``.

    One row per value of a condition that is not the same for all; ``models`` is a sorted, comma-separated list.
    No row means that all may be compared.
    """
    rows = []
    for measure, part in settings.groupby(KEYS, sort=True):
        for condition in CONDITIONS:
            values = _text(part[condition])
            if values.nunique() > 1:
                for value, who in part["model"].groupby(values, sort=True):
                    rows.append((*measure, condition, value, ", ".join(sorted(set(who.astype(str))))))
    return pd.DataFrame(rows, columns=[*KEYS, "condition", "value", "models"])

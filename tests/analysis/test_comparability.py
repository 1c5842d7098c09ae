"""Numbers made under different conditions are kept apart, and the difference is named."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from harness.analysis import comparability as c
from tests.analysis import make


def _made(**second: object) -> pd.DataFrame:
    """Two runs, alike but for what ``second`` says of the second one."""
    run = make.runs(["a", "b"], chat_template=False)
    manifests = []
    for i in range(2):
        task = {"task": "t", "data_hash": "d", "prompt_hash": "p", **(second.get("task", {}) if i else {})}
        manifests.append(
            json.dumps(
                {"tasks": [task], "engine": {"settings": {"max_length": 512 if not i else second.get("window", 512)}}}
            )
        )
    run = run.assign(manifest=manifests)
    if "chat" in second:
        run["chat_template"] = [False, second["chat"]]
    rows = [
        {"run_id": "run-a", "task": "t", "num_fewshot": 0, "task_version": "1"},
        {"run_id": "run-b", "task": "t", "num_fewshot": second.get("shots", 0), "task_version": "1"},
    ]
    outcome = make.outcome({"a": [1, 0, 1], "b": second.get("values", [0, 0, 1])})
    return c.conditions(run, make.results(rows), outcome)


def test_alike_runs_share_a_group_whatever_the_order_of_items() -> None:
    made = _made()
    assert c.differences(made).empty
    hashes = pd.Series(np.array([3, 1, 2], dtype=np.uint64))
    assert c.item_set_hash(hashes) == c.item_set_hash(hashes.iloc[::-1])
    assert c.item_set_hash(hashes) != c.item_set_hash(hashes.iloc[:2])


@pytest.mark.parametrize(
    ("second", "condition"),
    [
        ({"shots": 5}, "num_fewshot"),
        ({"window": 2048}, "window"),
        ({"chat": True}, "chat_template"),
        ({"task": {"prompt_hash": "other"}}, "prompt_hash"),
        ({"task": {"data_hash": None}}, "data_hash"),
        ({"values": [0, 0, np.nan]}, "items"),
    ],
)
def test_each_condition_keeps_numbers_apart(second: dict, condition: str) -> None:
    made = _made(**second)
    told = c.differences(made)
    assert condition in set(told["condition"])
    assert set(told["models"]) == {"a", "b"}


def test_unknown_is_like_unknown_only() -> None:
    run = make.runs(["a", "b", "c"], chat_template=None).assign(manifest=None)
    rows = [
        {"run_id": f"run-{m}", "task": "t", "num_fewshot": s, "task_version": None}
        for m, s in zip("abc", (0, 0, None), strict=True)
    ]
    made = c.conditions(run, make.results(rows))
    assert "num_fewshot" in set(c.differences(made)["condition"])
    assert c.differences(made[made["model"].isin(["a", "b"])]).empty


def test_nothing_in_nothing_out() -> None:
    made = _made().iloc[:0]
    assert c.differences(made).empty

"""Findings of likeness: boards of a suite together, what is computed of them, and the verdict on groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from harness.market.alike.boards import boards, of_suites
from harness.market.alike.findings import Findings, findings, group_verdict
from harness.store.reader import Reader
from tests.market import item_boards


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader(item_boards.build(tmp_path_factory.mktemp("boards")))


@pytest.fixture(scope="module")
def found(reader: Reader) -> Findings:
    return findings(reader, of_suites(boards(reader))[0])


def test_every_benchmark_agent_and_edition_stands_for_itself(reader: Reader) -> None:
    suites = of_suites(boards(reader))
    assert sorted((s[0].task, s[0].agent, len(s)) for s in suites) == [
        ("fix", "Hands", 1), ("fix", "Other", 1), ("test", "Hands", 1),
    ]  # fmt: skip
    assert suites[0][0].richness == max(s[0].richness for s in suites)
    assert not any(board.probs for suite in suites for board in suite)


def test_findings_are_of_all_models_and_items(found: Findings) -> None:
    answers = item_boards.answers()
    assert set(found.models["label"]) == {"acme/one", "acme-two", "bigco-max", "nobody/else"}
    assert found.items == item_boards.ITEMS and len(found.pairs) == 6
    accuracy = found.models.set_index("label")["accuracy"]
    assert accuracy["acme/one"] == pytest.approx(np.mean(answers["acme/one"]))
    failed = sum(not any(values[i] for values in answers.values()) for i in range(item_boards.ITEMS))
    assert found.failed["items"].iloc[-1] == failed
    assert (
        all(found.points(measure).empty for measure in ("kappa", "residual"))
        and np.isnan(found.trend["per_year"]).all()
    )  # four models are too few


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        ((0.1, 0.3, 0.05, 0.4), "more"),
        ((0.1, 0.3, -0.1, 0.4), "more_here"),
        ((-0.3, -0.1, -0.4, -0.05), "less"),
        ((-0.3, -0.1, -0.4, 0.05), "less_here"),
        ((-0.1, 0.1, -0.2, 0.2), "unknown"),
        ((np.nan, np.nan, np.nan, np.nan), "unknown"),
    ],
)
def test_a_verdict_takes_both_intervals(ends: tuple[float, ...], verdict: str) -> None:
    row = dict(zip(("low", "high", "models_low", "models_high"), ends, strict=True))
    frame = pd.DataFrame([{"by": "vendor", "measure": "residual", "group_a": "all", "relation": "within − between",
                           "mean": 0.2, **row}])  # fmt: skip
    assert group_verdict(frame, "vendor", "residual")[0] == verdict
    assert group_verdict(frame, "country", "residual") == ("unknown", None)

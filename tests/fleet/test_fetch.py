"""Fetching ahead: each model and each suite's data once asked for, nothing where the night is offline, no failure that matters."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from harness.errors import MissingData
from harness.fleet.nodes import fetch


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What the engine's and the suites' own loaders are asked for; the hub has no model."""
    calls: list[tuple[object, ...]] = []

    def model(name: str, *, revision: str | None = None, offline: bool = False) -> None:
        calls.append(("model", name, revision))
        raise MissingData("the hub cannot be reached")

    monkeypatch.setattr("harness.engine.source.resolve", model)
    monkeypatch.setattr("harness.suites.tasks.resolve", lambda suite, hub: calls.append(("data", suite.name)))
    monkeypatch.setattr(os, "nice", lambda by: by)
    return calls


def file(folder: Path, **options: object) -> str:
    path = folder / "one.yaml"
    run = {"model": "owner/name", "suite": "quick", **options}
    path.write_text(json.dumps({"runs": [run]}))
    return str(path)


def test_a_model_that_cannot_be_had_does_not_keep_the_data_back(
    tmp_path: Path, asked: list[tuple[object, ...]]
) -> None:
    fetch.main([file(tmp_path, revision="main")])
    assert asked == [("model", "owner/name", "main"), ("data", "quick")]


def test_offline_fetches_nothing_and_a_server_has_its_weights(tmp_path: Path, asked: list[tuple[object, ...]]) -> None:
    fetch.main([file(tmp_path, offline=True)])
    assert asked == []
    fetch.main([file(tmp_path, engine="api", model="m@http://localhost:1/v1")])
    assert asked == [("data", "quick")]

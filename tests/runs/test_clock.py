"""Clocks that go back: a run is sealed later than all of its plan, so that ids stay unique and the newest is the last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from harness.runs import plan, seal
from harness.runs.execute import run_model
from harness.runs.plan import Plan, TaskPlan, sealing_time
from harness.store import run_folder
from harness.suites.model import Suite
from tests.runs.conftest import options
from tests.runs.test_execute import SILENT

NOW = datetime(2026, 11, 30, 3, 0, 0, 400_000, tzinfo=UTC)
SECOND = NOW.replace(microsecond=0)


def a_plan(suite: Suite) -> Plan:
    task = TaskPlan("landscape_cal_text", None, "perplexity", "1", 0, 1, 1, None)
    return Plan(None, suite, options(), (task,), {}, None, "abcdef0123456789")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("earlier", "sealed"),
    [
        ([], SECOND),
        (["20261130T025959Z-m-calibration-abcdef01"], SECOND),
        (["20261130T030000Z-m-calibration-abcdef01"], SECOND + timedelta(seconds=1)),
        (["20280101T000000Z-m-calibration-abcdef01"], datetime(2028, 1, 1, 0, 0, 1, tzinfo=UTC)),
        (["20280101T000000Z-m-calibration-99999999", "no-run-abcdef01", ".20280101T000000Z-abcdef01"], SECOND),
    ],
)
def test_a_run_is_sealed_after_every_run_of_its_plan(
    tmp_path: Path, calibration: Suite, earlier: list[str], sealed: datetime
) -> None:
    for name in earlier:
        (tmp_path / name).mkdir()
    assert sealing_time(tmp_path, a_plan(calibration), NOW) == sealed


def test_a_clock_that_goes_back_during_and_between_runs_confuses_nothing(
    tiny_model: Path, calibration: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class DaysAgo(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) - timedelta(days=400)

    first = run_model(str(tiny_model), calibration, options(limit=1), tmp_path, SILENT)
    monkeypatch.setattr(seal, "datetime", DaysAgo)
    second = run_model(str(tiny_model), calibration, options(limit=1, again=True), tmp_path, SILENT)
    third = run_model(str(tiny_model), calibration, options(limit=1, again=True), tmp_path, SILENT)
    assert run_folder.sealed(tmp_path) == [first.folder, second.folder, third.folder]
    for done in (second, third):
        manifest = run_folder.read_manifest(done.folder)
        assert manifest["started"] <= manifest["sealed"]
        assert done.folder.name.startswith(manifest["sealed"].replace("-", "").replace(":", ""))
    assert plan.find_sealed(tmp_path, run_folder.read_manifest(first.folder)["plan"]["hash"]) == third.folder

"""A night whose folder cannot be written goes on to its end, and says so once."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from harness.fleet import state
from harness.fleet.asked.night import NightAsked, night_of
from harness.fleet.model import Place
from harness.fleet.night_run import NightRun
from harness.fleet.nodes.watch import Shown
from harness.fleet.nodes.worker import Report, Task
from harness.runs.progress import Progress
from tests.fleet import nights
from tests.fleet.conftest import Here, node


class DoneAtOnce:
    """A worker whose process has ended well at the first look."""

    def look(self) -> Report:
        return Report(Shown(0.0), 0.0, ("a line",), 0, document={"runs": [{"code": 0}], "published": True})

    def stop(self, how: str) -> None: ...
    def close(self) -> None: ...
    def kill(self) -> None: ...


class Quick(Here):
    def launch(self, task: Task, place: Place) -> DoneAtOnce:  # type: ignore[override]
        self.events.append(("launch", task.key, place.node_id))
        return DoneAtOnce()


def no_logs(folder: Path) -> None:
    (folder / "logs").touch()


def no_state(folder: Path) -> None:
    (folder / "state.json" / "in the way").mkdir(parents=True)


def neither(folder: Path) -> None:
    no_logs(folder)
    no_state(folder)


@pytest.mark.parametrize(
    ("spoil", "said"), [(no_logs, "File exists"), (no_state, "Is a directory"), (neither, "File exists")]
)
def test_a_night_that_cannot_write_its_state_goes_on_and_says_so_once(
    spoil: Callable[[Path], None], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path))
    night = night_of(NightAsked(suites=("calibration",), models=("a", "b", "c")))
    folder = state.nights() / night.night_id
    folder.mkdir(parents=True)
    spoil(folder)
    here, out = Quick([node("n", 3.0)]), io.StringIO()
    run = NightRun(night, here, nights.works, Progress(Console(file=out, width=1000)), live=None)
    with state.ray_log(night.night_id) as log:
        log.write("what Ray says")
    run.run()
    assert run.code() == 0 and len(here.events) == 3
    assert [line for line in out.getvalue().splitlines() if "cannot be written" in line] == [
        f"{folder} cannot be written ({said}); the night goes on, and harness fleet status shows it as it was."
    ]

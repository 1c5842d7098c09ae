"""``harness fleet run`` as a whole: the night is read and checked, held, driven on Ray, and told of."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext, redirect_stdout

from rich.console import Console

from harness.errors import BadInput
from harness.fleet import state
from harness.fleet.asked import checks
from harness.fleet.asked.night import Night, NightAsked, night_of
from harness.fleet.driving.course import Fleet, WorkerHandle
from harness.fleet.model import Node, Place
from harness.fleet.night_run import NightRun, Works, held
from harness.fleet.nodes.joined import connected
from harness.fleet.nodes.worker import Task
from harness.fleet.table import summary, table
from harness.runs.command.log_lines import LogLines, progress
from harness.runs.jobs.fleet_settings import LEAST_HUNG_MINUTES, is_minutes, is_tries
from harness.runs.jobs.notify import Report, notified
from harness.runs.progress import Progress
from harness.terminal import print_table


class NoFleet:
    """The fleet of a night whose models are all refused: Ray is asked for nothing."""

    def nodes(self) -> tuple[Mapping[str, Node], bool]:
        """None."""
        return {}, False

    def launch(self, task: Task, place: Place) -> WorkerHandle:
        """Nothing is ever placed here."""
        raise AssertionError(task.key)

    def fetch(self, task: Task, node_id: str) -> None:
        """Nothing is ever fetched here."""
        raise AssertionError(task.key)


def run(asked: NightAsked, address: str, *, notify: str | None, quiet: bool, log: str, as_json: bool) -> int:
    """Run a night; returns the exit code.

    Raises:
        BadInput: command, file or address are wrong, or Ray is not installed; nothing was changed.
        PlanHeld: another process drives this very night.
    """
    from harness.fleet.asked.works import works

    if asked.hung_minutes is not None and not is_minutes(asked.hung_minutes):
        raise BadInput(
            f"--hung-minutes is {asked.hung_minutes:g}; progress is told every minute: give {LEAST_HUNG_MINUTES:g} or more."
        )
    if asked.tries is not None and not is_tries(asked.tries):
        raise BadInput(f"--tries is {asked.tries}; give a number from 1 to 100.")
    show = progress(quiet=quiet, log=log)
    return notified(
        notify, lambda report: drive(night_of(asked), address, works, show, as_json=as_json, report=report), show=show
    )


def drive(
    night: Night, address: str, works: Works, show: Progress, *, as_json: bool, report: Report = lambda document: None
) -> int:
    """Check, hold and drive a night; prints what came out and returns the exit code."""
    checks.check(night)
    live = Console(stderr=True, highlight=False) if sys.stderr.isatty() and not isinstance(show, LogLines) else None
    show = show if live is None else Progress(live)  # lines above the table, not through it
    with held(night):
        state.sweep()
        refused = checks.refused(night)
        fleet: AbstractContextManager[Fleet] = connected(address, show.warn)
        if len(refused) == len(night.models):
            fleet = nullcontext(NoFleet())
        # Ray prints what befalls its workers on standard output, where our document goes.
        with state.ray_log(night.night_id) as log, redirect_stdout(log), fleet as nodes:
            under_way = NightRun(night, nodes, works, show, live=live, refused=refused)
            under_way.run()
    document = under_way.document()
    report(document)
    if as_json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        models = [m.state for m in under_way.driver.models.values()]
        print(f"{night.night_id}: {summary(models)}")
        print_table(table(models))
        for model in models:
            if model.message and model.state != "done":
                print(f"{model.model}: {model.message}")
    return under_way.code()

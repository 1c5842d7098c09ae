"""A night's state printed: a table, or one JSON document."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

from harness.fleet.state import ENDED, NightFolder, NightState
from harness.fleet.table import summary, table
from harness.log_line import stamp
from harness.terminal import print_json, print_table


def print_night(folder: NightFolder, *, as_json: bool) -> None:
    """Print a night from its files."""
    driven = folder.driven()  # before the state: a driver that ends in between has written its last one
    night = folder.read()
    if as_json:
        print_json({**asdict(night), "driver": driver(night, driven), "logs": str(folder.path / "logs")})
        return
    print(f"{night.night}: {summary(night.models)}")
    print(_sentence(night, driver(night, driven)))
    print_table(table(night.models))
    for model in night.models:
        if model.message and model.state not in ("done",):
            print(f"{model.model}: {model.message}")
    print(f"Logs: {folder.path / 'logs'}")


def driver(night: NightState, driven: bool) -> str:
    """``working``, ``ended``, or ``dead`` where it left without saying so."""
    if driven:
        return "working"
    return "ended" if night.ended is not None else "dead"


def _sentence(night: NightState, driver: str) -> str:
    who = f"process {night.process} on {night.host}"
    began = stamp(datetime.fromtimestamp(night.started, UTC))
    if driver == "working":
        stopping = f"; it was asked to stop ({night.stopping})" if night.stopping else ""
        return f"Driven by {who} since {began}, on {night.nodes} node{'s' if night.nodes != 1 else ''}{stopping}."
    last = stamp(datetime.fromtimestamp(night.ended or night.updated, UTC))
    if driver == "ended":
        return f"Ended {last} with exit code {night.code} (begun {began})."
    open_ = sum(m.state not in ENDED for m in night.models)
    return f"The driver ({who}) is dead; its last word is of {last}. {open_} models are open: the same command goes on."

"""The end of every try: the same command again until it is done, and what it then ends with, held against the whole night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.fault_injection.recording import Change, record
from benchmarks.fault_injection.report import Report
from benchmarks.fault_injection.scene import Numbers, Scene, counts, leftovers, numbers


@dataclass(frozen=True)
class Whole:
    """A command that nobody disturbs: its place, and its numbers."""

    place: Path
    numbers: Numbers


@cache
def undisturbed(scene: Scene, words: tuple[str, ...]) -> Whole:
    """The command in a place of its own in the scene's folder, once for all faults."""
    place = scene.folder / "whole" / Path(words[-2]).stem
    code = scene.run(words, place)
    assert code == 0, scene.said(place)
    return Whole(place, numbers(place))


@cache
def recorded(scene: Scene) -> tuple[Change, ...]:
    """Every change that a night makes in its place, call by call, recorded once for all faults."""
    place, log = scene.folder / "recorded", scene.folder / "calls.txt"
    place.mkdir()
    changes = record(scene.night, scene.environment(place), place, log)
    log.unlink()
    return tuple(changes)


def finish(
    report: Report, scene: Scene, words: Sequence[str], place: Path, whole: Numbers, name: str, twice: int | None = 0
) -> None:
    """Give the command again; it must end with 0, the same numbers, and at most ``twice`` batches computed twice.

    Only what stands in the journal counts: where ``twice`` is None, lines may have been lost, and nothing is counted.
    """
    code = scene.run(words, place)
    if code != 0:
        report.differ(f"{name}: the same command ends with {code}: {scene.said(place)[-400:]}")
        return
    compare(report, place, whole, name, twice)


def compare(report: Report, place: Path, whole: Numbers, name: str, twice: int | None = 0) -> None:
    """Hold what a place ended with against the whole night."""
    try:
        ours = numbers(place)
    except Exception as error:  # whatever cannot be read is what is looked for
        report.differ(f"{name}: {type(error).__name__}: {error}")
        return
    for part in ("results", "samples", "database"):
        if getattr(ours, part) != getattr(whole, part):
            report.differ(f"{name}: other {part}")
    if left := leftovers(place):
        report.differ(f"{name}: left {left}")
    if twice is not None:
        repeated = sum(c["begun"] - c["done"] for c in counts(place))
        if not 0 <= repeated <= twice:
            report.lost(f"{name}: {repeated} batches were computed twice, {twice} at most may be")

"""What becomes of a model whose worker has ended or is lost: done, failed, or waiting to be placed again."""

from __future__ import annotations

from harness.errors import RunFailed
from harness.fleet.driving.course import Course, Model
from harness.fleet.ending import Ending, ending
from harness.fleet.nodes.ray_worker import Lost
from harness.stopping import STOPPED

MOST_LOST = 10
"""Workers of one model that may be lost while their node stays: beyond that it is the model that costs them their life."""
HELD_SECONDS = 60.0
"""Until a model whose plan another process holds is asked for again; a process on a lost node may live a while longer."""
LOST_SECONDS = 5.0
"""Until a model is placed again whose worker was lost: by then a lost node is known for one."""


def look_at(course: Course, model: Model) -> None:
    """One look at a model's worker: how far it is, or what becomes of the model where it has ended."""
    assert model.worker is not None
    try:
        report = model.worker.look()
    except Lost as lost:
        lose(course, model, f"its worker is lost: {lost}", node=lost.node)
        return
    except RunFailed as error:
        _end(course, model, Ending("again", 1, str(error)))
        return
    if report is None:
        return
    course.log(model.state.key, report.lines)
    if report.code is not None:
        _end(course, model, ending(report, told=model.told is not None))
        return
    shown = report.shown
    model.set(
        state="running" if shown.doing else "starting", suite=shown.suite, doing=shown.doing, done=shown.done, total=shown.total,
        rate=shown.rate, left=shown.left, sealed=max(model.state.sealed, shown.sealed),
    )  # fmt: skip


def _end(course: Course, model: Model, end: Ending) -> None:
    """What becomes of a model whose process has ended."""
    if end.meaning == "again" and model.place is not None:
        model.failed_on |= {model.place.node_id}
    release(course, model)
    model.last = end
    sealed = sum(1 for run in end.runs if run.get("code") == 0)
    now, tries = course.clock(), model.state.tries
    model.set(sealed=max(sealed, model.state.sealed), code=end.code, message=end.message)
    if end.meaning == "held":
        model.held_since = now if model.held_since is None else model.held_since
        if now - model.held_since < model.task.hung_minutes * 60 and course.stopping is None:
            model.not_before = now + HELD_SECONDS
            _wait(course, model, end.message)
            return
    else:
        model.held_since = None
    if end.meaning == "again":
        tries += 1
        if tries < course.tries and course.stopping is None:
            model.set(tries=tries)
            _wait(course, model, f"try {tries} of {course.tries} failed: {end.message}")
            return
    elif end.meaning in ("done", "failed"):
        tries += 1
    state = {"done": "done", "stopped": "stopped"}.get(end.meaning, "failed")
    model.set(state=state, tries=tries)
    course.say(model.state.key, end.message if end.message.startswith(state) else f"{state}: {end.message}")


def lose(course: Course, model: Model, why: str, *, node: bool = False) -> None:
    """Place a model again whose worker or node is gone; that is no try of its own."""
    assert model.worker is not None
    node = node or (model.place is not None and model.place.node_id not in course.nodes)
    model.worker.kill()
    release(course, model)
    lost = model.state.lost + (0 if node else 1)
    model.set(lost=lost)
    course.looked, model.not_before = None, course.clock() + LOST_SECONDS
    if course.stopping is not None:
        model.set(state="stopped", code=STOPPED, message=f"stopped; {why}")
    elif lost > MOST_LOST:
        model.set(state="failed", code=1, message=f"{why}; that was the {lost}th of its workers")
        course.say(model.state.key, f"failed: {model.state.message}")
    else:
        _wait(course, model, f"{why}; it is placed again")


def _wait(course: Course, model: Model, why: str) -> None:
    model.set(state="waiting", message=why)
    course.say(model.state.key, why)


def release(course: Course, model: Model) -> None:
    """Let a model's worker and place go."""
    if model.worker is not None:
        model.worker.close()
    if model.place is not None and course.board is not None:
        course.board.free(model.place)
    model.set(
        seconds=model.state.seconds + course.clock() - model.since, done=None, total=None, rate=None, left=None,
        doing="",
    )  # fmt: skip
    model.worker, model.place, model.told = None, None, None

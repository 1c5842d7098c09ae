"""The nodes of a night: the first look, when the planner's works are made, and what comes and goes after it."""

from __future__ import annotations

from harness.errors import BadInput, RunFailed
from harness.fleet.driving.course import Course
from harness.fleet.driving.ended_workers import lose
from harness.fleet.placing.board import Board
from harness.fleet.planner import refusal

LOOK_AT_NODES = 5.0
"""Seconds between two looks at the nodes."""
NO_NODE_SECONDS = 180.0
"""Seconds without a node that can be used, after which a night ends that has not begun."""
NO_NODE = (
    f"No node can be used after {NO_NODE_SECONDS / 60:g} min: none with processors has joined and answered with this version of "
    "the harness. Nothing was begun. `ray status` on the head names the nodes; with one that can be used, the same command begins."
)


def look_at_nodes(course: Course) -> None:
    """One look at the nodes, where it is due: the first makes the planner's works, later ones take note of what came and went.

    Raises:
        RunFailed: for a while there has been no node that can be used.
    """
    now = course.clock()
    if course.looked is not None and now - course.looked < LOOK_AT_NODES and course.board is not None:
        return
    course.looked = now
    course.began = now if course.began is None else course.began
    nodes, pending = course.fleet.nodes()
    if course.board is None:
        if pending or not nodes:  # the first look at the whole fleet: what fits nowhere is known only then
            if (
                not pending
                and now - course.began >= NO_NODE_SECONDS
                and not all(m.ended for m in course.models.values())
            ):
                raise RunFailed(NO_NODE)
            return
        course.nodes, course.board = nodes, Board(nodes.values())
        _make_works(course)
        return
    for gone in [n for n in course.nodes if n not in nodes]:
        host = course.nodes[gone].host
        course.board.remove(gone)
        for model in course.models.values():
            if model.worker is not None and model.place is not None and model.place.node_id == gone:
                lose(course, model, f"the node {host} is lost", node=True)
    for came in [n for n in nodes if n not in course.nodes]:
        course.board.add(nodes[came])
    course.nodes = dict(nodes)


def _make_works(course: Course) -> None:
    """The planner's works; a model that no node can hold is refused."""
    waiting = [m for m in course.models.values() if not m.ended]
    nodes = list(course.nodes.values())
    works = course.works(waiting, nodes)
    for model in waiting:
        model.work = works.get(model.state.key)
        problem = None if model.work is None else refusal(model.work, nodes)
        if problem is not None:
            model.set(state="refused", code=BadInput.exit_code, message=problem)
            course.say(model.state.key, problem)

"""Which models begin now, and which are fetched ahead: what the planner decides, done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.fleet.driving.course import Course, Model
from harness.fleet.model import Place, Work
from harness.fleet.placing.shares import holds, seconds_on
from harness.fleet.planner import next_placements


def begin(course: Course) -> None:
    """Begin the waiting models that have a place now, and let the nodes fetch those that come next."""
    assert course.board is not None
    now = course.clock()
    waiting = {m.work.key: m for m in course.models.values() if m.worker is None and not m.ended and m.work is not None}
    ready = [m.work for m in waiting.values() if m.not_before <= now and m.work is not None]
    running = [
        (m.work, m.place, max(now, m.since + seconds_on(m.work, course.nodes[m.place.node_id])))
        for m in course.models.values()
        if m.worker is not None and m.work is not None and m.place is not None and m.place.node_id in course.nodes
    ]
    begun = _elsewhere(course, waiting)
    placed = {work.key for work, _ in begun}
    begun += next_placements([work for work in ready if work.key not in placed], course.board, running, now)
    for work, place in begun:
        _launch(course, waiting.pop(work.key), place, now)
    if begun:
        _fetch_ahead(course, list(waiting.values()))


def _elsewhere(course: Course, waiting: Mapping[str, Model]) -> list[tuple[Work, Place]]:
    """Models that failed on a node, with places on others where there is room now: the node may be what is wrong."""
    assert course.board is not None
    begun = []
    for model in waiting.values():
        others = [node_id for node_id in course.nodes if node_id not in model.failed_on]
        if model.failed_on and others and model.work is not None and model.not_before <= course.clock():
            place = course.board.place(model.work, others)
            if place is not None:
                begun.append((model.work, place))
    return begun


def _launch(course: Course, model: Model, place: Place, now: float) -> None:
    host = course.nodes[place.node_id].host
    model.place, model.since = place, now
    model.worker = course.fleet.launch(model.task, place)
    model.set(state="starting", host=host, node=place.node_id, cards=place.cards, message="")
    cards = f", {place.cards:g} of a card" if 0 < place.cards < 1 else f", {place.cards:g} cards" if place.cards else ""
    course.say(model.state.key, f"begins on {host}{cards}")


def _fetch_ahead(course: Course, waiting: Sequence[Model]) -> None:
    """Let each node fetch the model that is expected to come to it next, where it is at work now."""
    here = {m.place.node_id for m in course.models.values() if m.place is not None}
    taken: set[str] = set()
    for node in (course.nodes[node_id] for node_id in sorted(here & set(course.nodes))):
        able = [(m, m.work) for m in waiting if m.work is not None and m.state.key not in taken and holds(m.work, node)]
        if not able:
            continue
        following, _ = min(able, key=lambda pair: (-seconds_on(pair[1], node), pair[1].key))
        taken.add(following.state.key)
        if node.node_id not in following.fetched:
            following.fetched |= {node.node_id}
            course.fleet.fetch(following.task, node.node_id)

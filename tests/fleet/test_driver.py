"""A night driven without Ray: what fails is tried again, what is lost is placed again, and one model never stops the others."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from harness.errors import RunFailed
from harness.fleet.driving.driver import Driver
from harness.fleet.driving.ended_workers import HELD_SECONDS, LOST_SECONDS, MOST_LOST
from harness.fleet.driving.nodes_in_use import LOOK_AT_NODES, NO_NODE_SECONDS
from tests.fleet.conftest import Clock, Here, node, over, until

Drive = Callable[..., Driver]


def test_every_model_is_run_once_where_there_is_room(drive: Drive) -> None:
    here = Here([node("a"), node("b")])
    states = over(drive(here, {"one": "quick", "two": "quick", "three": "quick"}))
    assert {key: (s.state, s.code, s.tries, s.sealed) for key, s in states.items()} == dict.fromkeys(
        ("one", "two", "three"), ("done", 0, 1, 1)
    )
    assert sorted(len(here.launched(key)) for key in states) == [1, 1, 1]
    assert {n for key in states for n in here.launched(key)} == {"a", "b"}


def test_a_failure_is_tried_again_and_bad_input_is_not(drive: Drive) -> None:
    here = Here([node("a", 4.0)])
    states = over(drive(here, {"twice": "fails-1", "never": "fails-9", "bad": "bad"}, tries=3))
    assert (states["twice"].state, states["twice"].tries) == ("done", 2)
    assert (states["never"].state, states["never"].tries, states["never"].code) == ("failed", 3, 1)
    assert states["never"].message == "attempt 3 failed"
    assert (states["bad"].state, states["bad"].tries, states["bad"].code) == ("failed", 1, 2)
    assert len(here.launched("bad")) == 1 and len(here.launched("never")) == 3


def test_a_model_that_failed_on_a_node_goes_to_another(drive: Drive) -> None:
    here = Here([node("a", 4.0), node("b", 4.0)])
    over(drive(here, {"one": "fails-1"}))
    assert set(here.launched("one")) == {"a", "b"}


def test_a_model_that_needs_more_than_any_node_is_refused_and_the_others_run(drive: Drive) -> None:
    here = Here([node("a", 0.5)])
    driver = drive(here, {"one": "quick"})
    assert over(driver)["one"].state == "refused"
    assert over(driver)["one"].code == 2
    assert "CPUs" in over(driver)["one"].message and here.events == []


@pytest.mark.parametrize("what", ["hung", "deaf"])
def test_a_hung_model_is_stopped_and_the_others_finish(drive: Drive, what: str) -> None:
    here = Here([node("a", 2.0)])
    states = over(drive(here, {"stuck": what, "fine": "quick"}, tries=2, hung_minutes=0.01, grace=0.3))
    assert (states["fine"].state, states["stuck"].state) == ("done", "failed")
    assert states["stuck"].tries == 2 and "no progress" in states["stuck"].message


def test_a_model_at_work_is_not_taken_for_hung(drive: Drive) -> None:
    here = Here([node("a")])
    driver = drive(here, {"busy": "slow"}, hung_minutes=0.05)
    until(driver, lambda: (driver.models["busy"].state.done or 0) > 200)  # four seconds; hung is three
    assert (driver.models["busy"].state.state, driver.models["busy"].state.tries) == ("running", 0)


def test_the_models_of_a_lost_node_go_elsewhere_and_lose_no_try(drive: Drive, clock: Clock) -> None:
    here = Here([node("a"), node("b")])
    driver = drive(here, {"one": "slow"}, tries=1)
    until(driver, lambda: driver.models["one"].state.state == "running")
    (first,) = here.launched("one")
    process = here.workers["one"].worker.look().pid
    del here.present[first]
    clock.more += LOOK_AT_NODES
    until(driver, lambda: driver.models["one"].state.state == "waiting")
    clock.more += LOST_SECONDS
    until(driver, lambda: len(here.launched("one")) == 2)
    assert process is not None and not _lives(process)
    state = driver.models["one"].state
    assert set(here.launched("one")) == {"a", "b"} and (state.tries, state.lost) == (0, 0)


def test_a_worker_that_is_lost_with_its_node_is_not_placed_there_at_once(drive: Drive) -> None:
    """The worker is known as lost before the node is: the model waits, and nothing is counted against it."""
    here = Here([node("a")])
    driver = drive(here, {"one": "slow"}, tries=1)
    until(driver, lambda: driver.models["one"].state.state == "running")
    here.workers["one"].lost_with_node = True
    until(driver, lambda: driver.models["one"].state.state == "waiting")
    for _ in range(20):
        driver.step()
    assert len(here.launched("one")) == 1 and driver.models["one"].state.lost == 0


def test_a_node_that_comes_is_used(drive: Drive, clock: Clock) -> None:
    here = Here([node("a")])
    driver = drive(here, {"one": "slow", "two": "slow"})
    until(driver, lambda: len(here.events) == 2)  # one begins, the other is fetched
    here.present["b"] = node("b")
    clock.more += LOOK_AT_NODES
    until(driver, lambda: all(m.worker is not None for m in driver.models.values()))
    assert {here.launched("one")[0], here.launched("two")[0]} == {"a", "b"}


def test_a_night_without_a_node_ends_with_a_sentence_after_three_minutes(drive: Drive, clock: Clock) -> None:
    here = Here([])
    driver = drive(here, {"one": "quick"})
    clock.now = 1000.0
    assert not driver.step()
    clock.now += NO_NODE_SECONDS - 1
    assert not driver.step()
    clock.now += 1
    with pytest.raises(RunFailed, match=r"^No node can be used after 3 min: .* Nothing was begun\."):
        driver.step()
    assert here.events == []


def test_a_node_that_comes_late_is_still_the_first(drive: Drive, clock: Clock) -> None:
    here = Here([])
    driver = drive(here, {"one": "quick"})
    assert not driver.step()
    clock.more += NO_NODE_SECONDS - 60
    here.present["a"] = node("a")
    assert over(driver)["one"].state == "done"


def test_a_node_that_has_still_to_answer_is_waited_for_and_no_night_ends_for_it(drive: Drive, clock: Clock) -> None:
    here = Here([])
    here.pending = True
    driver = drive(here, {"one": "quick"})
    assert not driver.step()
    clock.more += 2 * NO_NODE_SECONDS
    assert not driver.step()
    here.present["a"], here.pending = node("a"), False
    assert over(driver)["one"].state == "done"


def test_lost_workers_are_no_tries_but_not_for_ever(drive: Drive, clock: Clock) -> None:
    here = Here([node("a")])
    driver = drive(here, {"one": "slow"}, tries=1)
    for lost in range(1, MOST_LOST + 2):
        clock.more += LOST_SECONDS
        until(driver, lambda: driver.models["one"].worker is not None)
        here.workers["one"].lost = True
        until(driver, lambda lost=lost: driver.models["one"].state.lost == lost)  # type: ignore[misc]
    state = over(driver)["one"]
    assert (state.state, state.tries, len(here.launched("one"))) == ("failed", 0, MOST_LOST + 1)


def test_a_process_that_somebody_kills_costs_a_try(drive: Drive) -> None:
    here = Here([node("a")])
    driver = drive(here, {"one": "slow"}, tries=1)
    until(driver, lambda: driver.models["one"].state.state == "running")
    process = here.workers["one"].worker.look().pid
    assert process is not None
    os.kill(process, signal.SIGKILL)
    assert (over(driver)["one"].state, over(driver)["one"].message) == ("failed", "its process was ended by signal 9")


def test_a_plan_that_another_process_holds_is_waited_for(drive: Drive, clock: Clock) -> None:
    here = Here([node("a")])
    driver = drive(here, {"one": "held"}, hung_minutes=2.5)
    until(driver, lambda: driver.models["one"].not_before > 0)
    assert driver.models["one"].state.state == "waiting" and len(here.launched("one")) == 1
    while not driver.models["one"].ended:
        clock.more += HELD_SECONDS
        until(driver, lambda: driver.models["one"].worker is None)
        driver.step()
        until(driver, lambda: driver.models["one"].worker is None)
    state = driver.models["one"].state
    assert (state.state, state.code, state.tries) == ("failed", 3, 0) and 3 <= len(here.launched("one")) <= 4


@pytest.mark.parametrize(("how", "word"), [("now", "at once"), ("drain", "at the next batch")])
def test_a_stop_reaches_the_processes_and_begins_nothing_more(drive: Drive, how: str, word: str) -> None:
    here = Here([node("a")])
    driver = drive(here, {"one": "slow", "two": "slow"})
    until(driver, lambda: any(m.state.state == "running" for m in driver.models.values()))
    driver.stop(how)
    states = over(driver)
    assert {s.state for s in states.values()} == {"stopped"} and {s.code for s in states.values()} == {130}
    messages = [m.last.runs[0]["message"] for m in driver.models.values() if m.last is not None]
    assert messages == [f"stopped {word}"]


def test_the_next_model_is_fetched_before_it_begins_and_once(drive: Drive) -> None:
    here = Here([node("a")])
    over(drive(here, {"one": "quick", "two": "quick", "three": "quick"}))
    began = [key for event, key, _ in here.events if event == "launch"]
    fetched = [key for event, key, _ in here.events if event == "fetch"]
    assert fetched == began[1:]
    for key in fetched:
        assert here.events.index(("fetch", key, "a")) < here.events.index(("launch", key, "a"))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True

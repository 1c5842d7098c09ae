"""A lease has one holder: who lives keeps it, who is silent loses it, and knows."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import BadInput, StoreAway
from harness.store.remote import lease, lease_terms
from harness.store.remote.lease import LeaseHeld, Terms
from harness.store.remote.objects import Objects


class Clock:
    """Seconds that pass where somebody sleeps; ``at`` says what happens at a second."""

    def __init__(self, stale: float = 60.0) -> None:
        self.time, self.at = 0.0, dict[int, Callable[[], object]]()
        self.terms = Terms(stale, lambda: self.time, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.time += seconds
        for second in sorted(second for second in self.at if second <= self.time):
            self.at.pop(second)()


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No lease renews itself."""
    monkeypatch.setattr(lease.Lease, "_renew_often", lambda self: None)


def test_a_free_name_is_taken_at_once_and_again_after_its_release(objects: Objects) -> None:
    clock = Clock()
    for number in (1, 2, 3):
        with lease.hold(objects, "plan", clock.terms) as held:
            assert (held.number, held.still_held()) == (number, True)
    assert clock.time == 0.0
    assert objects.names(".locks/plan").objects == ("00000003",)


def test_a_live_holder_is_named_after_one_renewal(objects: Objects, still: None) -> None:
    clock = Clock()
    holder = lease.take(objects, "plan", clock.terms)
    clock.at[15] = holder.renew
    with pytest.raises(LeaseHeld, match=r"process \d+ on \S+ since 20\d\d-.*Z"):
        lease.take(objects, "plan", clock.terms)
    assert 15 <= clock.time < 20
    assert holder.still_held()


def test_a_silent_holder_is_passed_over_after_a_minute_and_knows(objects: Objects, still: None) -> None:
    clock = Clock()
    silent = lease.take(objects, "plan", clock.terms)
    after = lease.take(objects, "plan", clock.terms)
    assert 60 <= clock.time < 62
    assert after.number == 2 and after.still_held() and not silent.still_held() and silent.lost
    silent.renew()  # what a sleeper does as it wakes up takes nothing from the other
    silent.release()
    assert after.still_held() and lease.newest(objects, "plan")[1]["released"] is False


def test_the_holders_clock_is_of_no_account(objects: Objects, still: None) -> None:
    holder = lease.take(objects, "plan", Clock().terms)
    path = ".locks/plan/00000001"
    record = json.loads(objects.read(path, 9999) or b"")
    objects.write(path, json.dumps({**record, "since": "1970-01-01T00:00:00Z"}).encode())
    clock = Clock()
    clock.at[20] = holder.renew
    with pytest.raises(LeaseHeld):
        lease.take(objects, "plan", clock.terms)


def test_who_waits_gets_it_as_soon_as_it_is_free(objects: Objects, still: None) -> None:
    clock = Clock()
    holder = lease.take(objects, "database", clock.terms)
    clock.at |= dict.fromkeys(range(10, 100, 10), holder.renew)
    clock.at[103] = holder.release
    with lease.hold(objects, "database", clock.terms, wait=600.0) as held:
        assert held.number == 2 and 103 <= clock.time < 106
    holder = lease.take(objects, "database", clock.terms)
    clock.at |= dict.fromkeys(range(110, 300, 10), holder.renew)
    with pytest.raises(LeaseHeld):
        lease.take(objects, "database", clock.terms, wait=50.0)


def test_of_many_who_pass_over_a_dead_holder_one_wins(address: Callable[[str], str], still: None) -> None:
    """On a local folder, whose creation of a name is the kernel's: eight at once, twenty times."""
    place = Objects(address("file"))
    for number in range(1, 21):
        assert lease._take_next(place, "plan", number - 1, Clock().terms) is not None
        gate, winners = threading.Barrier(8), list[int]()

        def steal(number: int = number, gate: threading.Barrier = gate, winners: list[int] = winners) -> None:
            gate.wait()
            if (won := lease._take_next(place, f"stolen-{number}", 1, Clock().terms)) is not None:
                winners.append(won.number)

        thieves = [threading.Thread(target=steal) for _ in range(8)]
        for thief in thieves:
            thief.start()
        for thief in thieves:
            thief.join()
        assert winners == [2]


def test_a_lease_renews_itself(objects: Objects) -> None:
    renewed = threading.Event()
    write = objects.write

    def seen(path: str, data: bytes) -> None:
        write(path, data)
        renewed.set()

    objects.write = seen  # type: ignore[method-assign]
    with lease.hold(objects, "plan", Terms(0.04)):
        assert renewed.wait(10)
        assert lease.newest(objects, "plan")[1]["renewals"] >= 1


def test_renewing_goes_on_after_the_line_was_dead(address: Callable[[str], str], away: Callable[[bool], None]) -> None:
    place = Objects(address("away"), wait=lambda seconds: None)
    with lease.hold(place, "plan", Terms(0.04)) as held:
        away(True)
        with pytest.raises(StoreAway):
            held.still_held()
        away(False)
        before = lease.newest(place, "plan")[1]["renewals"]
        seen = threading.Event()
        for _ in range(1000):
            if lease.newest(place, "plan")[1]["renewals"] > before:
                break
            seen.wait(0.01)
        else:
            pytest.fail("it renews no more")
        assert held.still_held() and not held.lost


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"process": "x", "released": "yes"}'])
def test_a_lease_that_says_nothing_is_waited_out(objects: Objects, content: bytes) -> None:
    objects.write(".locks/plan/00000004", content)
    objects.write(".locks/plan/odd-name", b"{}")
    clock = Clock()
    with lease.hold(objects, "plan", clock.terms) as held:
        assert held.number == 5 and clock.time >= 60


@pytest.mark.parametrize("given", ["0", "-3", "soon", "nan", "inf"])
def test_the_seconds_are_checked(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDSCAPE_LEASE", given)
    with pytest.raises(BadInput, match="LANDSCAPE_LEASE"):
        lease_terms.terms()
    monkeypatch.setenv("LANDSCAPE_LEASE", "8")
    assert (lease_terms.terms().stale, lease_terms.terms().renew) == (8.0, 2.0)


def test_a_dead_process_holds_nothing(address: Callable[[str], str], tmp_path: Path, still: None) -> None:
    """What a kill leaves is the object alone: nothing on this host has to be cleared."""
    place = Objects(address("file"))
    lease.take(place, "plan", Clock().terms)
    again, clock = Objects(place.url), Clock()
    assert lease.take(again, "plan", clock.terms).number == 2 and clock.time >= 60


def test_a_dead_process_of_this_very_place_is_not_waited_for(objects: Objects, tmp_path: Path, still: None) -> None:
    clock, said = Clock(), list[str]()
    here = dataclasses.replace(clock.terms, place=lease_terms.place_of(tmp_path), say=said.append)
    lease.take(objects, "plan", here)
    assert lease.take(objects, "plan", here).number == 2 and clock.time == 0.0
    (tmp_path / "elsewhere").mkdir()
    other = dataclasses.replace(here, place=lease_terms.place_of(tmp_path / "elsewhere"))
    assert lease.take(objects, "plan", other).number == 3 and clock.time >= 60
    lease.take(objects, "nowhere", clock.terms)
    lease.take(objects, "nowhere", clock.terms)
    assert clock.time >= 120  # two places that are not known are not the same
    assert said[-1].startswith("waiting up to 60 s to see whether the holder of this plan lives: process")


def test_who_was_asleep_between_the_look_and_the_taking_holds_nothing(
    objects: Objects, still: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, make = Clock(), objects.make
    with lease.hold(objects, "plan", clock.terms):
        pass
    others: list[lease.Lease] = []

    def late(path: str, content: bytes) -> bool:
        monkeypatch.setattr(objects, "make", make)
        with lease.hold(objects, "plan", clock.terms):  # number 2, cleared away by who takes number 3
            pass
        others.append(lease.take(objects, "plan", clock.terms))
        return make(path, content)

    monkeypatch.setattr(objects, "make", late)
    clock.at[20] = lambda: others[0].renew()
    with pytest.raises(LeaseHeld):
        lease.take(objects, "plan", clock.terms)
    assert others[0].number == 3 and others[0].still_held()

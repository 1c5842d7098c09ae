"""What the planner promises of every night: nothing given twice, everything placed that can be, nobody starved."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.fleet.model import Card, Need, Node, Place, Work
from harness.fleet.planner import Board, next_placements, refusal
from tests.fleet.drawn import check, nodes, works

QUICK = settings(max_examples=150, deadline=None)


def play(fleet: list[Node], waiting: list[Work], late: float = 1.0) -> dict[str, tuple[float, float, Place]]:
    """Begin, end and place of every work of a night in which each takes ``late`` times what is expected."""
    board, now, done = Board(fleet), 0.0, {}
    waiting, running = list(waiting), list[tuple[Work, Place, float, float]]()
    by_id = {node.node_id: node for node in fleet}
    while waiting or running:
        begun = next_placements(waiting, board, [(w, p, e) for w, p, e, _ in running], now)
        for work, place in begun:
            names = {card.name for card in by_id[place.node_id].cards} if place.cards else {"cpu"}
            seconds = max(work.expected(name) for name in names)
            running.append((work, place, now + seconds, now + late * seconds))
            done[work.key] = (now, now + late * seconds, place)
        waiting = [work for work in waiting if work.key not in done]
        check(fleet, [(w, p) for w, p, _, _ in running])
        if not running:
            break
        now = min(end for *_, end in running)
        for _, place, _, end in running:
            if end <= now:
                board.free(place)
        running = [one for one in running if one[3] > now]
    return done


def card_work(key: str, seconds: float, memory: float = 60.0, **changes: object) -> Work:
    return Work(key, key, replace(Need(memory, 1.0, most_cards=8), **changes), seconds)


def like_cards(count: int, nodes: int = 1) -> list[Node]:
    return [Node(f"n{i}", f"h{i}", 64, 500.0, (Card("big", 80.0),) * count) for i in range(nodes)]


@QUICK
@given(nodes(), works(), st.sampled_from([0.5, 1.0, 1.7]))
def test_nothing_is_given_twice_and_everything_that_fits_is_placed(
    fleet: list[Node], wanted: list[Work], late: float
) -> None:
    done = play(fleet, wanted, late)
    assert {work.key for work in wanted if refusal(work, fleet) is None} == set(done)


@QUICK
@given(nodes(), works(6))
def test_a_refusal_is_right(fleet: list[Node], wanted: list[Work]) -> None:
    """Against a plain count of what each node has in all."""
    for work in wanted:
        need, able = work.need, False
        for node in fleet:
            host = need.cpus <= node.cpus and need.memory_gb <= node.memory_gb - 1 / 1024
            counts = [1, *(need.card_counts or range(2, 9))]
            smallest = min((card.memory_gb for card in node.cards), default=0.0)
            on_cards = any(
                n <= min(len(node.cards), max(1, need.most_cards)) and need.card_memory_gb <= n * smallest
                for n in counts
            )
            able |= host and (on_cards or (need.card_memory_gb == 0 and not need.whole_card))
        if able:
            assert refusal(work, fleet) is None
        said = refusal(work, fleet)
        assert said is None or (work.model in said and said.endswith("."))


@QUICK
@given(nodes(), works(), st.randoms(use_true_random=False))
def test_freed_places_leave_the_board_as_it_was(fleet: list[Node], wanted: list[Work], order: object) -> None:
    board = Board(fleet)
    places = [place for work in wanted if (place := board.place(work))]
    order.shuffle(places)  # type: ignore[attr-defined]
    for place in places:
        board.free(place)
    whole = Board(fleet)
    for node_id, host in board.hosts.items():
        new = whole.hosts[node_id]
        assert (host.cards, host.cpus, host.memory) == (new.cards, new.cpus, new.memory)


@pytest.mark.parametrize("machines", [2, 3])
@settings(max_examples=60, deadline=None)
@given(seconds=st.lists(st.integers(1, 12), min_size=1, max_size=6))
def test_like_cards_end_within_grahams_bound_of_the_best_night(machines: int, seconds: list[int]) -> None:
    """Longest first is within 4/3 − 1/(3m) of the best of all assignments (Graham 1969, theorem 3)."""
    done = play(like_cards(machines), [card_work(f"w{i}", s) for i, s in enumerate(seconds)])
    best = min(
        max(sum(s for s, on in zip(seconds, where, strict=True) if on == m) for m in range(machines))
        for where in itertools.product(range(machines), repeat=len(seconds))
    )
    assert max(end for _, end, _ in done.values()) <= (4 / 3 - 1 / (3 * machines)) * best + 1e-9


def test_a_large_model_is_not_starved_by_small_ones() -> None:
    """Four cards: a model that needs all of them comes while two are busy for 10 s and a hundred short ones wait."""
    board = Board(like_cards(4))
    busy = [card_work("a", 10), card_work("b", 10)]
    running = [(work, place, 10.0) for work in busy if (place := board.place(work))]
    small = [card_work(f"s{i:03d}", 6) for i in range(100)]
    waiting = [card_work("large", 50, 300.0), *small]
    begun = next_placements(waiting, board, running, 0.0)
    assert {work.key for work, _ in begun} == {"s000", "s001"}, "they end before 10 s"
    for _, place, _ in running:
        board.free(place)
    for _, place in begun:
        board.free(place)
    rest = [work for work in waiting if work.key not in ("s000", "s001")]
    assert [work.key for work, _ in next_placements(rest, board, [], 10.0)] == ["large"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=5, max_size=40), st.sampled_from([1.0, 1.5]))
def test_who_is_longest_waits_no_longer_than_what_runs(seconds: list[int], late: float) -> None:
    """Before the large one only what began at once, or ends before it can begin, has gone first."""
    small = [card_work(f"s{i}", s) for i, s in enumerate(seconds)]
    running = [card_work("r", 30)]
    board = Board(like_cards(2))
    place = board.place(running[0])
    assert place
    large = card_work("large", 31, 150.0)
    now, active, waiting = 0.0, [(running[0], place, 30.0, 30.0)], [large, *small]
    while large in waiting:
        begun = next_placements(waiting, board, [(w, p, e) for w, p, e, _ in active], now)
        for work, where in begun:
            active.append((work, where, now + work.otherwise, now + late * work.otherwise))
            waiting.remove(work)
        if large not in waiting:
            break
        now = min(end for *_, end in active)
        for _, where, _, end in active:
            if end <= now:
                board.free(where)
        active = [one for one in active if one[3] > now]
    assert now <= 30 + (late - 1) * 9


def test_small_models_share_a_card_and_large_ones_take_whole_cards_of_one_node() -> None:
    board = Board(like_cards(2, nodes=2))
    small = [board.place(card_work(f"s{i}", 1, 10.0)) for i in range(4)]
    assert [place.cards if place else None for place in small] == [0.25] * 4
    assert len({(place.node_id, place.slots) for place in small if place}) == 1
    large = board.place(card_work("l", 1, 130.0))
    assert large and (large.cards, large.slots) == (2.0, (0, 1))
    assert board.place(card_work("m", 1, 130.0)) is None, "one node has a card, the other none"
    odd = card_work("o", 1, 170.0, card_counts=(2, 4))
    assert refusal(odd, like_cards(3)) == (
        "o needs 170.0 GiB of card memory on one node; the most it can have there is 160.0 GiB (2 × big)."
    )


def test_a_small_model_leaves_the_large_card_to_those_that_need_it() -> None:
    fleet = [
        Node("large", "a", 8, 100.0, (Card("big", 80.0),)),
        Node("little", "b", 8, 100.0, (Card("small", 24.0),)),
    ]
    only_large = [card_work(f"l{i}", 100, most_cards=1) for i in range(3)]
    either = Work("e", "e", Need(20.0, 1.0), 30.0, (("big", 20.0),))
    begun = next_placements([either, *only_large], Board(fleet), [], 0.0)
    assert {work.key: place.node_id for work, place in begun} == {"l0": "large", "e": "little"}


def test_a_lost_node_gives_its_places_and_comes_back_empty() -> None:
    fleet = like_cards(1, nodes=2)
    board = Board(fleet)
    places = [board.place(card_work(key, 1)) for key in "ab"]
    lost = board.remove("n0")
    assert lost == [place for place in places if place and place.node_id == "n0"] and len(lost) == 1
    assert board.remove("n0") == []
    board.free(lost[0])
    assert board.place(card_work("c", 1)) is None
    board.add(fleet[0])
    again = board.place(card_work("c", 1))
    assert again and again.node_id == "n0"
    with pytest.raises(ValueError, match="n0 is on the board already"):
        board.add(fleet[0])


def test_a_model_that_hung_goes_elsewhere_where_there_is_an_elsewhere() -> None:
    hung = replace(card_work("w", 1), avoid=("n0",))
    first = Board(like_cards(1, nodes=2)).place(hung)
    assert first and first.node_id == "n1"
    alone = Board(like_cards(1)).place(hung)
    assert alone and alone.node_id == "n0"


def test_refusals_say_what_is_missing() -> None:
    assert refusal(card_work("m", 1), []) == "m cannot be placed: the fleet has no node."
    bare = [Node("n", "h", 4, 32.0)]
    assert refusal(card_work("m", 1), bare) == "m is to be scored on a card, and no node of the fleet has one."
    thin = [Node("n", "h", 4, 32.0, (Card("big", 80.0),))]
    assert refusal(card_work("m", 1, memory_gb=48.0), thin) == (
        "m needs 1 CPUs and 48.0 GiB of its host; of the nodes whose cards hold it, the largest have 4 CPUs and 32.0 GiB. "
        "Add a larger node; where that is too much for it, give it cpus or memory_gb in the run file."
    )
    assert (refusal(Work("p", "p", Need(0.0, 1.0, 64.0), 1.0), bare) or "").startswith(
        "p needs 64 CPUs and 1.0 GiB of its host; the fleet's largest nodes have 4 CPUs and 32.0 GiB."
    )
    assert refusal(card_work("m", 1, 60.0), thin) is None


def test_processors_keep_a_cpu_for_each_free_card_as_long_as_cards_are_waited_for() -> None:
    node = [Node("n", "h", 2, 64.0, (Card("big", 80.0), Card("big", 80.0)))]
    on_cards = [card_work(key, 10, 70.0, most_cards=1) for key in "abc"]
    on_processor = Work("p", "p", Need(0.0, 1.0), 5.0)
    begun = next_placements([on_processor, *on_cards], Board(node), [], 0.0)
    assert {work.key for work, _ in begun} == {"a", "b"}
    assert {work.key for work, _ in next_placements([on_processor], Board(node), [], 0.0)} == {"p"}


def test_a_large_model_on_a_processor_is_not_starved_by_small_ones() -> None:
    """16 CPUs, 12 of them taken for 10 s: who needs 8 keeps the node, and only what ends in 10 s goes before."""
    board = Board([Node("n", "h", 16, 64.0)])
    running = Work("r", "r", Need(0.0, 1.0, 12.0), 10.0)
    place = board.place(running)
    assert place
    large = Work("l", "l", Need(0.0, 1.0, 8.0), 20.0)
    small = [Work(f"s{seconds}", "s", Need(0.0, 1.0, 2.0), float(seconds)) for seconds in (15, 12, 9, 5)]
    begun = next_placements([*small, large], board, [(running, place, 10.0)], 0.0)
    assert {work.key for work, _ in begun} == {"s9", "s5"}

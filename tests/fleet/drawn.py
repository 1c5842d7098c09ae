"""Fleets and works that hypothesis draws, and a plain count of who holds what."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from harness.fleet.model import Card, Need, Node, Place, Work

CARDS = (Card("big", 140.4), Card("middle", 79.6), Card("small", 24.0))


@st.composite
def nodes(draw: st.DrawFn) -> list[Node]:
    """One to four nodes; one in four has cards of two sizes."""
    fleet = []
    for number in range(draw(st.integers(1, 4))):
        first = draw(st.sampled_from(CARDS))
        other = draw(st.sampled_from([first, first, first, *CARDS]))
        cards = (first,) * draw(st.integers(0, 4)) + (other,) * draw(st.integers(0, 2))
        cpus, memory = draw(st.integers(1, 16)), draw(st.floats(8, 300))
        fleet.append(Node(f"n{number}", f"host{number}", cpus, memory, cards))
    return fleet


@st.composite
def works(draw: st.DrawFn, most: int = 12) -> list[Work]:
    """Works on cards and on processors, of every size, some larger than any fleet."""
    drawn = []
    for number in range(draw(st.integers(1, most))):
        card_memory = draw(st.sampled_from([0.0, 0.5, 3.0, 11.7, 24.0, 60.0, 150.0, 400.0]) | st.floats(0.1, 300))
        need = Need(
            card_memory,
            draw(st.floats(0.5, 100)),
            draw(st.sampled_from([0.5, 1.0, 4.0])),
            draw(st.integers(1, 8)),
            draw(st.sampled_from([(), (), (2, 4)])),
            draw(st.sampled_from([0.0, card_memory * 3])),
            card_memory > 0 and draw(st.booleans()),
        )
        seconds = tuple((card.name, float(draw(st.integers(1, 100)))) for card in CARDS[: draw(st.integers(0, 3))])
        drawn.append(Work(f"w{number}", f"model{number}", need, float(draw(st.integers(1, 100))), seconds))
    return drawn


def check(fleet: Iterable[Node], placed: Iterable[tuple[Work, Place]]) -> None:
    """No card, CPU or byte of a host is given twice, whatever the planner's own count says."""
    by_node = {node.node_id: node for node in fleet}
    cpus, memory = dict.fromkeys(by_node, 0.0), dict.fromkeys(by_node, 0.0)
    shares = {(node_id, slot): 0.0 for node_id, node in by_node.items() for slot in range(len(node.cards))}
    used = dict.fromkeys(shares, 0.0)
    for work, place in placed:
        need = work.need
        cpus[place.node_id] += need.cpus
        memory[place.node_id] += need.memory_gb
        assert (place.cpus, place.memory_gb) == (need.cpus, need.memory_gb)
        cards = by_node[place.node_id].cards
        if need.card_memory_gb == 0 and not need.whole_card:
            assert place.cards == 0 and place.slots == ()
            continue
        assert 0 < place.cards < 1 or place.cards == int(place.cards)
        assert len(set(place.slots)) == len(place.slots) == max(1, int(place.cards))
        assert place.cards <= 1 or place.cards <= need.most_cards
        for slot in place.slots:
            shares[place.node_id, slot] += min(place.cards, 1.0)
            used[place.node_id, slot] += need.card_memory_gb / len(place.slots)
        smallest = min(card.memory_gb for card in cards)
        assert need.card_memory_gb <= place.cards * smallest * (1 + 1e-9)
    for node_id, node in by_node.items():
        assert cpus[node_id] <= node.cpus + 1e-9
        assert memory[node_id] <= node.memory_gb + 1e-9
    for (node_id, slot), share in shares.items():
        assert share <= 1 + 1e-9
        assert used[node_id, slot] <= by_node[node_id].cards[slot].memory_gb * (1 + 1e-9)

"""Terms of a fleet as plain values: nodes and their cards, a model's work and what it needs, the place it gets."""

from __future__ import annotations

from dataclasses import dataclass

GIB = 1 << 30
"""Bytes of one GiB, the unit of all memory here."""


@dataclass(frozen=True)
class Card:
    """One accelerator of a node; ``memory_gb`` in GiB, as its driver says."""

    name: str
    memory_gb: float


@dataclass(frozen=True)
class Node:
    """One host: ``cpus`` and ``memory_gb`` (GiB) for work, and its cards in the driver's order."""

    node_id: str
    host: str
    cpus: float
    memory_gb: float
    cards: tuple[Card, ...] = ()


@dataclass(frozen=True)
class Need:
    """What one model takes while it is scored.

    ``card_memory_gb`` (GiB) is for its weights and work on cards in all, 0 for a model that is scored on a CPU; ``memory_gb``
    is the host's. ``most_cards`` is how many cards its engine can spread it over, ``card_counts`` which numbers of cards above
    one, empty for any. ``room_gb`` (GiB) is what its engine takes where a card has more room than the least: a card is shared by
    that. ``whole_card`` says that it takes whole cards alone: because its size is not known, or because its engine does so.
    """

    card_memory_gb: float
    memory_gb: float
    cpus: float = 1.0
    most_cards: int = 1
    card_counts: tuple[int, ...] = ()
    room_gb: float = 0.0
    whole_card: bool = False


@dataclass(frozen=True)
class Work:
    """One model and all its runs of a night, one placement: they follow each other in one process.

    ``key`` is unique in the night. ``seconds`` is the expected time by name of card (``cpu`` for none); a card that is not
    named takes the time of ``otherwise``. ``avoid`` names nodes where it hung before; it goes elsewhere where that is possible.
    """

    key: str
    model: str
    need: Need
    otherwise: float
    seconds: tuple[tuple[str, float], ...] = ()
    avoid: tuple[str, ...] = ()

    def expected(self, card: str) -> float:
        """Expected seconds on a card of this name, or on ``cpu``."""
        return next((seconds for name, seconds in self.seconds if name == card), self.otherwise)


@dataclass(frozen=True)
class Place:
    """Where a model goes: a node, and the share of it that is its own.

    ``cards`` is what Ray calls ``num_gpus``: 0, a fraction of one card, or a whole number of cards. ``slots`` are the numbers of
    the node's cards that the board counts it on; which ones Ray hands out is Ray's, by the same rule.
    """

    node_id: str
    cards: float
    cpus: float
    memory_gb: float
    slots: tuple[int, ...] = ()

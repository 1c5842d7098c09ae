"""Where the names and arrows of a flow from left to right stand: pixels down, 0 to 1 across."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

NAME = 23.0
"""Pixels of a name, with its distance from the next."""
TEXT = 13.0
"""Pixels of an arrow's label, which stands on its end."""
_APART, _LEVEL = 4.0, 0.55
"""Pixels between two arrows at a name; from where across an arrow is level, so that its label stands on it."""
_SAMPLES = 40
End = tuple[str, str]
"""A name and its side, ``giver`` (left) or ``taker`` (right); a vendor can stand on both."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each name stands, where each arrow begins and ends (in the frame's order), and the whole height."""

    names: dict[End, float]
    starts: list[float]
    stops: list[float]
    height: float


def layout(frame: pd.DataFrame) -> Layout:
    """The layout of arrows ``giver, taker, label, width``, the most important first; every arrow has its own place at its names.

    Names that no chain of arrows joins stand apart, those with the most important arrow on top; within such a group each side
    is ordered by the mean place of its partners, in turns, which leaves few crossings (the barycentre heuristic).
    """
    frame = frame.reset_index(drop=True)
    room = {
        "giver": frame["width"] + _APART,
        "taker": frame["width"] + _APART + TEXT * (frame["label"] != ""),
    }
    names: dict[End, float] = {}
    ends = {"giver": dict[int, float](), "taker": dict[int, float]()}
    top = 0.0
    for group in _groups(frame):
        order = _ordered(group)
        needs = {
            side: [max(NAME, room[side][group[group[side] == n].index].sum()) for n in order[side]] for side in order
        }
        height = max(sum(need) for need in needs.values())
        for side, other in (("giver", "taker"), ("taker", "giver")):
            rank = {name: place for place, name in enumerate(order[other])}
            spare = (height - sum(needs[side])) / len(order[side])
            at = top
            for name, need in zip(order[side], needs[side], strict=True):
                names[side, name] = at + (need + spare) / 2
                own = sorted(group[group[side] == name].index, key=lambda i: rank[frame[other][i]])
                y = names[side, name] - room[side][own].sum() / 2
                for arrow in own:
                    y += room[side][arrow]
                    ends[side][arrow] = y - (_APART + frame["width"][arrow]) / 2
                at += need + spare
        top += height
    arrows = range(len(frame))
    return Layout(names, [ends["giver"][i] for i in arrows], [ends["taker"][i] for i in arrows], top)


def curve(start: float, stop: float) -> tuple[list[float], list[float]]:
    """A line that leaves level and is level from ``_LEVEL`` on, as points."""
    steps = [i / _SAMPLES for i in range(_SAMPLES + 1)]
    eased = [min(t / _LEVEL, 1.0) for t in steps]
    return steps, [start + (stop - start) * t * t * (3 - 2 * t) for t in eased]  # smoothstep


def _ordered(group: pd.DataFrame) -> dict[str, list[str]]:
    """The names of each side of a group, from top to bottom."""
    sides = {side: list(dict.fromkeys(group[side])) for side in ("giver", "taker")}
    for side, other in [("taker", "giver"), ("giver", "taker")] * 4:
        at = {name: place for place, name in enumerate(sides[other])}
        mean = group.assign(at=group[other].map(at)).groupby(side)["at"].mean().to_dict()
        sides[side] = sorted(sides[side], key=mean.__getitem__)
    return sides


def _groups(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """The arrows by connected group, in the order of each group's first arrow."""
    group_of: dict[End, int] = {}
    for place, (giver, taker) in enumerate(zip(frame["giver"], frame["taker"], strict=True)):
        ends = [("giver", giver), ("taker", taker)]
        joined = {group_of.get(end, place) for end in ends}
        group_of |= {end: min(joined) for end in [*(e for e, g in group_of.items() if g in joined), *ends]}
    numbers = frame["giver"].map({name: number for (side, name), number in group_of.items() if side == "giver"})
    return [frame[numbers == number] for number in sorted(set(numbers))]

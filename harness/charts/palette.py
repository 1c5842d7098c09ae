"""Fixed colours and marker shapes: safe for colour-blind readers, distinct on white and on near-black.

Colours are Okabe and Ito's (2008) without their yellow and black, which vanish on one of the two
backgrounds; each keeps a contrast of at least 3:1 on both. Shape repeats what colour says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, GREY = (
    "#1F7FC0",
    "#D55E00",
    "#009E73",
    "#B5679A",
    "#C98500",
    "#3E9CCB",
    "#8A8F98",
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Colour and marker symbol of one group."""

    colour: str
    symbol: str


SEGMENTS: Mapping[str, Mark] = {
    "big-tech": Mark(BLUE, "circle"),
    "startup": Mark(VERMILLION, "diamond"),
    "lab": Mark(GREEN, "square"),
    "reference": Mark(GREY, "x"),
}
"""One mark for each segment of design §2, the same on every chart."""

UNKNOWN = Mark(GREY, "cross")

ORIGINS: Mapping[str, str] = {"measured": "", "imported": "-open", "reported": "-open-dot"}
"""What is appended to a symbol: measured is filled, others' numbers are hollow."""

SERIES: Sequence[Mark] = (
    Mark(BLUE, "circle"),
    Mark(VERMILLION, "diamond"),
    Mark(GREEN, "square"),
    Mark(PURPLE, "triangle-up"),
    Mark(ORANGE, "star"),
    Mark(SKY, "hexagon"),
)
"""For up to six things compared side by side, in the order chosen."""

SEQUENTIAL: Sequence[tuple[float, str]] = (
    (0.0, "#F3F0E4"),
    (0.25, "#C4DDEA"),
    (0.5, "#7FB6D9"),
    (0.75, "#3585BC"),
    (1.0, "#124E84"),
)
"""One hue, light to dark, for amounts."""

DIVERGING: Sequence[tuple[float, str]] = (
    (0.0, "#B35806"),
    (0.25, "#F1A340"),
    (0.5, "#F2F0EB"),
    (0.75, "#7FB6D9"),
    (1.0, "#124E84"),
)
"""Orange below, blue above, for amounts around a middle."""


def segment(name: object) -> Mark:
    """The mark of a segment; grey where it is unknown."""
    return SEGMENTS.get(str(name), UNKNOWN)


FAINT, CROWDED, CROWD = 0.45, 0.22, 40
"""Opacity of error bars, of those in a crowd, and how many marks make one."""


def faint(colour: str, opacity: float = FAINT) -> str:
    """The mark's colour, let through: an error bar's, so that marks and names stay readable."""
    r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({r},{g},{b},{opacity:g})"


def series(index: int) -> Mark:
    """The mark of the ``index``-th thing compared."""
    return SERIES[index % len(SERIES)]

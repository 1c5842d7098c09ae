"""Which columns of a table stand in the width that it has, and how wide each is, in pixels.

Streamlit makes a column as wide as its longest value and lets the table scroll sideways. Here a text gives way before a
number does, and where even that is not enough the least important columns wait behind *All columns*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.charts.labels import letters
from harness.site.widgets.tables.cell_text import cell_text

if TYPE_CHECKING:
    import pandas as pd

MEASURED = 60
"""Rows that are measured: what one screen and a half shows."""
_LATIN, _PADDING, _HEADING = 7.2, 18, 8
"""Pixels of a Latin letter, on both sides of a cell, and of a heading's mark of help."""
_TEXT_LEAST, _PROSE_LEAST, _NAME_LEAST, _HEAD_LEAST, _MOST = 92, 150, 190, 122, 420
_PROSE, _TERM, _WIDE = 200, 142, 600
"""Pixels from which a text is prose, which says nothing when cut to a word; of a term, which a wide table does not cut; and from
which a table is wide."""
_TIGHT_NAME, _TIGHT_HEAD, _HEAD_READ = 120, 76, 104
"""Pixels of a name beside columns that stand together, and of one of these, at the least (a telephone holds three); and of a
heading whose name can still be read, which a name gives way to no further."""
_BUTTON = 24
"""Pixels around a name that is a button."""
_SIGN = 64
"""Pixels of a column of signs to press."""
_LONG_NAME = 300
"""Pixels of a pinned name whose column asks to be large."""
_NARROW_SHARE = 0.45
"""Of a narrow screen that a name may take."""
NAMES = frozenset({"model"})
"""Columns of names wherever they stand: one that is cut names another model."""
LAST = frozenset({
    "segment_name", "country_name", "dtype", "engine", "device", "run_id", "filter", "task_version", "chance", "direction",
    "class", "low", "high", "kind_name", "licence", "retrieved", "currency", "city", "family",
})  # fmt: skip
"""Columns that go first where room is short, wherever they stand."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Columns in their order with their widths, and the names of those that found no room."""

    widths: dict[str, int]
    hidden: tuple[str, ...]


def text_width(text: str) -> float:
    """Pixels that a text takes in a cell."""
    return letters(text) * _LATIN


def fit(
    frame: pd.DataFrame, columns: Mapping[str, Any], shown: Sequence[str], room: int, together: Sequence[str] = (),
    buttons: Set[str] = frozenset(),
) -> Fit:  # fmt: skip
    """The columns of ``shown`` that stand in ``room`` pixels; the first always does.

    ``together`` are columns that say little without each other, such as the scores of two models: they come right after the
    first, and where room is short the names and their headings give way before one of them does. ``buttons`` are columns of names
    that lead somewhere, which have a margin of their own.
    """
    head = frame[list(shown)].head(MEASURED)
    wants: dict[str, int] = {}
    needs: dict[str, int] = {}
    for name in shown:
        config = columns[name] if isinstance(columns[name], Mapping) else {}
        label = str(config.get("label") or name) if config else str(columns[name] or name)
        wants[name], needs[name] = _sizes(list(head[name]), config, label, room, name in NAMES, name in buttons)
    pinned = [n for n in shown if isinstance(columns[n], Mapping) and columns[n].get("pinned")]
    first = [n for n in shown if n in pinned] or list(shown[:1])
    joined = [n for n in together if n in shown and n not in first]
    needs |= _tightened(needs, first, joined, room)
    order = [*first, *joined]
    order += [n for n in shown if n not in order and n not in LAST]
    order += [n for n in shown if n not in order]
    kept, used = set[str](), 0
    for name in order:
        if kept and used + needs[name] > room:
            break  # the columns are in the order of their weight: a narrow one behind a wide one does not overtake it
        kept.add(name)
        used += needs[name]
    stays = [n for n in shown if n in kept]
    names = {n for n in stays if n in first or n in NAMES}
    return Fit(_shared({n: (needs[n], wants[n]) for n in stays}, room, names), tuple(n for n in shown if n not in kept))


def _tightened(needs: Mapping[str, int], first: Sequence[str], joined: Sequence[str], room: int) -> dict[str, int]:
    """What ``first`` and ``joined`` need where they find no room side by side: a name less, the headings an equal share of the rest."""
    if not joined or sum(needs[n] for n in (*first, *joined)) <= room:
        return {}
    left = (room - len(joined) * _HEAD_READ) // max(len(first), 1)
    names = {n: min(needs[n], max(_TIGHT_NAME, left)) for n in first}
    share = max((room - sum(names.values())) // len(joined), _TIGHT_HEAD)
    return names | {n: min(needs[n], share) for n in joined}


def _sizes(
    values: list[Any], config: Mapping[str, Any], label: str, room: int, is_name: bool, is_button: bool
) -> tuple[int, int]:
    """The pixels that a column would like and those that it needs."""
    kind = (config.get("type_config") or {}).get("type")
    given = config.get("width")
    if kind in ("image", "button") and not config.get("pinned"):  # what a cell holds is not what it shows
        return (given, given) if isinstance(given, int) else (_SIGN, _SIGN)
    heading = text_width(label) + _PADDING + (_HEADING if config.get("help") else 0)
    if kind == "link":
        body = float(_PADDING + 20)
    elif kind in ("progress", "line_chart", "bar_chart", "area_chart"):
        body = 110.0
    else:
        lengths = sorted(text_width(cell_text(v, config)) for v in values) or [0.0]
        body = lengths[-1] + _PADDING + (_BUTTON if is_button or config.get("pinned") else 0)
    want = min(max(body, heading), _MOST)
    if kind in ("text", "list", None):
        name = _LONG_NAME if given == "large" else _NAME_LEAST
        asked = given if isinstance(given, int) else 0  # what a page says that a text needs to be read
        if is_name or config.get("pinned"):
            least = name
        elif want > _PROSE:
            least = _PROSE_LEAST
        else:
            least = _TERM if room >= _WIDE and not asked else _TEXT_LEAST
        least = max(least, asked)
        need = min(want, max(least, min(heading, _HEAD_LEAST)), room * _NARROW_SHARE)
    else:
        need = max(body, min(heading, _HEAD_LEAST))
    return int(want), int(min(need, want))


def _shared(sizes: Mapping[str, tuple[int, int]], room: int, names: Set[str]) -> dict[str, int]:
    """Widths between need and want that fill no more than ``room``; what is left over goes to ``names`` first, then where most is
    wanting."""
    widths = {column: need for column, (need, _) in sizes.items()}
    for group in (names, sizes.keys() - names):
        spare = room - sum(widths.values())
        wanting = sum(sizes[column][1] - widths[column] for column in group)
        part = min(1.0, max(spare, 0) / wanting) if wanting else 0.0
        widths |= {column: widths[column] + int((sizes[column][1] - widths[column]) * part) for column in group}
    return widths

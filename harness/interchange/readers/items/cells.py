"""A cell of a matrix of items as a word, a name, a figure or a day; what has no one reading is refused."""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any, TypeGuard

from harness.errors import BadInput
from harness.interchange.foreign.names_and_dates import parse_date

# Most characters of a name that is shown, and of an item's, of which only the hash is kept.
LONGEST = 300
LONGEST_ITEM = 100_000
MOST = 1e12
"""No item takes more dollars, tokens or seconds: a larger figure is a mistake, and sums of such would be infinite."""
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
# How sources write that there is no figure.
_NONE = frozenset({"", "n/a", "na", "nan", "none", "null", "-", "–", "—"})
_TRUTH = {"true": 1.0, "false": 0.0}


def word(row: Mapping[str, Any], column: str) -> str | None:
    """A cell as text without spaces around it; none where it is empty.

    Raises:
        BadInput: it is a list, an object or another thing that is no word.
    """
    cell = row.get(column)
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, (dt.date, dt.datetime)):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, int):
        return str(cell) if abs(cell) < 10**LONGEST else "9" * (LONGEST + 1)
    if not isinstance(cell, (str, float)):
        raise BadInput(f"has no word under {column}: {str(cell)[:40]}")
    return str(cell).strip() or None


def answer_of(row: Mapping[str, Any], column: str | None) -> str | None:
    """A cell as the text that was answered, with its spaces; an empty text is an answer where the file can hold one.

    Raises:
        BadInput: it is a list, an object or another thing that is no word.
    """
    cell = row.get(column) if column else None
    return cell if isinstance(cell, str) or column is None else word(row, column)


def name_of(row: Mapping[str, Any], column: str, *, whole: bool = False) -> str | None:
    """A cell's word that names something: of one line and within ``LONGEST``, or any text (``whole``).

    Raises:
        BadInput: it is true or false, too long, or has characters that cannot be stored or shown.
    """
    found = word(row, column)
    if found is None:
        return None
    if isinstance(row.get(column), bool):
        raise BadInput(f"has no name under {column}: {found}")
    if len(found) > (LONGEST_ITEM if whole else LONGEST):
        raise BadInput(f"has a name of more than {LONGEST_ITEM if whole else LONGEST:,} characters under {column}")
    odd = [c for c in found if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    if any(c == "\0" or unicodedata.category(c) == "Cs" or not whole for c in odd):
        raise BadInput(f"has a control character in the name under {column}")
    return found


def figure(row: Mapping[str, Any], column: str, factor: float, *, truth: bool = False) -> float | None:
    """A cell's number times ``factor``, from 0 to ``MOST``; none where the cell is empty or says that there is none.

    ``truth``: true and false are 1 and 0.

    Raises:
        BadInput: it is anything else.
    """
    cell = row.get(column)
    if isinstance(cell, str) and cell.strip().lower() in _NONE:
        return None
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    number = _number(cell, truth)
    if number is None:
        raise BadInput(f"has no number under {column}: {str(cell)[:40]}")
    if not math.isfinite(number) or not 0 <= number * factor <= MOST:
        raise BadInput(f"has {str(cell)[:40]} under {column}, which is not from 0 to {MOST:g}")
    return number * factor


def worth(
    row: Mapping[str, Any], column: str, factor: float, of: str | None, words: Mapping[str, float]
) -> float | None:
    """A cell's value: what ``words`` says of it, else its number times ``factor``, over that of the column ``of``.

    Raises:
        BadInput: it is neither, or there is nothing to divide by.
    """
    if words and (found := word(row, column)) is not None and found in words:
        return words[found]
    value = figure(row, column, factor, truth=True)
    if of is None or value is None:
        return value
    if not (total := figure(row, of, 1.0)):
        raise BadInput(f"has nothing to divide {column} by under {of}: {str(row.get(of))[:40]}")
    return value / total


def tries(row: Mapping[str, Any], column: str, beside: Collection[str]) -> list[Mapping[str, Any]]:
    """A row for each try: the row itself, or one for each entry of the list under ``column``.

    Lists under the columns ``beside`` are of the same tries, one entry each.

    Raises:
        BadInput: the lists have different lengths.
    """
    cell = row.get(column)
    if not isinstance(cell, list):
        return [row]
    lists = {name: row[name] for name in beside if isinstance(row.get(name), list)}
    for name, other in lists.items():
        if len(other) != len(cell):
            raise BadInput(f"has {len(cell)} tries under {column} and {len(other)} under {name}")
    if not cell:
        return [{**row, column: None, **dict.fromkeys(lists)}]
    return [{**row, column: one, **{name: other[i] for name, other in lists.items()}} for i, one in enumerate(cell)]


def _number(cell: object, truth: bool) -> float | None:
    if truth and str(cell).strip().lower() in _TRUTH:
        return _TRUTH[str(cell).strip().lower()]
    if isinstance(cell, str):
        return float(cell) if _NUMBER.fullmatch(cell.strip()) else None
    if not is_true_number(cell):
        return None
    try:
        return float(cell)
    except OverflowError:
        return math.inf


def is_true_number(value: object) -> TypeGuard[float]:
    """Whether a value is a number and no truth value, and no NaN or infinity as a float."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return isinstance(value, int) or math.isfinite(value)


def calendar_day(text: str) -> dt.datetime | None:
    """The time that a text states, from 2000 to 2099; else none."""
    found = parse_date(text)
    return found if found is not None and 2000 <= found.year < 2100 else None

"""Decimals of a table's columns of numbers: the same in every row, so that digits of one size stand below each other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

MONEY = "$%.4g"
"""Format of a column of US dollars."""
ONE_UNIT = "%,.4g"
"""Format of a column of numbers that all have one unit, such as the scores of one benchmark."""
SHARE = "percent"
"""Format of a column of shares, 0 to 1, that are shown as per cent."""
_DIGITS, _TELLING, _MOST, _CENTS = 4, 2, 3, 2
"""Digits that a number is shown with; those that a small one keeps at the least; decimals of a column at the most where no
small number needs more; decimals of money at the least."""
_SMALL, _LARGE = 0.01, 100.0
"""Below the first an amount needs more decimals for its telling digits; whole amounts from the second have no cents."""


def aligned(frame: pd.DataFrame, columns: Mapping[str, Any]) -> dict[str, Any]:
    """The columns' configuration with a fixed number of decimals where a format says MONEY, ONE_UNIT or SHARE."""
    out = dict(columns)
    for name, config in columns.items():
        form = _format(config)
        if form is None or name not in frame.columns:
            continue
        values = _numbers(frame[name])
        if form == MONEY:
            fixed = f"$%,.{of_money(values)}f"
        elif form == ONE_UNIT:
            fixed = f"%,.{max(map(_needed, values), default=0)}f"
        elif form == SHARE:
            fixed = f"%,.{0 if all(_whole(100 * v) for v in values) else 1}f%%"
        else:
            continue
        out[name] = {**config, "type_config": {**config["type_config"], "format": fixed}}
    return out


def shares(columns: Mapping[str, Any], shown: Sequence[str]) -> list[str]:
    """The columns whose format is SHARE: ``aligned`` shows them a hundred times as large."""
    return [name for name in shown if _format(columns[name]) == SHARE]


def of_money(values: Iterable[float]) -> int:
    """Decimals of a column of amounts: cents, more where an amount is stated to more or is small, none where all are large and whole."""
    known = [v for v in values if math.isfinite(v)]
    most = max(map(_needed, known), default=_CENTS)
    return 0 if known and most == 0 and min(map(abs, known)) >= _LARGE else max(_CENTS, most)


def dollars(values: Sequence[float]) -> list[str]:
    """Amounts as text, all with the decimals of ``of_money``; a missing one is empty."""
    places = of_money(values)
    return [f"${v:,.{places}f}" if math.isfinite(v) else "" for v in values]


def _needed(value: float) -> int:
    """Decimals that one number needs: of its first four digits, not more than three unless it is small."""
    size = abs(value)
    if size == 0:
        return 0
    first = _TELLING - 1 - math.floor(math.log10(size))
    most = max(_MOST, first) if size < _SMALL else _MOST
    text = f"{float(f'{size:.{_DIGITS}g}'):.{most}f}"
    return len(text.partition(".")[2].rstrip("0"))


def _whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-9


def _format(config: Any) -> str | None:
    """The format of a column of numbers; None of any other column."""
    settings = (config.get("type_config") or {}) if isinstance(config, Mapping) else {}
    return settings.get("format") if settings.get("type") == "number" else None


def _numbers(column: pd.Series[Any]) -> list[float]:
    import pandas as pd

    values = pd.to_numeric(column, errors="coerce").dropna()
    return [float(v) for v in values if math.isfinite(v)]

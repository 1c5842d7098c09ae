"""What a cell of a table says: its value as the column's format shows it, for measuring and for paper."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

ABSENT = "–"
_DATES = (("YYYY", "%Y"), ("MM", "%m"), ("DD", "%d"), ("HH", "%H"), ("mm", "%M"))


def cell_text(value: object, column: Mapping[str, Any]) -> str:
    """One value under its column's configuration; ``ABSENT`` where there is none."""
    if value is None or str(value) in ("", "nan", "<NA>", "NaT"):
        return ABSENT
    settings = column.get("type_config") or {}
    form = settings.get("format")
    if isinstance(value, bool):
        return "✓" if value else ABSENT
    if isinstance(value, date | datetime):
        for theirs, ours in _DATES:
            form = (form or "YYYY-MM-DD").replace(theirs, ours)
        return value.strftime(str(form))
    if isinstance(value, int | float) or hasattr(value, "dtype"):
        return _number(float(value), form)  # type: ignore[arg-type]
    return " ".join(str(value).split())


def _number(value: float, form: str | None) -> str:
    """A number by a format of Streamlit's: printf's with ``,`` for thousands, or a name."""
    if not math.isfinite(value):
        return ABSENT
    if form == "percent":
        return f"{value * 100:.2f}".rstrip("0").rstrip(".") + "%"
    if form in ("compact", "bytes"):
        for size, letter in ((1e12, "T"), (1e9, "G" if form == "bytes" else "B"), (1e6, "M"), (1e3, "K")):
            if abs(value) >= size:
                return f"{value / size:.3g}{letter}"
        return f"{value:.3g}"
    if not form or "%" not in form:
        return f"{value:,.6g}"
    thousands = "%," in form
    try:
        plain = form.replace("%,", "%")
        text = str(plain % (round(value) if "d" in plain else value))
    except (TypeError, ValueError):
        return f"{value:,.6g}"
    return _grouped(text) if thousands else text


def _grouped(text: str) -> str:
    """A printed number with commas between thousands."""
    start = next((i for i, c in enumerate(text) if c.isdigit()), len(text))
    end = next((i for i in range(start, len(text)) if not text[i].isdigit()), len(text))
    return f"{text[:start]}{int(text[start:end] or 0):,}{text[end:]}"

"""Terms explained where they stand: help on a column's heading, on a lead, on a figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.i18n.glossary.terms import by_label, in_text

if TYPE_CHECKING:
    from harness.i18n.translator import Translator


def explained(say: Translator, columns: Mapping[str, Any]) -> dict[str, Any]:
    """A table's columns, those of a term with its meaning as help where they have none of their own."""
    meanings = by_label(say.language)
    return {
        name: {**column, "help": meanings[column["label"]]}
        if isinstance(column, dict) and not column.get("help") and column.get("label") in meanings
        else column
        for name, column in columns.items()
    }


def of_text(say: Translator, text: str) -> str | None:
    """What the terms in a text mean, as the help beside it; nothing where it uses none."""
    found = in_text(text, say.language)
    return "\n\n".join(f"**{t.names[say.language]}**: {t.meanings[say.language]}" for t in found) or None


def of_label(say: Translator, label: str) -> str | None:
    """The meaning of the term that a label names, as the help of a figure."""
    return by_label(say.language).get(label)

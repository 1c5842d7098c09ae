"""What a run's verdict finds, in the language shown: runs keep codes and English sentences."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.i18n import stored_sentences
from harness.site.widgets import blocks

if TYPE_CHECKING:
    from harness.i18n.translator import Translator


def entries(verdict: object) -> list[dict[str, Any]]:
    """A verdict's findings as the run keeps them: ``code`` and ``message``, the latter alone in runs of old."""
    listed = json.loads(verdict) if isinstance(verdict, str) and verdict else []
    return [entry if isinstance(entry, dict) else {"message": str(entry)} for entry in listed or []]


def explained(say: Translator, verdict: object) -> list[str]:
    """A verdict's findings as Markdown: those that say the same of every run whole, the others by what their code means and
    the sentence that the run keeps."""
    return [
        blocks.literal(note)
        if (note := _note(say, entry))
        else _meaning(say, entry.get("code")) + blocks.literal(_sentence(say, entry))
        for entry in entries(verdict)
    ]


def first(say: Translator, verdict: object) -> str:
    """The first finding as one sentence of plain text; a dash where there is none."""
    return next((_note(say, entry) or _sentence(say, entry) for entry in entries(verdict)), "–")


def _note(say: Translator, entry: dict[str, Any]) -> str:
    note = say.known("run_note", entry.get("code"))
    return "" if note == str(entry.get("code")) else note


def _sentence(say: Translator, entry: dict[str, Any]) -> str:
    kept = str(entry.get("message", entry))
    return stored_sentences.said(say, "run_detail", kept) or kept


def _meaning(say: Translator, code: object) -> str:
    meaning = say.known("run_finding", code)
    return "" if meaning == str(code) else f"**{meaning}** · "

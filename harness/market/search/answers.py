"""What a typed text finds: names that begin with it first, then words, a vendor's products, parts, what is spelt like it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.market.search.entries import KINDS, Entry, letters, words

MOST = {"model": 6, "vendor": 3, "benchmark": 4, "run": 3}
"""Answers of each kind that a short list has; models that only runs name are listed where the catalog's leave room."""
LIKE = 0.75
"""Likeness of spelling (``difflib``, 0 to 1) from which a name stands for a misspelt one; below it, other names come up."""
WHOLE, BEGINS, WORDS, MAKER, PART, SPELT = range(6)
"""How a name fits, the best first; ``MAKER``: a product of a vendor that fits by a whole name or its beginning."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A thing and how well it fits (``WHOLE`` to ``SPELT``)."""

    entry: Entry
    fit: int


def answers(entries: Sequence[Entry], typed: str) -> list[Answer]:
    """Everything that fits the typed text, the best first; of equals the newest product, the larger vendor or benchmark."""
    sought, parts = letters(typed), words(typed)
    if not sought:
        return []
    asked = _of_makers(entries, parts)
    found = [
        Answer(e, fit) for e in entries if (fit := _fit(e, sought, parts, asked.get(e.maker or "", ()))) is not None
    ]
    makers = {a.entry.id for a in found if a.entry.kind == "vendor" and a.fit <= BEGINS}
    # of a maker's products only those called so come before its others: an alias ``maker/name`` makes none newer
    found = [
        Answer(a.entry, MAKER)
        if a.entry.maker in makers and not _is_own(a, (sought, *asked.get(a.entry.maker, ())))
        else a
        for a in found
    ]
    there = {(a.entry.kind, a.entry.id) for a in found}
    found += [Answer(e, MAKER) for e in entries if e.maker in makers and (e.kind, e.id) not in there]
    if not found:
        return _spelt(entries, sought)
    if any(a.fit == WHOLE for a in found):  # what merely holds the word is no answer beside what is called so
        found = [a for a in found if a.fit <= BEGINS or a.entry.kind not in ("benchmark", "run")]
    return sorted(found, key=lambda a: (a.fit, KINDS.index(a.entry.kind), -a.entry.weight, a.entry.en))


def short_list(entries: Sequence[Entry], typed: str) -> list[Answer]:
    """The best ``MOST`` answers of each kind, in the order of ``answers``."""
    every = answers(entries, typed)
    room = sum(a.entry.kind == "model" for a in every) < MOST["model"]
    left, out = dict(MOST), []
    for answer in every:
        kind = answer.entry.kind
        if left[kind] and (kind != "run" or room or answer.fit == WHOLE):
            left[kind] -= 1
            out.append(answer)
    return out


def _of_makers(entries: Sequence[Entry], parts: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What follows a vendor's whole name in the typed words, by vendor: ``Anthropic Claude`` asks Anthropic for ``claude``."""
    return {
        entry.id: tuple(
            "".join(parts[len(name) :])
            for name in entry.words
            if 0 < len(name) < len(parts) and parts[: len(name)] == name
        )
        for entry in entries
        if entry.kind == "vendor"
    }


def _is_own(answer: Answer, names: Sequence[str]) -> bool:
    """Whether a product fits by the name that it is shown with, wholly or from its beginning."""
    return answer.fit == WHOLE or any(answer.entry.letters[0].startswith(name) for name in names)


def _fit(entry: Entry, sought: str, parts: tuple[str, ...], asked: tuple[str, ...]) -> int | None:
    """How an entry fits, None where it does not; ``asked``: what was typed after its maker's name."""
    shown = entry.letters[0]
    if any(shown.startswith(name) for name in asked):
        return WHOLE if shown in asked else BEGINS
    # a product's aliases move from one to the next (``claude``), so that only its own names are the whole of it
    tests: tuple[Callable[[], bool], ...] = (
        lambda: (
            sought in (entry.letters[:1] if entry.kind == "model" else entry.letters) or sought == letters(entry.id)
        ),
        lambda: any(name.startswith(sought) for name in entry.letters),
        lambda: any(_begin(parts, name) for name in entry.words),
        lambda: len(sought) > 2 and any(sought in name for name in entry.letters),
    )
    return next((fit for fit, test in zip((WHOLE, BEGINS, WORDS, PART), tests, strict=True) if test()), None)


def _begin(parts: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Whether each part begins a word of the name; a number means that number alone (``5`` is not ``54``)."""
    return all(any(word == part if part.isdigit() else word.startswith(part) for word in name) for part in parts)


def _spelt(entries: Sequence[Entry], sought: str) -> list[Answer]:
    names = {name for entry in entries for name in entry.letters}
    place = {name: at for at, name in enumerate(difflib.get_close_matches(sought, names, n=8, cutoff=LIKE))}
    found = [(min(place[n] for n in e.letters if n in place), e) for e in entries if place.keys() & set(e.letters)]
    return [
        Answer(e, SPELT) for _, e in sorted(found, key=lambda pair: (pair[0], KINDS.index(pair[1].kind), pair[1].en))
    ]

"""The two pages that a director reads: the decision, what speaks for it, how sure it is, what is not known, dates of the data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.reports import choice_text
from harness.reports.cells import cleaned
from harness.reports.document import Figure, Part, Section, Sentence
from harness.reports.sections import memo_sentences
from harness.reports.subjects import Subject, subject
from harness.reports.summary.capability_chart import capability_chart
from harness.reports.summary.certainty import sure, unknown
from harness.reports.summary.compared import compared
from harness.reports.summary.dates import dates
from harness.reports.summary.decision import decision
from harness.reports.summary.likeness_chart import levels, likeness_chart
from harness.reports.summary.standing_chart import standing_chart
from harness.reports.summary.value_chart import value_chart

if TYPE_CHECKING:
    from harness.reports.data import Material
    from harness.reports.messages import Words

POSITION = 10
"""Place of the section in the report."""

CHARTS = 4
"""Charts of the first two pages, two on each."""
BEHIND = 4
"""Makers told of on the first page: more would not fit it."""


def memo(material: Material, words: Words) -> Section:
    """The decision memo; its last table holds the dates."""
    about = subject(material)
    charts = (make(material, words, about) for make in (capability_chart, value_chart, standing_chart, likeness_chart))
    figures: tuple[Figure, ...] = tuple(_about(material, words, about, f) for f in charts if f is not None)
    if len(figures) < CHARTS and "levels" not in {figure.key for figure in figures}:
        prices = levels(material, words)
        figures = (*figures, prices) if prices else figures
    told = compared(material, words, about)
    tables = (*((told,) if told else ()), dates(material, words))
    sentences = (
        *decision(material, words, about), *_why(material, words, about), *sure(material, words, about),
        *unknown(material, words, about),
    )  # fmt: skip
    return replace(words.section("memo", Part(tables, figures, sentences)), kind="summary")


def _about(material: Material, words: Words, about: Subject, figure: Figure) -> Figure:
    """The figure; of an answer whose model it cannot show, with a note that says so: its title speaks of another."""
    if about.kind != "answer" or figure.key not in ("value", "likeness"):
        return figure
    known = material.chosen[material.chosen["standing"].eq("known")]
    if (
        known.empty
        or any(p.label == known["model"].iloc[0] for p in figure.points)
        or known["model"].iloc[0] in figure.title
    ):
        return figure
    return replace(figure, note=words("first.not_drawn", model=known["model"].iloc[0], note=figure.note))


def _why(material: Material, words: Words, about: Subject) -> list[Sentence]:
    """What else speaks for the decision: who is behind the things compared; how an answer rests; topic ``why``."""
    if about.kind == "answer":
        assert material.wish is not None  # or the subject is another
        said = [
            Sentence(f"note {i}", cleaned(t))
            for i, t in enumerate(choice_text.more(words, material.wish, material.chosen))
        ]
    elif about.kind == "market":
        said = _narrowing(material, words, about)
    else:
        said = memo_sentences.who(material, about.named.head(BEHIND), words)
    return [replace(sentence, topic="why") for sentence in said]


def _narrowing(material: Material, words: Words, about: Subject) -> list[Sentence]:
    """What the report covers, where the first page can name a part of it alone."""
    if about.rows.empty and not material.scope.run_models:
        return [words.sentence("memo.nobody")]
    if material.scope.segments:  # the title says how many
        return []
    kind = "memo.many_models" if material.scope.by_model else "memo.many_vendors"
    key = kind if material.scope.narrowed else "memo.everybody"
    return [words.sentence(key, {"n": (len(about.rows), "integer")})]

"""One report from one database: the sections in their order."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.errors import MissingData
from harness.reports.cells import cleaned
from harness.reports.data import Material
from harness.reports.document import Report, Section
from harness.reports.messages import Words
from harness.reports.sections.capability import capability
from harness.reports.sections.changes import changes
from harness.reports.sections.cost import cost
from harness.reports.sections.evidence import evidence, freshness, newest_day
from harness.reports.sections.head_to_head import head_to_head
from harness.reports.sections.homogeneity import homogeneity
from harness.reports.sections.memo import MOST, memo, subjects
from harness.reports.sections.opportunities import opportunities
from harness.reports.sections.positioning import positioning
from harness.reports.selection import Choices
from harness.store.reader import Reader

Progress = Callable[[str, float], None]
"""Receives a step's name and the share of the whole that is done before it (0–1)."""

SECTIONS: Mapping[str, Callable[[Material, Words], Section]] = {
    "memo": memo,
    "capability": capability,
    "head_to_head": head_to_head,
    "cost": cost,
    "positioning": positioning,
    "homogeneity": homogeneity,
    "opportunities": opportunities,
    "changes": changes,
    "evidence": evidence,
    "freshness": freshness,
}
"""A report's sections in their order, by key; ``changes`` only with a date to count from."""


def build(reader: Reader, choices: Choices, language: str, commit: str, progress: Progress) -> Report:
    """The report, without any format.

    Raises:
        BadInput: a vendor, model or segment that is not there.
        MissingData: there is no database, or nothing that the choices leave.
    """
    words = Words(language)
    material = Material(reader, choices, commit)
    if reader.empty or (material.vendors.empty and material.leading.empty):
        raise MissingData(words("file.empty_database"))
    scope = material.scope
    if not (scope.vendors or scope.models or scope.run_models):
        raise MissingData(words("file.nothing_left"))
    builders = {key: make for key, make in SECTIONS.items() if key != "changes" or choices.since is not None}
    sections = []
    for step, (key, make) in enumerate(builders.items()):
        progress(words(f"section.{key}", since=choices.since), step / len(builders))
        sections.append(make(material, words))
    progress(words("file.sections"), 1.0)
    day = newest_day(material)
    return Report(
        title=_title(material, words),
        subtitle=words("file.subtitle", day=day.isoformat()),
        language=language,
        day=day,
        catalog=material.catalog,
        choices=choices.to_json(),
        sections=tuple(sections),
    )


def _title(material: Material, words: Words) -> str:
    if not material.scope.narrowed:
        return words("file.title_all")
    rows = subjects(material)
    names = list(rows["model"]) if material.scope.by_model else words.vendor(rows)
    names = [cleaned(n) for n in (names or list(material.scope.run_models))]
    if len(names) > MOST:
        return words("file.title_many", first=words("file.join").join(names[:2]), n=len(names) - 2)
    return words("file.join").join(names)

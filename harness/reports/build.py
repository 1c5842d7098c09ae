"""One report from one database: the sections in their order."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module

from harness.errors import MissingData
from harness.reports import sections, wish_text
from harness.reports.cells import cleaned
from harness.reports.data import Material
from harness.reports.document import Report, Section
from harness.reports.messages import Words
from harness.reports.sections.freshness import newest_day
from harness.reports.selection import Choices
from harness.reports.subjects import MOST, subjects
from harness.reports.summary.dates import newest_shown
from harness.store.reader import Reader

Progress = Callable[[str, float], None]
"""Receives a step's name and the share of the whole that is done before it (0–1)."""

APPENDIX_ROWS = 30
"""Rows of a detailed table that pages show: enough to see what it holds; workbook and archives have every row."""

SectionBuilder = Callable[[Material, Words], Section]


@cache
def section_builders() -> Mapping[str, SectionBuilder]:
    """Builders of the report's sections by key, in their order.

    A module of ``sections/`` with a ``POSITION`` is a section: its name is the key, its function of that name the builder.
    """
    names = [module.name for module in pkgutil.iter_modules(sections.__path__)]
    modules = [import_module(f"{sections.__name__}.{name}") for name in names]
    ordered = sorted((m for m in modules if hasattr(m, "POSITION")), key=lambda module: int(module.POSITION))
    keys = [module.__name__.rsplit(".", 1)[1] for module in ordered]
    return {key: getattr(module, key) for key, module in zip(keys, ordered, strict=True)}


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
    builders = dict(section_builders())
    if choices.since is None:  # no day to count changes from
        builders = {key: make for key, make in builders.items() if key != "changes"}
    if choices.wish is None:
        builders = {key: make for key, make in builders.items() if key != "choice"}
    built = []
    for step, (key, make) in enumerate(builders.items()):
        progress(words(f"section.{key}", since=choices.since), step / len(builders))
        built.append(make(material, words))
    details = tuple(replace(t, shown=min(t.shown, APPENDIX_ROWS)) for section in built for t in section.details)
    built = [replace(s, tables=details) if s.key == "tables" else replace(s, details=()) for s in built]
    progress(words("file.sections"), 1.0)
    day = newest_day(material)
    return Report(
        title=_title(material, words),
        subtitle=words("file.subtitle", day=(newest_shown(material) or day).isoformat()),
        language=language,
        day=day,
        catalog=material.catalog,
        choices=choices.to_json(),
        sections=tuple(s for s in built if s.key != "tables" or s.tables),
    )


def _title(material: Material, words: Words) -> str:
    if material.wish is not None:
        return cleaned(words("file.title_choice", wish=wish_text.wish_text(words, material.wish)))
    if not material.scope.narrowed:
        return words("file.title_all")
    rows = subjects(material)
    if material.scope.segments and not (material.choices.vendors or material.choices.models):
        kinds = words("file.join").join(words.known("segment", s) for s in material.scope.segments)
        return words("file.title_segment", segments=kinds, n=len(rows))
    names = list(rows["model"]) if material.scope.by_model else words.vendor(rows)
    names = [cleaned(n) for n in (names or list(material.scope.run_models))]
    if len(names) > MOST:
        of_models = material.scope.by_model or rows.empty
        key = "file.title_many_models" if of_models else "file.title_many_vendors"
        return words(key, first=words("file.join").join(names[:2]), n=len(names) - 2)
    return words("file.join").join(names)

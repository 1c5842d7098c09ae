"""Files of a report: written in each format, and verified, for commands and pages."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness import places
from harness.errors import BadInput, MissingData
from harness.files import fitting, write_atomically
from harness.i18n.translator import LANGUAGES
from harness.reports.build import Progress, build
from harness.reports.document import Report
from harness.reports.messages import Words
from harness.reports.selection import Choices
from harness.store.reader import Reader

STEM_BYTES = 60
"""Of the choices in the name of a report's files."""
FORMATS = ("html", "pdf", "pptx", "xlsx", "md", "csv", "parquet")


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a report, and one sentence for each format that could not be written, with its reason."""

    files: tuple[Path, ...]
    missed: tuple[str, ...] = ()


def quiet(_: str, __: float) -> None:
    """No progress."""


def make_report(
    reader: Reader,
    choices: Choices,
    formats: Sequence[str],
    lang: str,
    out: Path,
    progress: Progress = quiet,
    *,
    commit: str | None = None,
) -> Written:
    """Write the report in each format into the folder ``out``; the same database and choices give the same bytes.

    ``commit`` is the catalog's; by default the one of the catalog folder in use.

    Raises:
        BadInput: an unknown format, language, vendor, model or segment (nothing was written).
        MissingData: there is nothing to report on.
    """
    unknown = [f for f in formats if f not in FORMATS]
    if unknown or not formats:
        raise BadInput(f"There is no format {', '.join(unknown) or '(none given)'}; there are {', '.join(FORMATS)}.")
    if lang not in LANGUAGES:
        raise BadInput(f"There is no language {lang!r}; there are {', '.join(LANGUAGES)}.")
    with collection_paused():
        report = build(
            reader, choices, lang, catalog_commit(places.catalog()) if commit is None else commit,
            lambda text, share: progress(text, share * 0.6),
        )  # fmt: skip
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(f"The folder {out} cannot be made: {error.strerror}.") from error
        return _written(report, Words(lang), [f for f in FORMATS if f in formats], out, progress)


def _written(report: Report, words: Words, formats: Sequence[str], out: Path, progress: Progress) -> Written:
    files: list[Path] = []
    missed: list[str] = []
    for step, name in enumerate(formats):
        progress(words("file.writing", format=name.upper()), 0.6 + 0.4 * step / len(formats))
        try:
            files += [_write(out / path, content) for path, content in contents(report, words, name).items()]
        except MissingData as error:
            missed.append(words("file.no_pdf", why=str(error)))
    progress(words("file.writing", format=""), 1.0)
    return Written(tuple(files), tuple(missed))


@contextmanager
def collection_paused() -> Iterator[None]:
    """No search for cycles of objects meanwhile: typesetting makes a million that live to its end, and each search would walk
    them all, a sixth of a report's time. What is left is found by the first search after."""
    import gc

    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def contents(report: Report, words: Words, form: str) -> dict[str, bytes]:
    """The files of one format, the main one first, by path relative to the report's folder."""
    name = stem(report, report.language)
    if form == "html":
        from harness.reports.formats.html import html

        return {f"{name}.html": html(report, words).encode()}
    if form == "pdf":
        from harness.reports.formats.pdf import pdf

        return {f"{name}.pdf": pdf(report, words)}
    if form == "pptx":
        from harness.reports.formats.deck.pptx import pptx

        return {f"{name}.pptx": pptx(report, words)}
    if form == "xlsx":
        from harness.reports.formats.xlsx import xlsx

        return {f"{name}.xlsx": xlsx(report, words)}
    if form == "md":
        from harness.reports.formats.markdown import markdown

        text, charts = markdown(report, words, f"{name}-charts")
        return {f"{name}.md": text.encode()} | {f"{name}-charts/{c}": chart for c, chart in charts.items()}
    from harness.reports.formats.archive import archive

    return {f"{name}-{form}.zip": archive(report, form)}


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    return write_atomically(path, content)


def stem(report: Report, lang: str) -> str:
    """Name of the files without ending: the choices, the data's date, the language."""
    task = report.choices.get("wish", {}).get("task")
    chosen = [
        *([task] if task else []),
        *report.choices["vendors"],
        *report.choices["models"],
        *report.choices["segments"],
    ]
    words = [re.sub(r"[^\w.]+", "-", c).strip("-.").lower() for c in chosen[:4]]
    name = "-".join(word or hashlib.sha256(c.encode()).hexdigest()[:8] for word, c in zip(words, chosen, strict=False))
    more = f"-and-{len(chosen) - 4}-more" if len(chosen) > 4 else ""
    return f"landscape-{fitting(name, STEM_BYTES) if name else 'market'}{more}-{report.day.isoformat()}-{lang}"


def catalog_commit(folder: Path) -> str:
    """The commit that last changed the catalog folder, marked where it was changed since; empty without Git."""
    try:
        last = _git(folder, "log", "-1", "--format=%H", "--", ".")
        changed = _git(folder, "status", "--porcelain", "--", ".") if last else ""
    except (OSError, subprocess.SubprocessError):
        return ""
    return f"{last} (+)" if changed else last


def _git(folder: Path, *arguments: str) -> str:
    run = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=20, check=True)
    return run.stdout.strip()


def verify_report(file: Path, reader: Reader) -> list[str]:
    """Problems of a report's numbers, one sentence each: changed in the database since, or changed in the file.

    Raises:
        BadInput: the file is no report of ours, or cannot be read.
    """
    from harness.reports.verify import verify

    return verify(file, reader)

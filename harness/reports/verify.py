"""Verification of a report: its embedded numbers against the database, its printed numbers against the embedded ones."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign.bounded import read_bytes
from harness.reports.build import build
from harness.reports.formats import archive, html, markdown, pdf, xlsx
from harness.reports.formats.deck import pptx
from harness.reports.formats.embedded_data import FORMAT, LARGEST, Carried, embedded
from harness.reports.selection import Choices
from harness.store.reader import Reader

READERS: Mapping[str, ModuleType] = {
    ".html": html,
    ".md": markdown,
    ".pdf": pdf,
    ".pptx": pptx,
    ".xlsx": xlsx,
    ".zip": archive,
}
"""By a file's ending, the format whose ``read`` returns the carried JSON and whose ``problems`` compares what it shows."""
TOLERANCE = 1e-6
"""Relative difference that two machines' arithmetic may leave."""


def verify(file: Path, reader: Reader) -> list[str]:
    """Problems of a report's numbers, one sentence each; empty where all agree.

    Raises:
        BadInput: the file is no report of ours, or cannot be read.
    """
    content = _content(file)
    parts = _carried_parts(file, content)
    carried = Carried(
        tuple((str(k), float(v), str(t)) for k, v, t in parts["numbers"]),
        {str(k): str(t) for k, t in parts["sentences"].items()},
    )
    report = build(reader, Choices.from_json(parts["choices"]), str(parts["language"]), "", lambda _, __: None)
    now = embedded(report, full=bool(parts["full"]))
    problems = list(_number_changes(carried, {k: (v, t) for k, v, t in now["numbers"]}))
    if str(parts["catalog"]) != report.catalog:
        problems.append("The catalog in the database is another than the report's.")
    problems += _sentence_changes(carried.sentences, now["sentences"])
    return problems + list(READERS[file.suffix.lower()].problems(content, carried, report))


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise BadInput(f"{file} is too large to be a report.")
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    try:
        return read_bytes(file, LARGEST, follow=True)
    except BadInput as problem:
        raise BadInput(f"{file} {problem}.") from None


def _carried_parts(file: Path, content: bytes) -> dict[str, Any]:
    """The JSON document embedded in a report's file."""
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise BadInput(f"{file} is no report: it ends in none of {', '.join(READERS)}.")
    try:
        parts = json.loads(reader.read(content))
        whole = {"numbers", "choices", "language", "full", "sentences", "catalog"} <= set(parts)
    except (RecursionError, ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise BadInput(f"{file} is no report of this program: it holds no numbers to verify.") from error
    if not whole or parts.get("format") != FORMAT:
        raise BadInput(f"{file} is no report of this program, or a newer version made it.")
    return dict(parts)


def _number_changes(carried: Carried, now: Mapping[str, tuple[float, str]]) -> Iterator[str]:
    """Differences of the report's numbers from the database's, one sentence each."""
    for key, value, text in carried.numbers:
        if key not in now:
            yield f"{key}: {text} in the report; the database no longer has it."
            continue
        value_now, text_now = now[key]
        if text != text_now or abs(value - value_now) > TOLERANCE * max(abs(value), abs(value_now)):
            yield f"{key}: {text} in the report, {text_now} by the database."
    for key in now.keys() - {key for key, _, _ in carried.numbers}:
        yield f"{key}: {now[key][1]} by the database; the report does not have it."


def _sentence_changes(carried: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """Differences of the report's sentences from the database's, but for those on the evidence, which name a commit."""
    for key, text in carried.items():
        if key in now and text != now[key] and not key.startswith("evidence / "):
            yield f"{key}: “{text}” in the report, “{now[key]}” by the database."
    for key, text in carried.items():
        if key not in now:
            yield f"{key}: “{text}” no longer follows from the database."

"""The list of formats that are read: name, how a file or folder of it is recognised, its reader.

Order matters where shapes overlap; the first that recognises a file has it. A folder format takes the
whole folder; a document format a JSON file; a line format a ``.jsonl``; a header format a ``.csv``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.imported_run import Reader, Refused, Unit
from harness.interchange.readers import (
    eee,
    evalscope,
    helm,
    helm_table,
    landscape,
    landscape_csv,
    leaderboard_csv,
    lighteval,
    lm_eval,
    lm_eval_samples,
    mmlu_csv,
    opencompass,
    squad,
)
from harness.interchange.readers.inspect import inspect_log
from harness.interchange.readers.items import file_rows, item_mapping, item_matrix, mapped_files

_JSON = (".json",)
_JSON_AND_LINES = (".json", ".jsonl", ".jsonl.gz")
_CSV = (".csv",)


def _none_beside(unit: Unit, siblings: Sequence[Path]) -> tuple[Path, ...]:
    """No companions: the files of a format whose units are one file each."""
    return ()


def _no_copy(file: Path, document: Any, root: Path) -> str | None:
    """No copies: a format whose tool writes each result once."""
    return None


@dataclass(frozen=True, slots=True)
class Format:
    """One format: the name for ``--format``, its title, its reader, and how its files are recognised and grouped."""

    name: str
    title: str
    read: Reader
    # Endings of its files' names; none for a format of folders.
    suffixes: tuple[str, ...] = ()
    # Recognition: of a folder (with its entries' names), of a file by its name alone, of a JSON document, of the
    # first line of a JSON-lines file, of the first row of a CSV file.
    folder: Callable[[Path, set[str]], bool] | None = None
    file_name: Callable[[str], bool] | None = None
    document: Callable[[Any], bool] | None = None
    line: Callable[[bounded.Line], bool] | None = None
    header: Callable[[list[str]], bool] | None = None
    # The further files among a unit's siblings that are read with it; they make no units of their own.
    companions: Callable[[Unit, Sequence[Path]], tuple[Path, ...]] = _none_beside
    # Names of files that its reader fetches from other folders.
    detail: Callable[[str], bool] | None = None
    # Why a JSON document that the tool writes beside results holds none; nothing for any other document.
    without_scores: Callable[[str, Any], str | None] | None = None
    # Why a file repeats one that lies below the same root and is read; nothing for any other file.
    copy_of: Callable[[Path, Any, Path], str | None] = _no_copy
    # The files of one folder are one unit.
    grouped: bool = False
    # The key that a mapping file (``--mapping``) of this format has, and the reader of that file, which checks it: with
    # such a mapping the format's files are read before any other's.
    mapping_key: str | None = None
    read_mapping: Callable[[Path], object] | None = None
    # The units below a path that a mapping names; none where the mapping names no files, and is for each by itself.
    mapped: Callable[[Path, Path], Iterator[Unit | Refused] | None] | None = None
    # The largest table that is read, bytes.
    max_table: int = bounded.MAX_CSV


FORMATS: tuple[Format, ...] = (
    Format("landscape", "run folder of this harness", landscape.read, folder=landscape.is_run_folder),
    Format("helm", "HELM run folder", helm.read_run, folder=helm.is_run),
    Format("evalscope", "EvalScope output tree", evalscope.read_tree, folder=evalscope.is_tree),
    Format("opencompass", "OpenCompass work folder", opencompass.read_tree, folder=opencompass.is_tree),
    Format(
        "eee",
        "Every Eval Ever records",
        eee.read,
        _JSON_AND_LINES,
        document=eee.is_record,
        line=eee.is_record_line,
        companions=eee.companions,
    ),
    Format(
        "inspect",
        "Inspect log",
        inspect_log.read,
        (".json", inspect_log.ARCHIVE_SUFFIX),
        file_name=inspect_log.is_archive,
        document=inspect_log.is_log,
    ),
    Format(
        "lighteval",
        "LightEval results",
        lighteval.read,
        _JSON,
        document=lighteval.is_results,
        detail=lighteval.is_details,
    ),
    Format("evalscope", "EvalScope report", evalscope.read_report, _JSON, document=evalscope.is_report),
    *(
        Format(
            key,
            name,
            lm_eval.read,
            _JSON_AND_LINES,
            file_name=lm_eval_samples.is_samples_name,
            document=document,
            line=lm_eval_samples.is_sample_line,
            companions=lm_eval_samples.companions,
        )
        for key, name, document in (
            ("lm-eval", "lm-eval 0.4 results and samples", lm_eval.is_new),
            ("lm-eval-old", "lm-eval 0.2 and 0.3 results", lm_eval.is_old),
        )
    ),
    Format("squad", "SQuAD predictions", squad.read, _JSON, document=squad.is_predictions),
    Format(
        "helm-table",
        "HELM group table",
        helm_table.read_table,
        _JSON,
        document=helm_table.is_table,
        without_scores=helm_table.without_scores,
        copy_of=helm_table.copy_of,
    ),
    Format(
        "landscape-csv",
        "tables of this harness's export",
        landscape_csv.read,
        _CSV,
        header=landscape_csv.is_table,
        grouped=True,
        max_table=bounded.MAX_LINES_BYTES,
    ),
    Format("opencompass-summary", "OpenCompass summary", opencompass.read_summary, _CSV, header=opencompass.is_summary),
    Format("mmlu-csv", "MMLU, question by question", mmlu_csv.read, _CSV, header=mmlu_csv.is_table, grouped=True),
    Format(
        "items",
        "matrix of items",
        item_matrix.read,
        file_rows.SUFFIXES,
        header=lambda _: False,  # told by its mapping alone
        mapping_key="columns",
        read_mapping=item_mapping.read_item_mapping,
        mapped=mapped_files.mapped,
    ),
    Format(
        "leaderboard",
        "leaderboard as CSV",
        leaderboard_csv.read,
        _CSV,
        header=lambda _: True,  # the last: its reader says what a mapping would have to name
        mapping_key="scores",
        read_mapping=leaderboard_csv.read_mapping,
    ),
)
NAMES = tuple(dict.fromkeys(f.name for f in FORMATS))
SUFFIXES = tuple(dict.fromkeys(suffix for f in FORMATS for suffix in f.suffixes))


def reader(unit: Unit) -> Reader:
    """The reader of a unit; a name may stand for a folder format and a document format (EvalScope)."""
    return next(
        f.read
        for f in FORMATS
        if f.name == unit.format and (f.grouped or f.mapped or (f.folder is not None) == unit.path.is_dir())
    )


def named(name: str) -> tuple[Format, ...]:
    """The formats of a name; all of them for ``auto``."""
    return FORMATS if name == "auto" else tuple(f for f in FORMATS if f.name == name)


def mapping_file(given: Path) -> Path:
    """The mapping file that a person names: a path, or the name of a shipped one, whatever folder has that name too.

    Raises:
        BadInput: it is neither.
    """
    if given.suffix or given.name != str(given) or (os.path.lexists(given) and not given.is_dir()):
        return given
    if (path := item_mapping.shipped(given.name)) is None:
        if given.is_dir():
            return given
        names = ", ".join(item_mapping.shipped_names())
        raise BadInput(f"There is no mapping file {given}, and none of that name is shipped; there are {names}.")
    return path


def of_mapping(path: Path) -> Format:
    """The format that a mapping file is for, by its keys.

    Raises:
        BadInput: the mapping cannot be used, with every problem of the file.
    """
    try:
        keys = bounded.mapping(bounded.read_yaml(path))
    except BadInput as problem:
        raise BadInput(f"The mapping {path.name} {problem}.") from None
    mapped = [f for f in FORMATS if f.mapping_key is not None]
    wanted = next((f for f in mapped if f.mapping_key in keys), None)
    if wanted is None:
        needed = " or ".join(f"`{f.mapping_key}` ({f.title})" for f in mapped)
        raise BadInput(
            f"The mapping {path.name} cannot be used.", [f"it needs {needed}; docs/public_runs.md shows both"]
        )
    assert wanted.read_mapping is not None
    wanted.read_mapping(path)
    return wanted

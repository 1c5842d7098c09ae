"""Every format that is read, once: its name, how it is recognised, who reads it.

Order matters where shapes overlap; the first that recognises a file has it. A folder format takes the
whole folder; a document format a JSON file; a lines format a ``.jsonl``; a table format a ``.csv``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.interchange.readers import (
    eee,
    evalscope,
    helm,
    inspect_log,
    landscape,
    landscape_csv,
    leaderboard_csv,
    lighteval,
    lm_eval,
    mmlu_csv,
    opencompass,
    squad,
)
from harness.interchange.record import Reader, Unit


@dataclass(frozen=True, slots=True)
class Format:
    """One format: the name for ``--format``, what it is, its detectors (one is set) and its reader."""

    name: str
    title: str
    read: Reader
    folder: Callable[[Path, set[str]], bool] | None = None
    document: Callable[[Any], bool] | None = None
    header: Callable[[list[str]], bool] | None = None
    suffix: str | None = None
    # Files of this format in one folder belong together.
    grouped: bool = False


FORMATS: tuple[Format, ...] = (
    Format("landscape", "run folder of this harness", landscape.read, folder=landscape.is_run_folder),
    Format("helm", "HELM run folder", helm.read_run, folder=helm.is_run),
    Format("evalscope", "EvalScope output tree", evalscope.read_tree, folder=evalscope.is_tree),
    Format("opencompass", "OpenCompass work folder", opencompass.read_tree, folder=opencompass.is_tree),
    Format("eee", "Every Eval Ever records", eee.read, document=eee.is_record, suffix=".jsonl"),
    Format("inspect", "Inspect log", inspect_log.read, document=inspect_log.is_log, suffix=".eval"),
    Format("lighteval", "LightEval results", lighteval.read, document=lighteval.is_results),
    Format("evalscope", "EvalScope report", evalscope.read_report, document=evalscope.is_report),
    Format("lm-eval", "lm-eval 0.4 results and samples", lm_eval.read, document=lm_eval.is_new),
    Format("lm-eval-old", "lm-eval 0.2 and 0.3 results", lm_eval.read, document=lm_eval.is_old),
    Format("squad", "SQuAD predictions", squad.read, document=squad.is_predictions),
    Format("helm-table", "HELM group table", helm.read_table, document=helm.is_table),
    Format(
        "landscape-csv",
        "tables of this harness's export",
        landscape_csv.read,
        header=landscape_csv.is_table,
        grouped=True,
    ),
    Format("opencompass-summary", "OpenCompass summary", opencompass.read_summary, header=opencompass.is_summary),
    Format("mmlu-csv", "MMLU, question by question", mmlu_csv.read, header=mmlu_csv.is_table, grouped=True),
    Format(
        "leaderboard",
        "leaderboard as CSV",
        leaderboard_csv.read,
        header=lambda header: leaderboard_csv.known(header) is not None,
    ),
)
NAMES = tuple(dict.fromkeys(f.name for f in FORMATS))


def reader(unit: Unit) -> Reader:
    """The reader of a unit; a name may stand for a folder format and a document format (EvalScope)."""
    return next(
        f.read for f in FORMATS if f.name == unit.format and (f.grouped or (f.folder is not None) == unit.path.is_dir())
    )


def named(name: str) -> tuple[Format, ...]:
    """The formats of a name; all of them for ``auto``."""
    return FORMATS if name == "auto" else tuple(f for f in FORMATS if f.name == name)

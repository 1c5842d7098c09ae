"""Make ``data/public_runs``: ``python -m harness.interchange.build_public SOURCE OUT``.

SOURCE holds the folders of ``ORIGINS``, with others' published result files; those of item matrices may lie in a folder
``items`` beside it. Out of each come runs with
scores and item outcomes: numbers, hashes and public names of items, no prompts, answers or other texts. The same
source makes the same bytes. ``docs/public_runs.md`` says what is in it and how to add to it.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.errors import BadInput, LandscapeError
from harness.interchange import detect, formats, run_parquet
from harness.interchange.imported_run import ImportedRun, Refused

# What is committed stays below this (docs/public_runs.md).
MAX_BYTES = 15_000_000
# The file of an origin that is a matrix of items, and the mappings of such files.
MATRIX = "outcomes.parquet"
MAPPINGS = Path(__file__).parent / "item_mappings"
# What a run keeps of its source besides the origin.
_KEPT = ("format", "tool", "file", "content_sha256", "benchmark", "agent", "effort")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a folder of result files comes from."""

    folder: str
    title: str
    commit: str
    licence: str
    # Put before the names of models that their files do not name in full.
    prefix: str = ""
    # A matrix of items: its mapping, a file of ``item_mappings``.
    mapping: str | None = None
    # The origin's folders are named after checkpoints, as its documentation says; its files name no model.
    folders_are_models: bool = False

    @property
    def name(self) -> str:
        """Folder, or mapping where a folder is read by several."""
        return self.mapping or self.folder

    @property
    def url(self) -> str:
        """The repository at that commit."""
        return f"https://github.com/{self.title}/tree/{self.commit}"


def _matrix(folder: str, title: str, commit: str, licence: str, mapping: str | None = None) -> Origin:
    return Origin(folder, title, commit, licence, mapping=mapping or folder)


ORIGINS: tuple[Origin, ...] = (
    Origin("lm_eval_v02_pythia", "EleutherAI/pythia", "a19eecb", "Apache-2.0"),
    Origin("lm_eval_history", "EleutherAI/lm-evaluation-harness", "main", "MIT"),
    Origin("lm_eval_v04", "evaleval/every_eval_ever", "9bce413", "MIT"),
    Origin("helm", "stanford-crfm/helm", "main", "Apache-2.0"),
    Origin("inspect", "UKGovernmentBEIS/inspect_ai", "main", "MIT"),
    Origin("evalscope", "modelscope/evalscope", "main", "Apache-2.0"),
    Origin("eee_fixtures", "evaleval/every_eval_ever", "9bce413", "MIT"),
    Origin("eee_leaderboards", "evaleval/every_eval_ever", "d9be34d", "MIT"),
    Origin("squad_predictions", "rajpurkar/SQuAD-explorer", "eee5fdb", "MIT"),
    Origin(
        "mmlu_per_question",
        "HaeChan0305/MLILAB-FedLLM",
        "d92730e",
        "Apache-2.0",
        "MLILAB-FedLLM/",
        folders_are_models=True,
    ),
    _matrix("openhands-index", "OpenHands/openhands-index-results", "3015ac6", "MIT"),
    _matrix("openhands-index", "OpenHands/openhands-index-results", "3015ac6", "MIT", "openhands-index-agents"),
    _matrix("swe-bench-bash-only", "SWE-bench/swe-bench.github.io", "f1176b6", "CC BY-NC 4.0"),
    _matrix("trick-question-bench", "wvanderp/Trick-question-bench", "3c17b8e", "MIT"),
    _matrix("bridge", "McGill-NLP/BRIDGE", "6a1b821", "CC BY 4.0"),
    _matrix("weirdml", "htihle/weirdml-time-horizons", "965c7f1", "MIT"),
    *(
        _matrix("agent-psychometrics", "dariakryvosheieva/agent-psychometrics", "62851ff", "MIT", mapping)
        for mapping in (
            "terminal-bench-2",
            "terminal-bench-2-trials",
            "swe-bench-pro-2025-10",
            "swe-bench-pro-paper",
            "gso",
        )
    ),
    *(
        _matrix("zeroeval", "WildEval/ZeroEval", "8c1485e", "Apache-2.0", mapping)
        for mapping in ("zeroeval", "zeroeval-hosts")
    ),
    *(
        _matrix(
            "livecodebench", "LiveCodeBench/livecodebench.github.io", commit, "CC BY-SA 4.0", f"livecodebench-{edition}"
        )
        for commit, edition in (("8ed5690", "2024-04"), ("33505c0", "2025-01"), ("83b6481", "2025-04"))
    ),
)


def build(source: Path, out: Path, hub: Path | None = None) -> Counter[str]:
    """Write the run tables of all origins that lie under ``source``; the number of runs by origin.

    ``hub`` is the mirror with the gold answers of SQuAD predictions (default: beside ``source``).

    Raises:
        BadInput: nothing of the origins lies there; ``out`` stays as it is.
    """
    mirror = hub or source.resolve().parent / "hub"
    before = os.environ.get("LANDSCAPE_HUB")
    os.environ["LANDSCAPE_HUB"] = str(mirror)
    try:
        runs: dict[str, ImportedRun] = {}
        counts: Counter[str] = Counter()
        for origin in ORIGINS:
            for run in _runs(source, origin):
                if run.run_id not in runs:
                    runs[run.run_id] = run
                    counts[origin.name] += 1
    finally:
        if before is None:
            del os.environ["LANDSCAPE_HUB"]
        else:
            os.environ["LANDSCAPE_HUB"] = before
    if not runs:
        raise BadInput(f"{source} holds none of the folders of results ({', '.join(o.folder for o in ORIGINS[:3])} …).")
    written = run_parquet.write(out, "public", [runs[key] for key in sorted(runs)], level=19)
    for old in set(out.glob("public.*.parquet")) - set(written):
        old.unlink()
    return counts


def _runs(source: Path, origin: Origin) -> Iterator[ImportedRun]:
    places = [source / origin.folder, source.resolve().parent / "items" / origin.folder]
    folder = next((place for place in places if place.is_dir()), None)
    if folder is None:
        return
    mapping = MAPPINGS / f"{origin.mapping}.yaml" if origin.mapping else None
    for unit in detect.find(folder / MATRIX if mapping else folder, mapping=mapping):
        if isinstance(unit, Refused):
            continue
        if origin.folders_are_models:
            unit = replace(unit, model=unit.path.name)
        try:
            for entry in formats.reader(unit)(unit):
                if isinstance(entry, ImportedRun):
                    yield as_public(entry, origin)
        except LandscapeError:
            continue  # refused: `harness import` says why


def as_public(run: ImportedRun, origin: Origin) -> ImportedRun:
    """The run without texts and unknown fields, under an id of its own, with its origin.

    Its own id, since whoever imports the same files gets the run with its prompts and answers, beside this one.
    """
    import pyarrow as pa

    old = run.run_id
    digest = hashlib.sha256(f"public\n{run.manifest['plan']['hash']}".encode()).hexdigest()
    run_id = re.sub(r"[0-9a-f]{8}$", digest[:8], old)
    manifest: dict[str, Any] = {k: v for k, v in run.manifest.items() if k != "extra"}
    manifest["run_id"] = run_id
    if origin.prefix:
        manifest["model"] = {**manifest["model"], "id": origin.prefix + manifest["model"]["id"]}
    manifest["source"] = {
        "title": origin.title,
        "url": origin.url,
        "licence": origin.licence,
        "commit": origin.commit,
        **{k: v for k, v in manifest["source"].items() if k in _KEPT},
    }
    results, samples = (
        table.set_column(0, "run_id", pa.array([run_id] * table.num_rows, pa.string()))
        for table in (run.results, run.samples)
    )
    return ImportedRun(manifest, results, samples)


def main(arguments: list[str]) -> int:
    """Build, print what there is, and fail where it is too large."""
    if len(arguments) != 2:
        print("usage: python -m harness.interchange.build_public SOURCE OUT", file=sys.stderr)
        return 2
    out = Path(arguments[1])
    try:
        counts = build(Path(arguments[0]), out)
    except LandscapeError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    size = sum(f.stat().st_size for f in out.glob("public.*.parquet"))
    for folder, number in counts.items():
        print(f"{number:6,} runs  {folder}")
    print(f"{sum(counts.values()):6,} runs in {size / 1e6:.2f} MB")
    return 0 if size <= MAX_BYTES else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""SQuAD predictions (question id → answer), scored on the XQuAD copy of the same questions in the hub mirror.

Exact match and F1 are those of the SQuAD 1.1 paper (``suites.extra_metrics``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness import places
from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.draft import Draft, Task
from harness.interchange.foreign.identity import identify
from harness.interchange.foreign.names_and_dates import document_hash
from harness.interchange.foreign.sample_list import Sample
from harness.interchange.imported_run import Entry, Unit
from harness.suites.extra_metrics import squad_em, squad_f1

FORMAT = "squad"
_ID = re.compile(r"^[0-9a-f]{24}$")
_XQUAD = Path("google/xquad/xquad.en/validation.parquet")


def is_predictions(document: Any) -> bool:
    """Predictions by question id."""
    if not isinstance(document, dict) or len(document) < 10:
        return False
    return all(_ID.match(k) and isinstance(v, str) for k, v in document.items())


def read(unit: Unit) -> Iterator[Entry]:
    """One run: predictions scored on the XQuAD (English) questions among them."""
    hub = places.hub()
    mirror = hub / _XQUAD if hub else None
    if mirror is None or not mirror.is_file():
        raise BadInput(f"holds predictions without their gold answers; set LANDSCAPE_HUB to a mirror with {_XQUAD}")
    file = unit.files[0]
    document = unit.document if unit.document is not None else bounded.read_json_object(file)
    model = identify(unit, [] if unit.model else [file.stem.replace("/", "-")], {}, {})
    draft = Draft(FORMAT, bounded.digest_file(file), model.name, "squad")
    model.enter(draft)
    draft.file = unit.label
    if not model.given:
        draft.note("model-from-file", "The file names no model; the name is that of the file.")
    draft.tasks["xquad_en"] = Task("xquad_en", None, None, 0, "generate_until", None, 0.0, "CC-BY-SA-4.0")
    questions = _xquad(mirror)
    unanswered = sum(row["id"] not in document for row in questions)
    if unanswered == len(questions):
        raise BadInput(f"answers none of the questions of {_XQUAD}")
    if unanswered:
        draft.note(
            "unanswered",
            f"{unanswered:,} questions have no prediction and count as wrong, as SQuAD's own script has it.",
        )
    for item, row in enumerate(questions):
        answer = document.get(row["id"], "")
        gold = [str(a) for a in row["answers"]["text"]]
        cluster = hashlib.sha256(row["context"].encode()).hexdigest()
        for metric, value in (("exact_match", squad_em(answer, gold)), ("f1", squad_f1(answer, gold))):
            draft.samples.append(
                Sample(
                    "xquad_en", item, document_hash(row), metric, value, "none", None, gold[0] if gold else None, answer,
                    cluster=cluster,
                )
            )  # fmt: skip
    yield draft.finish()


def _xquad(mirror: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(mirror).to_pylist()
    return rows

"""Answers question by question: MMLU tables (one CSV a subject) and SQuAD predictions (id → answer).

Both lack the items' text or gold answers in part; SQuAD predictions are scored on the XQuAD copy of the
same questions in the hub mirror, with the exact match and F1 of the SQuAD 1.1 paper.
"""

from __future__ import annotations

import hashlib
import json
import re
import string
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from harness import places
from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.draft import MAX_SAMPLE_TEXT, Draft, Sample, Task, model_name
from harness.interchange.readers.leaderboard_csv import read_rows
from harness.interchange.record import Found, Refused, Unit

MMLU = "mmlu-csv"
SQUAD = "squad"
_MMLU_HEADER = {"question", "choice0", "choice1", "choice2", "choice3", "answer", "prediction"}
_SQUAD_ID = re.compile(r"^[0-9a-f]{24}$")
_XQUAD = Path("google/xquad/xquad.en/validation.parquet")


def is_mmlu(header: list[str]) -> bool:
    """A subject's table of questions, answers and predictions."""
    return set(header) >= _MMLU_HEADER


def is_squad(document: Any) -> bool:
    """Predictions by question id."""
    if not isinstance(document, dict) or len(document) < 10:
        return False
    return all(_SQUAD_ID.match(k) and isinstance(v, str) for k, v in document.items())


def read_mmlu(unit: Unit) -> Iterator[Found]:
    """One run from the tables of a folder, one task a subject."""
    digest = hashlib.sha256("".join(bounded.digest_file(f) for f in unit.files).encode()).hexdigest()
    draft = Draft(MMLU, digest, model_name(unit.files[0].resolve().parent.name), "mmlu-csv")
    draft.file = unit.label
    draft.note("model-from-folder", "The files name no model; the name is that of the folder that they lay in.")
    for file in unit.files:
        subject = re.sub(r"_(result|test|val)$", "", file.stem)
        task = f"mmlu_{subject}"
        draft.tasks[task] = Task(task, "mmlu", None, None, "multiple_choice", None, 0.25, "MIT")
        before = len(draft.samples)
        for item, row in enumerate(read_rows(file)):
            if (sample := _mmlu_item(task, subject, item, row)) is not None:
                draft.samples.append(sample)
        if len(draft.samples) == before:
            yield Refused(f"{unit.label}/{file.name}", "holds no question with an answer and a prediction")
    yield draft.finish()


def _mmlu_item(task: str, subject: str, item: int, row: dict[str, str]) -> Sample | None:
    gold = bounded.whole(row.get("answer"), 3)
    answer = (row.get("prediction") or "").strip()
    if gold is None or "question" not in row:
        return None
    choices = [row.get(f"choice{i}", "") for i in range(4)]
    document = {"question": row["question"], "subject": subject, "choices": choices, "answer": gold}
    prompt = bounded.text(row.get("completion"), MAX_SAMPLE_TEXT)
    right = float(answer[:1].upper() == "ABCD"[gold])
    return Sample(task, item, lm_eval_hash(document), "acc", right, "none", prompt, "ABCD"[gold], answer, gold=gold)


def lm_eval_hash(document: dict[str, Any]) -> str:
    """lm-eval's hash of a document, so that items pair with runs of lm-eval and of this harness."""
    return hashlib.sha256(json.dumps(document, indent=2, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


def read_squad(unit: Unit) -> Iterator[Found]:
    """One run: predictions scored on the XQuAD (English) questions among them."""
    hub = places.hub()
    mirror = hub / _XQUAD if hub else None
    if mirror is None or not mirror.is_file():
        raise BadInput(f"holds predictions without their gold answers; set LANDSCAPE_HUB to a mirror with {_XQUAD}")
    file = unit.files[0]
    document = unit.document if unit.document is not None else bounded.read_json_object(file)
    draft = Draft(SQUAD, bounded.digest_file(file), model_name(file.stem.replace("/", "-")), "squad")
    draft.file = unit.label
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
        for metric, value in (("exact_match", exact_match(answer, gold)), ("f1", f1(answer, gold))):
            draft.samples.append(
                Sample(
                    "xquad_en", item, lm_eval_hash(row), metric, value, "none", None, gold[0] if gold else None, answer,
                    cluster=cluster,
                )
            )  # fmt: skip
    yield draft.finish()


def _xquad(mirror: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(mirror).to_pylist()
    return rows


def normalise(answer: str) -> str:
    """Lower case, without punctuation, articles and extra spaces (SQuAD 1.1's evaluation)."""
    kept = "".join(c for c in answer.lower() if c not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


def exact_match(answer: str, gold: Sequence[str]) -> float:
    """Whether the answer equals a gold answer, both normalised."""
    return float(any(normalise(answer) == normalise(g) for g in gold))


def f1(answer: str, gold: Sequence[str]) -> float:
    """The best F1 of the answer's words against a gold answer's."""
    return max((_f1(normalise(answer).split(), normalise(g).split()) for g in gold), default=0.0)


def _f1(said: list[str], right: list[str]) -> float:
    common = sum((Counter(said) & Counter(right)).values())
    if common == 0:
        return 0.0
    precision, recall = common / len(said), common / len(right)
    return 2 * precision * recall / (precision + recall)

"""MMLU question by question: one CSV a subject with question, choices, answer and prediction.

The files name no model, and their folder's name is none: `--model NAME` says it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from harness.interchange.foreign import bounded, table
from harness.interchange.foreign.draft import Draft, Task
from harness.interchange.foreign.identity import identify
from harness.interchange.foreign.names_and_dates import document_hash
from harness.interchange.foreign.sample_list import MAX_SAMPLE_TEXT, Sample
from harness.interchange.imported_run import Entry, Refused, Unit

FORMAT = "mmlu-csv"
_HEADER = {"question", "choice0", "choice1", "choice2", "choice3", "answer", "prediction"}


def is_table(header: list[str]) -> bool:
    """A subject's table of questions, answers and predictions."""
    return set(header) >= _HEADER


def read(unit: Unit) -> Iterator[Entry]:
    """One run from the tables of a folder, one task a subject."""
    digest = hashlib.sha256("".join(bounded.digest_file(f) for f in unit.files).encode()).hexdigest()
    model = identify(unit, [], {}, {})
    draft = Draft(FORMAT, digest, model.name, "mmlu-csv")
    model.enter(draft)
    draft.file = unit.label
    for file in unit.files:
        subject = re.sub(r"_(result|test|val)$", "", file.stem)
        task = f"mmlu_{subject}"
        draft.tasks[task] = Task(task, "mmlu", None, None, "multiple_choice", None, 0.25, "MIT")
        rows = table.read(file)
        items, unread = [], []
        for item, line in enumerate(rows.lines):
            row = dict(zip(rows.columns, line.cells, strict=False)) if len(line.cells) <= len(rows.columns) else {}
            if (sample := _item(task, subject, item, row)) is not None:
                items.append(sample)
            else:
                unread.append(line.number)
        draft.samples.extend(items)
        if not items:
            yield Refused(f"{unit.label}/{file.name}", "holds no question with an answer and a prediction")
        elif unread:
            draft.partial = True
            draft.note(
                "broken-lines",
                f"{file.name}: {len(unread):,} lines without a question and an answer 0 to 3 were left out; line {unread[0]}.",
            )
    yield draft.finish()


def _item(task: str, subject: str, item: int, row: dict[str, str]) -> Sample | None:
    gold = bounded.whole(row.get("answer"), 3)
    answer = (row.get("prediction") or "").strip()
    if gold is None or "question" not in row or "prediction" not in row:
        return None
    choices = [row.get(f"choice{i}", "") for i in range(4)]
    document = {"question": row["question"], "subject": subject, "choices": choices, "answer": gold}
    prompt = bounded.text(row.get("completion"), MAX_SAMPLE_TEXT)
    right = float(answer[:1].upper() == "ABCD"[gold])
    return Sample(task, item, document_hash(document), "acc", right, "none", prompt, "ABCD"[gold], answer, gold=gold)

"""Several values of one score: which is which nobody knows, so that none of them is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import BadInput

if TYPE_CHECKING:
    from harness.interchange.foreign.draft import Draft


def leave_out(draft: Draft) -> None:
    """Leave out the scores, and their items, of which a draft has several finite values under one task, metric and filter.

    The same value several times, or beside an unknown one, is one score.

    Raises:
        BadInput: no other score and no item is left.
    """
    values: dict[tuple[str, str, str], list[float]] = {}
    for score in draft.scores:
        several = values.setdefault((score.task, score.metric, score.filter), [])
        if score.score is not None and score.score not in several:
            several.append(score.score)
    draft.scores = [s for s in draft.scores if s.score is not None or not values[s.task, s.metric, s.filter]]
    double = {key: several for key, several in values.items() if len(several) > 1}
    if not double:
        return
    for (task, metric, label), several in double.items():
        under = "" if label == "none" else f" under {label}"
        reason = f"{metric}{under} has several values ({', '.join(f'{v:g}' for v in several[:6])}) and nothing tells them apart"
        draft.left_out.append({"task": task, "reason": reason})
        draft.note("several-values", f"Left out of {task}: {reason}.")
    draft.scores = [s for s in draft.scores if (s.task, s.metric, s.filter) not in double]
    draft.samples = [s for s in draft.samples if (s.task, s.metric, s.filter) not in double]
    if not draft.scores and not draft.samples:
        raise BadInput(f"has no score that is told from another: {draft.left_out[-1]['reason']}")

"""Scores, errors and item values beyond the range of their metric: of another scale, which the file does not state.

An accuracy of 71.2 may be 0.712 and a reward of 71.2 points, and -1 is what some tools write for "not computed": which
of them nobody knows, so that none is kept as a score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness import metrics
from harness.interchange.foreign.sample_list import Name, SampleList

# How items make the score where the score's range is that of an item's value too.
_ITEM_RANGE = ("mean", "answers")


def beyond(scores: Iterable[tuple[Name, float | None]]) -> dict[Name, float]:
    """The figures beyond the range of their metric, by the score's task, metric and filter."""
    return {name: value for name, value in scores if value is not None and not metrics.within(name[1], value)}


def beyond_items(values: Mapping[Name, tuple[int, list[float], list[float]]]) -> dict[Name, float]:
    """An item value beyond the range of its metric, by task, metric and filter, for those that have one."""
    ranged = ((n, v) for n, (_, v, _) in values.items() if metrics.metric(n[1]).role in _ITEM_RANGE)
    return {name: odd[0] for name, v in ranged if (odd := [x for x in v if not metrics.within(name[1], x)])}


def without(samples: SampleList, names: Iterable[Name]) -> SampleList:
    """The samples without those of the given scores."""
    left_out = set(names)
    return SampleList(sample for sample in samples if sample.name not in left_out) if left_out else samples


def sentence(figures: Mapping[Name, float]) -> str:
    """What the verdict says of figures beyond their scale."""
    shown = ", ".join(f"{task}: {metric} {value:g}" for (task, metric, _), value in figures.items())
    return f"Beyond the scale of their metric, which the file does not state; kept as unknown: {shown[:300]}."

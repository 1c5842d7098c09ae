"""What the list of metrics says of a file's scores: which way is better, and which standard errors can be."""

from __future__ import annotations

from collections.abc import Iterable

from harness.metrics import metric, possible_error


def contradicts(name: str, stated: bool | None) -> bool:
    """Whether a file says of a metric the opposite of what the list says: which way is better."""
    listed = metric(name).higher_is_better
    return stated is not None and listed is not None and stated != listed


def direction(name: str, stated: bool | None, *, told: bool) -> bool | None:
    """Which way is better: as the file says, else as the list; None where the two differ.

    What our own export ``told`` stands: a direction that it leaves open was withheld.
    """
    if contradicts(name, stated):
        return None
    return metric(name).higher_is_better if stated is None and not told else stated


def error(name: str, score: float | None, stated: float | None) -> float | None:
    """The standard error of a score where that can be one."""
    return stated if score is not None and stated is not None and possible_error(name, stated) else None


def direction_sentence(names: Iterable[str]) -> str:
    """What the verdict says of metrics whose direction the file contradicts."""
    return (
        f"The file says of {', '.join(names)[:300]} the opposite of what the list of metrics says: which way is better. "
        "Nothing is ranked by these."
    )


def impossible(errors: Iterable[tuple[str, str, float | None]]) -> list[str]:
    """The errors (task, metric, error) that no score of their metric can have, each as text."""
    return [f"{task}: {name} {e:g}" for task, name, e in errors if e is not None and not possible_error(name, e)]

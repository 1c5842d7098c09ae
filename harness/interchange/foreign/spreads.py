"""Names under which tools write standard errors and spreads beside their scores: none of them is a score."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ERROR = r"(?:std_?err(?:or)?|standard_error)"
_SPREAD = r"(?:std|stdev|stddev|std_dev|standard_deviation|var|variance)"
_NAME = re.compile(
    rf"(?:(?P<of>.+?)[_\-])??(?P<boot>bootstrap_)?(?:(?P<error>{_ERROR})|{_SPREAD})(?:[_\-]?\d+)?", re.IGNORECASE
)
_PREFIXED = re.compile(rf"(?:bootstrap_)?{_ERROR}[_\-](?P<of>.+)", re.IGNORECASE)
# What the plain names `stderr` and `bootstrap_stderr` are the error of, the first that there is.
PLAIN = ("accuracy", "mean", "acc")
_MEANS = ("acc", "accuracy", "mean", "score")


def is_spread(name: str) -> bool:
    """Whether a metric's name is that of a standard error, a standard deviation or a variance."""
    short = name.rsplit("/", 1)[-1]
    return _NAME.fullmatch(short) is not None or _PREFIXED.fullmatch(short) is not None


def measured_by(name: str, scores: Iterable[str]) -> str | None:
    """Which of ``scores`` a standard error's name belongs to; none for other spreads, or where no score fits.

    ``acc_stderr`` is that of ``acc``, ``prompt_stderr`` that of ``prompt_acc``, ``stderr`` that of ``accuracy`` or ``mean``.
    """
    names = list(scores)
    short = name.rsplit("/", 1)[-1]
    match = _NAME.fullmatch(short)
    if match is not None and match["error"] is None:
        return None
    prefixed = _PREFIXED.fullmatch(short)
    of = match["of"] if match is not None else prefixed["of"] if prefixed is not None else None
    if of is None:
        return next((n for n in PLAIN if n in names), None) if match is not None else None
    exact = [n for n in (of, *(f"{of}_{mean}" for mean in _MEANS)) if n in names]
    longer = [n for n in names if n.startswith(f"{of}_")]
    return exact[0] if exact else longer[0] if len(longer) == 1 else None

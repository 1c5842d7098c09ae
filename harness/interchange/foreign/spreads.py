"""Which score a standard error belongs to, by their names, as tools write them side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.metrics import is_spread

_ERROR = r"(?:bootstrap[_\-])?(?:std_?err(?:or)?|standard_error)"
_AFTER = re.compile(rf"(?:(?P<of>.+?)[_\-])?{_ERROR}", re.IGNORECASE)
_BEFORE = re.compile(rf"{_ERROR}[_\-](?P<of>.+)", re.IGNORECASE)
# Inspect numbers what would have the same name: `stderr2`, `stderr-1`.
_NUMBER = re.compile(r"[_\-]?\d+$")
# What the plain names `stderr` and `bootstrap_stderr` are the error of, the first that there is.
PLAIN = ("accuracy", "mean", "acc")
_MEANS = ("acc", "accuracy", "mean", "score")


def no_score(name: str) -> bool:
    """Whether a name, without its package and number, is that of a standard error or a spread."""
    short = _short(name)
    return is_spread(short) or _BEFORE.fullmatch(short) is not None


def measured_by(name: str, scores: Iterable[str]) -> str | None:
    """Which of ``scores`` a standard error's name belongs to; none for other spreads, or where no score fits.

    ``acc_stderr`` is that of ``acc``, ``prompt_stderr`` that of ``prompt_acc``, ``stderr`` that of ``accuracy`` or ``mean``.
    """
    names = list(scores)
    match = _AFTER.fullmatch(_short(name)) or _BEFORE.fullmatch(_short(name))
    if match is None:
        return None
    of = None if (match["of"] or "").lower() == "bootstrap" else match["of"]
    if of is None:
        return next((n for n in PLAIN if n in names), None)
    exact = [n for n in (of, *(f"{of}_{mean}" for mean in _MEANS)) if n in names]
    longer = [n for n in names if n.startswith(f"{of}_")]
    return exact[0] if exact else longer[0] if len(longer) == 1 else None


def _short(name: str) -> str:
    return _NUMBER.sub("", name.rsplit("/", 1)[-1])

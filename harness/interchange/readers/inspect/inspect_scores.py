"""The scores of an Inspect log's results: one entry a scorer (or key of its values) and reducer, each under its own filter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.spreads import measured_by, no_score
from harness.interchange.readers.inspect.inspect_reducers import MEAN

_MEANS = ("accuracy", "mean")


@dataclass(frozen=True, slots=True)
class Entry:
    """One score of the results: what was scored by whom, reduced how, under which filter its rows stand.

    ``key`` is the key of the scorer's values that it is about, where they are objects. ``scored`` and ``unscored`` count
    samples, as the file says. ``metrics`` are the rows that are scores, ``errors`` their standard errors.
    """

    name: str
    scorer: str
    reducer: str | None = None
    filter: str = "none"
    key: str | None = None
    scored: int | None = None
    unscored: int | None = None
    metrics: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, float] = field(default_factory=dict)

    @property
    def mean(self) -> str | None:
        """The metric that is the mean of the samples' values, where one is named so."""
        return next((m for m in _MEANS if m in self.metrics), None)


def entries(results: dict[str, Any]) -> list[Entry]:
    """The entries of ``results``, those of the mean first; a log before version 2 has one without a list."""
    scores = [mapping(s) for s in sequence(results.get("scores"))]
    if not scores and mapping(results.get("metrics")):
        scores = [{**mapping(results.get("scorer")), "metrics": results["metrics"]}]
    read = [_entry(score) for score in scores]
    return sorted(_with_filters(read), key=lambda entry: entry.reducer not in (None, MEAN))


def _entry(score: dict[str, Any]) -> Entry:
    name = text(score.get("name"), 80) or "score"
    scorer = text(score.get("scorer"), 80) or name
    metrics = {(text(k, 80) or "").replace(",", ";"): mapping(v) for k, v in mapping(score.get("metrics")).items()}
    spreads = {m for m, row in metrics.items() if no_score(m) or no_score(_grouped(row))}
    rows = {m: row for m, row in metrics.items() if m and m not in spreads}
    return Entry(
        name,
        scorer,
        text(score.get("reducer"), 60),
        key=name if name != scorer else None,
        scored=whole(score.get("scored_samples"), 10**9),
        unscored=whole(score.get("unscored_samples"), 10**9),
        metrics=rows,
        errors=_errors({m: metrics[m] for m in spreads}, rows),
    )


def _grouped(row: dict[str, Any]) -> str:
    """The name of the metric that a grouped metric computes for each group."""
    inner = mapping(row.get("params")).get("metric")
    return text(mapping(inner).get("name") if isinstance(inner, dict) else inner, 80) or ""


def _errors(spreads: dict[str, dict[str, Any]], rows: dict[str, dict[str, Any]]) -> dict[str, float]:
    """The standard error of each score: clustered before plain, plain before bootstrapped."""
    errors: dict[str, float] = {}
    ranked = sorted(spreads, key=lambda m: (not mapping(spreads[m].get("params")).get("cluster"), "bootstrap" in m, m))
    for name in ranked:
        value = number(spreads[name].get("value"))
        # Inspect numbers what would have the same name: the second metric of the group `math` is `math2`.
        score = (
            measured_by(name, rows)
            if no_score(name)
            else next((m for m in rows if m == name.rstrip("0123456789")), None)
        )
        if value is not None and score is not None:
            errors.setdefault(score, value)
    return errors


def _with_filters(read: Sequence[Entry]) -> list[Entry]:
    """Each entry with its filter: the name where there are several, the reducer where there are several or it is no mean.

    Keys of two scorers that have the same name stand behind the scorer's.
    """
    sources = {(e.scorer, e.name) for e in read}
    owners = Counter(name for _, name in sources)
    several = len({e.reducer for e in read}) > 1
    named = []
    for entry in read:
        label = f"{entry.scorer}/{entry.name}" if owners[entry.name] > 1 and entry.key else entry.name
        parts = [label] if len(sources) > 1 else []
        if entry.reducer and (several or entry.reducer != MEAN):
            parts.append(entry.reducer)
        named.append(replace(entry, filter=text("/".join(parts), 80) or "none"))
    return named


def unnamed(scorers: Sequence[str], known: Sequence[Entry]) -> list[Entry]:
    """Entries for scorers of the samples that the results do not name (of a run that was broken off, all of them)."""
    fresh = [name for name in scorers if name not in {e.scorer for e in known}]
    alone = len(fresh) == 1 and not known
    return [Entry(name, name, filter="none" if alone else name[:80]) for name in fresh]

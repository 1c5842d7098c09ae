"""What can be searched for, one entry a thing: products, models known from runs alone, vendors, benchmarks."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.market.queries import Queries

KINDS = ("vendor", "model", "benchmark", "run")
"""Kinds of things, in the order in which equally good answers are shown; ``run`` is a model that only runs name."""
_APART = re.compile(r"[\W_]+")
_JOINT = re.compile(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])")


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing with its names, the two shown (``en, zh``) first. ``maker``: the vendor's id of a product. ``weight`` orders things
    that fit equally well, the largest first: days of release, a vendor's models, a benchmark's scores."""

    kind: str
    id: str
    en: str
    zh: str | None
    maker: str | None
    weight: float
    letters: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]


def letters(name: str) -> str:
    """A name without case, width and signs between letters and digits: ``Z.ai`` is ``zai``."""
    return _APART.sub("", unicodedata.normalize("NFKC", name).casefold())


def words(name: str) -> tuple[str, ...]:
    """The words of a name, letters and digits apart: ``GPT-5 mini`` is ``gpt, 5, mini``."""
    text = _APART.sub(" ", unicodedata.normalize("NFKC", name).casefold())
    return tuple(_JOINT.sub(" ", text).split())


def entries(queries: Queries) -> tuple[Entry, ...]:
    """All things that can be searched for in one database."""
    return (*_vendors(queries), *_products(queries), *_benchmarks(queries), *_of_runs(queries))


def _entry(kind: str, id: str, en: str, zh: object, maker: object, weight: float, names: Iterable[object]) -> Entry:
    shown = zh if isinstance(zh, str) and zh else None
    spelt = dict.fromkeys(str(n) for n in (en, shown, *names) if isinstance(n, str) and letters(n))
    return Entry(
        kind, id, en, shown, maker if isinstance(maker, str) else None, weight,
        tuple(dict.fromkeys(letters(n) for n in spelt)), tuple(dict.fromkeys(words(n) for n in spelt)),
    )  # fmt: skip


def _vendors(queries: Queries) -> list[Entry]:
    names: dict[str, list[str]] = defaultdict(list)
    rows = queries.frame("vendor_names")
    for id, name in zip(rows["vendor_id"], rows["name"], strict=True):
        names[id].append(name)
    known = queries.frame("vendors")
    known = known[known["segment"] != "reference"]
    return [
        _entry("vendor", str(r["vendor_id"]), str(r["name_en"]), r["name_zh"], None, float(r["models"]), names[r["vendor_id"]])
        for r in known.to_dict("records")
    ]  # fmt: skip


def _products(queries: Queries) -> list[Entry]:
    import pandas as pd

    names: dict[str, list[str]] = defaultdict(list)
    rows = queries.frame("model_names")
    for id, name in zip(rows["product_id"], rows["name"], strict=True):
        names[id].append(name)
    known = queries.frame("models").drop_duplicates("model_id")
    known = known[known["model_id"] == known["product_id"]]
    days = (pd.to_datetime(known["released"]) - pd.Timestamp(1970, 1, 1)).dt.days.fillna(0)
    return [
        _entry("model", str(r["model_id"]), str(r["name"]), None, r["vendor_id"], float(day), names[r["model_id"]])
        for r, day in zip(known.to_dict("records"), days, strict=True)
    ]


def _benchmarks(queries: Queries) -> list[Entry]:
    scored = queries.frame("reported")["benchmark_id"].value_counts()
    known = queries.frame("benchmarks")
    known = known[known["benchmark_id"].isin(scored.index)]
    return [
        _entry("benchmark", str(r["benchmark_id"]), str(r["benchmark"]), r["name_zh"], None, float(scored[r["benchmark_id"]]),
               (r["family"],))
        for r in known.to_dict("records")
    ]  # fmt: skip


def _of_runs(queries: Queries) -> list[Entry]:
    rows = queries.frame("leading_runs")
    counts = rows.loc[rows["model_id"].isna(), "model"].value_counts()
    return [_entry("run", str(name), str(name), None, None, float(n), ()) for name, n in counts.items()]

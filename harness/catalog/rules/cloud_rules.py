"""Rules on clouds and providers: one seller has one name, and a GPU's hour is in the range of the others."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator

from harness.catalog.names import spellings
from harness.catalog.rules import cell_rules
from harness.catalog.tables import Catalog, Finding, Row

# Names of one cloud that have neither a word nor initials in common.
SAME_CLOUD = (
    frozenset({"aws", "amazon", "ec2"}),
    frozenset({"azure", "microsoft"}),
    frozenset({"oci", "oracle"}),
    frozenset({"gcp", "gce", "google"}),
    frozenset({"alibaba", "aliyun"}),
    frozenset({"tencent", "qcloud"}),
)
GPU_FACTOR = 8  # between an hour's price and the median of that GPU's others
FEWEST_GPU_PRICES = 4


def _clouds(catalog: Catalog) -> Iterator[Finding]:
    """One cloud under two names stands twice in every chart by cloud."""
    first: dict[str, int] = {}
    for line, row in catalog.numbered("gpu_prices"):
        first.setdefault(row["cloud"], line)
    names = sorted(first)
    for at, name in enumerate(names):
        for other in names[at + 1 :]:
            if _one_cloud(spellings.slug(name), spellings.slug(other)):
                message = f"{cell_rules.quoted(name)} and {cell_rules.quoted(other)}: one cloud under two names?"
                key = f"{name} / {other}"
                yield Finding("gpu_prices.csv", first[other], "cloud", message, "warning", "cloud-twice", key)


def _one_cloud(form: str, other: str) -> bool:
    """Whether two names share all words of one, begin alike without hyphens, or one is the other's initials."""
    words, words_other = set(form.split("-")), set(other.split("-"))
    solid, solid_other = form.replace("-", ""), other.replace("-", "")
    begins = min(len(solid), len(solid_other)) >= 3 and (solid.startswith(solid_other) or solid_other.startswith(solid))
    alike = words <= words_other or words_other <= words or begins
    alike = alike or any(words & names and words_other & names for names in SAME_CLOUD)
    return alike or _initials(form, other) or _initials(other, form)


def _initials(short: str, long: str) -> bool:
    """Whether ``short`` begins with the initials of ``long``: ``gcp`` of ``google-cloud``, ``aws``."""
    letters = "".join(word[0] for word in long.split("-") if word)
    return "-" not in short and len(letters) >= 2 and 0 <= len(short) - len(letters) <= 1 and short.startswith(letters)


def _sellers(catalog: Catalog) -> Iterator[Finding]:
    """One provider or vendor in two rows splits its offers or models."""
    for table, column, name in (("providers", "provider_id", "name"), ("vendors", "vendor_id", "name_en")):
        first: dict[str, Row] = {}
        for line, row in catalog.numbered(table):
            same = first.setdefault(spellings.slug(row[name]).replace("-", "") or row[column], row)
            if same is not row:
                message = f"{cell_rules.quoted(row[name])} is the name of {same[column]} too: one seller in two rows?"
                yield Finding(f"{table}.csv", line, name, message, "warning", "seller-twice", row[column])


def _gpu_hours(catalog: Catalog) -> Iterator[Finding]:
    """A GPU's hour 8 times off is a whole machine's, a month's, or another GPU's."""
    groups: dict[tuple[str, str], list[tuple[int, Row, float]]] = defaultdict(list)
    for line, row in catalog.numbered("gpu_prices"):
        price = cell_rules.number(row["per_gpu_hour"])
        if price:
            groups[row["gpu"], row["currency"]].append((line, row, float(price)))
    for offers in groups.values():
        if len(offers) < FEWEST_GPU_PRICES:
            continue
        for at, (line, row, own) in enumerate(offers):
            middle = statistics.median(o[2] for position, o in enumerate(offers) if position != at)
            if own >= GPU_FACTOR * middle or own <= middle / GPU_FACTOR:
                message = (
                    f"{row['per_gpu_hour']} beside a median of {middle:g} of {len(offers) - 1} other prices of that GPU"
                )
                key = f"{row['cloud']} {row['gpu']} {row['gpus']} {row['terms']} {row['as_of']}"
                yield Finding("gpu_prices.csv", line, "per_gpu_hour", message, "warning", "gpu-far-from-others", key)


RULES: tuple[Callable[[Catalog], Iterator[Finding]], ...] = (_clouds, _sellers, _gpu_hours)

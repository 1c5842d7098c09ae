"""A page for reading the catalog: a random sample of its rows, each beside the raw value of its source.

    python -m harness.catalog.audit_page --seed 1 --sample 200 --market DIR > docs/catalog_audit.md
    python -m harness.catalog.audit_page --models-of 2026

The raw values are found by ``harness.catalog.auditing``, which uses none of the importers' code, so that a mistake of
theirs shows. What a person finds by reading the rows is not computed here.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from pathlib import Path

from harness import places
from harness.catalog import auditing, tables
from harness.catalog.auditing.causes import cause
from harness.catalog.auditing.lookups import Lookup
from harness.catalog.auditing.raw import DIFFERS, PAGE, SAME, Verdict
from harness.catalog.schema import BY_NAME, LANGUAGE_KINDS, TABLES, Table
from harness.catalog.tables import Catalog, Row, key_of

LEAST = 5  # rows of each table in a sample
FEW_SCORES, FEW_DOMAINS = 5, 2  # a product below either has few scores
STAMP = ("as_of", "source_id")


@dataclass(frozen=True)
class Sampled:
    """One row of the sample with the verdict on it."""

    table: str
    row: Row
    verdict: Verdict


def sizes(counts: dict[str, int], sample: int) -> dict[str, int]:
    """Rows to draw of each table: at least five, the rest in proportion to the square root of its rows."""
    least = {t: min(LEAST, n) for t, n in counts.items()}
    room = max(0, sample - sum(least.values()))
    weight = sum(math.sqrt(n) for n in counts.values()) or 1
    shares = {t: min(n - least[t], room * math.sqrt(n) / weight) for t, n in counts.items()}
    drawn = {t: least[t] + int(s) for t, s in shares.items()}
    short = min(sample, sum(counts.values())) - sum(drawn.values())
    for table in sorted(counts, key=lambda t: (int(shares[t]) - shares[t], t)) * (1 + max(0, short)):
        if short > 0 and drawn[table] < counts[table]:
            drawn[table], short = drawn[table] + 1, short - 1
    return drawn


def sampled(catalog: Catalog, market: Path, seed: int, sample: int) -> list[Sampled]:
    """The rows of a seed, table by table: those whose key, mixed with the seed, has the smallest SHA-256.

    So a row that is added or mended later leaves the others of the sample as they are.
    """
    lookup = Lookup(catalog, market)
    wanted = sizes({t.name: len(catalog.rows[t.name]) for t in TABLES}, sample)
    out = []
    for table in TABLES:
        drawn = sorted(catalog.rows[table.name], key=lambda r: _rank(seed, table, r))[: wanted[table.name]]
        out += [Sampled(table.name, r, lookup(table.name, r)) for r in sorted(drawn, key=lambda r: key_of(table, r))]
    return out


def _rank(seed: int, table: Table, row: Row) -> str:
    return sha256(json.dumps([seed, table.name, *key_of(table, row)]).encode()).hexdigest()


def cell(text: str) -> str:
    """Text for one cell of a Markdown table: one line, nothing that Markdown or HTML reads."""
    text = " ".join(text.split()).replace("\\", "\\\\")
    for mark, instead in (("|", "\\|"), ("<", "&lt;"), (">", "&gt;"), ("[", "\\["), ("]", "\\]"), ("*", "\\*"),
                          ("_", "\\_"), ("`", "\\`"), ("~", "\\~")):  # fmt: skip
        text = text.replace(mark, instead)
    return text


def link(title: str, url: str) -> str:
    """A link in Markdown, where the address is one of the web; else the title alone."""
    if not url.startswith("http"):
        return cell(title)
    address = url.replace("(", "%28").replace(")", "%29").replace("|", "%7C").replace(" ", "%20")
    return f"[{cell(title)}]({address})"


def line(item: Sampled, sources: dict[str, Row]) -> str:
    """One line of the page."""
    table, row = BY_NAME[item.table], item.row
    said = "; ".join(f"{c} {row[c]}" for c in table.names if row[c] and c not in (*table.key, *STAMP))
    source = row if item.table == "sources" else sources.get(row["source_id"], {})
    address = link(source.get("title", ""), source.get("url", ""))
    cells = (item.table, cell(key_text(item)), cell(said), address, row.get("as_of") or row.get("retrieved", ""))
    return f"| {' | '.join((*cells, cell(item.verdict.raw), item.verdict.agrees))} |"


def key_text(item: Sampled) -> str:
    """A row's key without its stamp."""
    return "; ".join(
        item.row[c] for c in BY_NAME[item.table].key if item.row[c] and (c not in STAMP or item.table == "sources")
    )


def explained() -> dict[tuple[str, str], str]:
    """Reviewed reasons why a row may differ from its raw value, by table and key."""
    text = resources.files(auditing).joinpath("explained.csv").read_text(encoding="utf-8")
    return {(r["table"], r["key"]): r["reason"] for r in csv.DictReader(text.splitlines())}


def differences(items: list[Sampled]) -> list[str]:
    """A sentence for each row that differs: a reviewed reason, else one that its two values themselves show."""
    reasons = explained()
    out = []
    for item in items:
        if item.verdict.agrees == DIFFERS:
            key = key_text(item)
            reason = reasons.get((item.table, key)) or cause(item.table, item.row, item.verdict) or "not explained yet"
            out.append(f"- {cell(item.table)}, {cell(key)}: {cell(reason)}.")
    return out


def page(items: list[Sampled], catalog: Catalog, seed: int, sample: int, day: str) -> str:
    """The whole page: what it is, how often which verdict, why rows differ, and the rows."""
    counts = Counter(i.verdict.agrees for i in items)
    sources = {r["source_id"]: r for r in catalog.rows["sources"]}
    head = [
        "# Rows of the catalog beside their sources",
        "",
        f"Made on {day} by `python -m harness.catalog.audit_page --seed {seed} --sample {sample} --market DIR`, where `DIR` is",
        "the folder of market snapshots. At least five rows of each table, the rest in proportion to the square root of its rows.",
        "",
        f"{len(items)} rows: {counts[SAME]} same, {counts[DIFFERS]} differ, {counts[PAGE]} page. *same* and *differs* are computed "
        "from the snapshot, to one part in a million",
        "or to the digits that the cell keeps, with the unit's factor beside the raw value; *page* means that the source is a page or "
        "a decision of the editors,",
        "which a person has to read. That two numbers are the same does not say that the row is right: that is what the reading is for.",
        "",
        *(["Rows that differ:", "", *differences(items), ""] if counts[DIFFERS] else []),
        "| table | key | says | source | as of | raw value | agrees |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(line(i, sources) for i in items)]) + "\n"


def thin_models(catalog: Catalog, year: str) -> list[tuple[str, str, str, int, int]]:
    """Products of a year with few scores: product, vendor, day, benchmark families, domains; the newest first.

    A product's day is the first of its models'; its scores are those of all of them.
    """
    benchmarks = {r["benchmark_id"]: r for r in catalog.rows["benchmarks"]}
    models = {r["model_id"]: r for r in catalog.rows["models"]}
    seen: dict[str, set[str]] = {}
    for row in catalog.rows["reported_scores"]:
        seen.setdefault(models[row["model_id"]]["product_id"], set()).add(row["benchmark_id"])
    released: dict[str, str] = {}
    for row in models.values():
        if row["released"]:
            product = row["product_id"]
            released[product] = min(released.get(product, row["released"]), row["released"])
    out = []
    for product, day in released.items():
        row = models[product]
        if day[:4] == year and row["kind"] in LANGUAGE_KINDS:
            tests = [benchmarks[b] for b in seen.get(product, set())]
            families = {b["family"] or b["benchmark_id"] for b in tests}
            domains = {b["domain"] for b in tests if b["domain"]}
            if len(families) < FEW_SCORES or len(domains) < FEW_DOMAINS:
                out.append((product, row["vendor_id"], day, len(families), len(domains)))
    return sorted(out, key=lambda r: (r[2], r[0]), reverse=True)


def thin_page(rows: list[tuple[str, str, str, int, int]]) -> str:
    """The products with few scores as a table."""
    head = ["| product | vendor | released | benchmarks | domains |", "|---|---|---|---|---|"]
    return "\n".join([*head, *("| " + " | ".join(cell(str(c)) for c in r) + " |" for r in rows)]) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the page, or the table of products with few scores."""
    parser = argparse.ArgumentParser(prog="python -m harness.catalog.audit_page", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--market", type=Path, default=None, help="the folder of market snapshots")
    parser.add_argument("--catalog", type=Path, default=None)
    parser.add_argument("--models-of", metavar="YEAR", default="", help="print a year's products with few scores")
    parser.add_argument("--day", default=dt.date.today().isoformat(), help="the day that the page names")
    options = parser.parse_args(arguments)
    catalog, _ = tables.read(options.catalog or places.catalog())
    if options.models_of:
        print(thin_page(thin_models(catalog, options.models_of)), end="")
        return 0
    market = options.market or places.shared() / "data" / "market"
    items = sampled(catalog, market, options.seed, options.sample)
    print(page(items, catalog, options.seed, options.sample, options.day), end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Scores, task costs and models of 2026 that were collected by hand from public pages, one source row a page.

The collection names benchmarks and settings as its pages do. What they mean was reviewed name by name and stands in
``mappings/``: ``collected_benchmarks.csv`` (first fit counts) gives the test under its set-up, ``collected_names.csv`` the
names that carry an effort or fit no model, ``collected_left.csv`` the rows that stay out and why. Efforts in a setting are
read by rule.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from urllib.parse import urlsplit

from harness.catalog.import_context import ImportContext, Imported, SourceFile, decimal, plain
from harness.catalog.importers.models_dev_scores import add_score
from harness.catalog.importers.new_models import OWNER, add_model
from harness.catalog.importers.scored import table
from harness.catalog.names import effort, spellings
from harness.catalog.names.matching import match_model, match_vendor
from harness.catalog.rules import cell_rules
from harness.catalog.schema import EVIDENCE, MODALITIES, TASK_COST_KEYS, TASK_COST_UNITS, TASK_COSTS
from harness.catalog.tables import Row, key_of

SCORES, COSTS = "scores", "costs"
FILES = {
    "reported_scores_2026.csv": ("model", "model_id", "proposed_id", "benchmark", "metric", "score", "unit", "setting",
                                 "reported_by", "reporter", "as_of", "source_id", "source_url", "confidence",
                                 "name_in_source"),
    "task_costs_2026.csv": ("model", "model_id", "proposed_id", "benchmark", "metric", "value", "unit", "setting",
                            "reported_by", "as_of", "source_id", "source_url", "confidence", "name_in_source"),
    "models_2026.csv": ("name", "proposed_id", "vendor", "released", "input_modalities", "output_modalities",
                        "open_weights", "source_url"),
    "sources_2026.csv": ("id", "title", "publisher", "url", "licence", "retrieved"),
}  # fmt: skip
# Pages of makers among the addresses that first name a model (a code host's page belongs to its owner).
_MAKERS = {
    "platform.claude.com": "anthropic",
    "github.com/tencent-hunyuan": "tencent",
    "github.com/meituan-longcat": "meituan",
}
_CODE_HOSTS = {
    "github.com": "github.com",
    "raw.githubusercontent.com": "github.com",
    "huggingface.co": "huggingface.co",
}

# Words that state an effort where a part of a setting holds nothing else: "High Thinking Level", "effort none", "no reasoning".
_OFF = frozenset({"none", "nothinking", "chat", "instant"})
_ON = frozenset({"thinking", "reasoning", "reasoner", "enabled"})
_BESIDE = frozenset({"effort", "level", "extended", "auto", "default", "unknown"})
_NEGATED = re.compile(r"\bnon?[- ](?:thinking|reasoning)\b")
_PIECES = re.compile(r", | \(| (?=w/ |~)")
_BUDGET = re.compile(r"(\d+)k")


@dataclass(frozen=True)
class Rule:
    """One reviewed line: which rows of a benchmark's name are which test, and what else it says of them."""

    reporter: str
    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    benchmark_id: str
    effort: str
    factor: Decimal
    unit: str
    key: str

    def fits(self, row: Row) -> bool:
        """Whether a row of the collection is what this line speaks of."""
        return self.reporter in ("", row.get("reporter", "")) and all(p.search(row[c]) for c, p in self.patterns)


@dataclass(frozen=True)
class Figure:
    """One row of the collection, read: its model and test in the catalog's ids, effort, rest of the setting and value."""

    row: Row
    model_id: str
    benchmark_id: str
    effort: str
    setting: str
    value: Decimal
    unit: str
    key: str

    @property
    def label(self) -> str:
        """How reports name the row."""
        return f"{self.row['name_in_source']}, {self.row['benchmark']}, {self.row['setting'] or 'as served'}"


def mapping(name: str) -> list[Row]:
    """Rows of a reviewed list beside the importers."""
    text = (resources.files(__package__) / "mappings" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _rules() -> dict[tuple[str, str, str], list[Rule]]:
    rules: dict[tuple[str, str, str], list[Rule]] = defaultdict(list)
    columns = (("setting", "setting"), ("metric", "metric"), ("source", "source_id"), ("model", "id"))
    for line in mapping("collected_benchmarks.csv"):
        patterns = tuple((of, re.compile(line[name])) for name, of in columns if line[name])
        factor = Decimal(line["factor"] or 1)
        rule = Rule(line["reporter"], patterns, line["benchmark_id"], line["effort"], factor, line["unit"], line["key"])
        rules[line["table"], line["benchmark"], line["reported_by"]].append(rule)
    return rules


@cache
def _names() -> dict[tuple[str, str], Row]:
    return {(r["name_in_source"], r["model"]): r for r in mapping("collected_names.csv")}


@cache
def _left() -> dict[tuple[str, ...], str]:
    key = ("table", "source_id", "name_in_source", "benchmark", "metric", "setting", "value")
    return {tuple(r[k] for k in key): r["why"] for r in mapping("collected_left.csv")}


def stated_effort(setting: str) -> tuple[str, str]:
    """The effort that a setting states (DEFAULT where none) and the setting without it."""
    words: list[str] = []
    kept = []
    for part in setting.split("; "):
        pieces = [p if "(" in p else p.rstrip(")") for p in _PIECES.split(part)]
        rest = [p for p in pieces if not _states_effort(p)]
        words += [w for p in pieces if _states_effort(p) for w in _words(p)]
        if rest:
            kept.append(part if len(rest) == len(pieces) else ", ".join(rest))
    asked = effort.effort_of(
        on=not _ON.isdisjoint(words) and "default" not in words,
        off=not _OFF.isdisjoint(words),
        level=next((w for w in words if w in effort.LEVELS), ""),
        budget=next((m.group(1) for w in words if (m := _BUDGET.fullmatch(w))), ""),
    )
    return asked, "; ".join(kept)


def _words(part: str) -> list[str]:
    return re.findall(r"[^\s,()-]+", _NEGATED.sub("none", part.lower()))


def _states_effort(part: str) -> bool:
    words = _words(part)
    return bool(words) and all(
        w in _OFF or w in _ON or w in _BESIDE or w in effort.LEVELS or _BUDGET.fullmatch(w) for w in words
    )


def read(files: list[SourceFile], context: ImportContext) -> Imported:
    """Models, scores and task costs of the files given."""
    out = Imported()
    tables: dict[str, list[Row]] = {name: [] for name in FILES}
    for file in sorted(files, key=lambda f: f.name):
        if file.name in FILES:
            tables[file.name] += table(file, FILES[file.name])
        else:
            out.leave("file", file.name, "no mapping for it")
    scores, costs = tables["reported_scores_2026.csv"], tables["task_costs_2026.csv"]
    for row in [*scores, *costs]:
        row["id"] = row["model_id"] or row["proposed_id"]
    pages = {r["id"]: r for r in tables["sources_2026.csv"]}
    waiting = _add_models(out, context, tables["models_2026.csv"], [*scores, *costs], pages)
    absent: Counter[tuple[str, str]] = Counter()
    for name, rows in ((SCORES, scores), (COSTS, costs)):
        for row in rows:
            figure = _figure(out, context, name, row, waiting, absent)
            if figure and _sound(out, context, figure) and _page(out, pages, row["source_id"]):
                (_add_score if name == SCORES else _add_cost)(out, context, figure)
    absent.update(dict.fromkeys(waiting.items(), 0))
    for (model, why), count in sorted(absent.items()):
        out.leave("model", model, f"{why} ({count} scores and costs stay out with it)")
    return out


def _host(url: str) -> str:
    """Whose page an address is: the host, on hosts of code and models with its owner."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    if host not in _CODE_HOSTS:
        return host
    return f"{_CODE_HOSTS[host]}/{parts.path.strip('/').split('/')[0]}".lower()


def _add_models(
    out: Imported, context: ImportContext, models: Iterable[Row], rows: Iterable[Row], pages: dict[str, Row]
) -> dict[str, str]:
    """Add the models that the catalog lacks and that enough pages name; the reason by id of those that wait."""
    hosts: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        hosts[row["id"]].add(_host(row["source_url"]))
    page_of = {p["url"]: i for i, p in pages.items()}
    waiting = {}
    for row in models:
        model_id = row["proposed_id"]
        if _known(out, context, model_id):
            continue
        vendor = match_vendor(context.names, row["vendor"])
        host = _host(row["source_url"])
        if vendor is None:
            waiting[model_id] = f"its maker {row['vendor']} is no row of vendors.csv"
        elif _MAKERS.get(host) != vendor.id and len(hosts[model_id] | {host}) < 2:
            waiting[model_id] = "waits: neither its maker's page nor two different hosts name it"
        elif not _page(out, pages, page_of.get(row["source_url"], "")):
            waiting[model_id] = "its page is no row of sources_2026.csv"
        else:
            _add_model(out, context, row, vendor.id, _source_id(page_of[row["source_url"]]))
    return waiting


def _add_model(out: Imported, context: ImportContext, row: Row, vendor_id: str, source_id: str) -> None:
    same = ("name", "params_b", "active_params_b", "context_tokens", "open_weights", "licence", "hub_id")
    reads, writes = ([m for m in row[f"{way}_modalities"].split(";") if m in MODALITIES] for way in ("input", "output"))
    released = cell_rules.date(row["released"])
    add_model(
        out,
        context,
        OWNER,
        model_id=row["proposed_id"],
        vendor_id=vendor_id,
        input_modalities=";".join(reads),
        output_modalities=";".join(writes),
        released=released.isoformat() if released and released <= context.date else "",
        as_of=context.as_of,
        source_id=source_id,
        **{c: row.get(c, "") for c in same},
    )
    out.matched["new model"] += 1


def _known(out: Imported, context: ImportContext, model_id: str) -> str:
    """The catalog's id of a model: the id itself, or what it became; empty where the catalog lacks it."""
    if model_id in context.names.vendor_of_model:
        return model_id
    match = match_model(context.names, model_id)
    if match is None or match.rule not in ("name", "alias"):
        return ""
    context.note_reading(out, model_id, match)
    return match.id


def _figure(
    out: Imported,
    context: ImportContext,
    name: str,
    row: Row,
    waiting: dict[str, str],
    absent: Counter[tuple[str, str]],
) -> Figure | None:
    """A row read with the reviewed lists; None, and the reason in the report, where it stays out."""
    written = row["score" if name == SCORES else "value"]
    label = f"{row['name_in_source']}, {row['benchmark']}, {row['setting'] or 'as served'}: {written}"
    why = _left().get(
        (name, *(row[c] for c in ("source_id", "name_in_source", "benchmark", "metric", "setting")), written)
    )
    named = _names().get((row["name_in_source"], row["model"]), {})
    if why := why or named.get("left", ""):
        out.leave(name, label, why)
        return None
    rule = next((r for r in _rules().get((name, row["benchmark"], row["reported_by"]), ()) if r.fits(row)), None)
    value = decimal(written)
    if rule is None:
        test = f"{row['benchmark']}, {row['reported_by']}"
        out.leave("set-up", test, f"no reviewed line for this benchmark and reporter ({label})")
        return None
    if value is None:
        out.leave(name, label, "not a number")
        return None
    wanted = named.get("model_id") or row["id"]
    model_id = _known(out, context, wanted)
    if not model_id:
        absent[wanted, waiting.get(wanted, "it stands neither in the catalog nor in models_2026.csv")] += 1
        return None
    asked, setting = stated_effort(row["setting"])
    if asked == effort.DEFAULT:
        always = re.search(r"[-_ ]thinking$", row["name_in_source"].lower())
        asked = named.get("effort") or ("thinking" if always else asked)
        if asked != effort.DEFAULT:
            out.note("effort", row["name_in_source"], model_id, asked)
    asked, unit = rule.effort or asked, rule.unit or row["unit"]
    return Figure(row, model_id, rule.benchmark_id, asked, setting, value * rule.factor, unit, rule.key)


def _sound(out: Imported, context: ImportContext, figure: Figure) -> bool:
    """Whether a figure may enter; the reason is reported where it may not."""
    released = context.names.released.get(figure.model_id, "")
    day = figure.row["as_of"]
    if figure.benchmark_id not in context.names.benchmarks:
        out.leave("set-up", figure.benchmark_id, f"no row of benchmarks.csv for it ({figure.label})")
        return False
    if figure.row["confidence"] not in EVIDENCE:
        why = f"confidence {figure.row['confidence']!r} is none of {', '.join(EVIDENCE)}"
    elif released and day < released:
        why = f"of {day}, before the release of {figure.model_id} on {released}"
    else:
        return True
    out.leave("row", figure.label, why)
    return False


def _source_id(page: str) -> str:
    return f"collected-{spellings.slug(page)}"


def _page(out: Imported, pages: dict[str, Row], page: str) -> bool:
    """Add the source row of a page; False where the collection lists no such page."""
    if page not in pages:
        if page:
            out.leave("page", page, "no row of sources_2026.csv")
        return False
    row = pages[page]
    same = {c: row[c] for c in ("title", "publisher", "url", "licence", "retrieved")}
    out.add("sources", source_id=_source_id(page), **same)
    return True


def _add_score(out: Imported, _: ImportContext, figure: Figure) -> None:
    add_score(
        out,
        {
            "model_id": figure.model_id,
            "benchmark_id": figure.benchmark_id,
            "effort": figure.effort,
            "setting": figure.setting,
            "score": plain(round(figure.value, 6)),
            "unit": figure.unit,
            "reported_by": figure.row["reported_by"],
            "reporter": figure.row["reporter"],
            "evidence": figure.row["confidence"],
            "as_of": figure.row["as_of"],
            "source_id": _source_id(figure.row["source_id"]),
        },
    )


def _add_cost(out: Imported, context: ImportContext, figure: Figure) -> None:
    unit, value = figure.unit, figure.value
    if figure.key not in TASK_COST_KEYS:
        out.leave(
            COSTS, figure.label, f"{figure.key} ({unit}) is no cost of one task: none of {', '.join(TASK_COST_KEYS)}"
        )
        return
    wanted = TASK_COST_UNITS[figure.key]
    if wanted == "USD" and unit != "USD":
        rate = _rate(context, unit, figure.row["as_of"])
        if rate is None:
            out.leave(COSTS, figure.label, f"in {unit}, and fx.csv has no rate of it by {figure.row['as_of']}")
            return
        value *= rate
    elif unit != wanted:
        out.leave(COSTS, figure.label, f"{figure.key} in {unit}, not in {wanted}")
        return
    row = {
        "model_id": figure.model_id,
        "benchmark_id": figure.benchmark_id,
        "effort": figure.effort,
        "setting": figure.setting,
        "key": figure.key,
        "value": plain(round(value, 6)),
        "unit": wanted,
        "reported_by": figure.row["reported_by"],
        "evidence": figure.row["confidence"],
        "as_of": figure.row["as_of"],
        "source_id": _source_id(figure.row["source_id"]),
    }
    number = 1
    while not out.add("task_costs", **row):
        there = out.has("task_costs", *key_of(TASK_COSTS, row))
        if there and there["value"] == row["value"]:
            return
        number += 1
        row["setting"] = "; ".join(filter(None, [figure.setting, f"figure {number} of this source"]))


def _rate(context: ImportContext, currency: str, day: str) -> Decimal | None:
    """USD for one unit of a currency: the catalog's last rate by that day."""
    rates = [r for r in context.there.rows["fx"] if r["currency"] == currency and r["as_of"] <= day]
    return Decimal(max(rates, key=lambda r: r["as_of"])["usd_per_unit"]) if rates else None

"""Rules on the numbers of a model: parameters, active parameters, context, and the day in its id."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from harness.catalog.rules import cell_rules
from harness.catalog.rules.days import days_between, stated_day
from harness.catalog.schema import LANGUAGE_KINDS
from harness.catalog.tables import Catalog, Finding, Row

MAX_PARAMS_B = 20_000  # billions; the largest that a maker states is 3,000
MIN_CONTEXT = 1000  # tokens of a language model; below stands a number in thousands
SHORT_CONTEXT, BLOCK = 4000, 128  # a context this short is a multiple of a block of tokens, or stands in thousands
OF_VENDOR, OF_PRODUCT, FEW_CONTEXTS = 1.5, 2, 3  # how far a context may lie above others, and how many others say so
ACTIVE_SHARE = 0.35  # active parameters lie this near to what the name states of them
SPARSE = 3  # total parameters of a mixture of experts are at least this multiple of the active ones
DAY_TOLERANCE = 75  # days between the day in an id and the release

_SIZE = re.compile(r"(?<![a-z0-9.])(\d+(?:[._]\d+)?)(m|b|t)(?![a-z0-9])")
_ACTIVE = re.compile(r"(?<![a-z0-9])a(\d+(?:\.\d+)?)b(?![a-z0-9])")
_CONTEXT = re.compile(r"(?<![a-z0-9.])(?:(\d+)k|([1-9]|10)m)(?![a-z0-9])")
_IN_BILLIONS = {"m": 0.001, "b": 1.0, "t": 1000.0}
_MONTH_END = re.compile(r"-(2[3-9])(0[1-9]|1[0-2])$")


def _model(line: int, row: Row, column: str, message: str, rule: str, level: str = "warning") -> Finding:
    return Finding("models.csv", line, column, message, level, rule, row["model_id"])


def stated_sizes(row: Row) -> list[tuple[float, bool]]:
    """Billions of parameters that a model's name and hub page state, and whether with a decimal point."""
    text = f"{row['name']} {row['hub_id'].rsplit('/', 1)[-1]}".lower()
    return [
        (float(n.replace("_", ".")) * _IN_BILLIONS[unit], not n.isdigit() and unit == "b")
        for n, unit in _SIZE.findall(text)
    ]


def _parameters(catalog: Catalog) -> Iterator[Finding]:
    """A size cut off at its decimal point, in another unit, or of the active parameters alone."""
    active_of: dict[str, dict[float, str]] = defaultdict(dict)
    for row in catalog.rows["models"]:
        total, active = cell_rules.number(row["params_b"]), cell_rules.number(row["active_params_b"])
        if total and active and total >= SPARSE * active:
            active_of[row["vendor_id"]].setdefault(float(active), row["model_id"])
    for line, row in catalog.numbered("models"):
        total, active = cell_rules.number(row["params_b"]), cell_rules.number(row["active_params_b"])
        sizes = stated_sizes(row)
        if total is None:
            if sizes and row["kind"] in LANGUAGE_KINDS:
                message = f"is empty, and the name states {sizes[0][0]:g} billion"
                yield _model(line, row, "params_b", message, "size-unstated")
            continue
        if total > MAX_PARAMS_B:
            message = f"{row['params_b']}: the column is in billions, and no model has more than {MAX_PARAMS_B:,}"
            yield _model(line, row, "params_b", message, "parameters-too-many", "error")
        cut = [s for s, pointed in sizes if pointed and s > total == int(s)]
        if cut:
            message = f"{row['params_b']} is the {cut[0]:g} billion of the name, cut off at the point"
            yield _model(line, row, "params_b", message, "size-cut-off")
        pointed_sizes = [s for s, pointed in sizes if pointed]
        if not cut and total == int(total) and total != 1 and any(round(s) == total != s for s in pointed_sizes):
            message = f"{row['params_b']} is the {pointed_sizes[0]:g} billion of the name, rounded"
            yield _model(line, row, "params_b", message, "size-cut-off")
        stated_active = [float(n) for n in _ACTIVE.findall(f"{row['name']} {row['hub_id']}".lower())]
        if active and stated_active and all(abs(float(active) - n) > ACTIVE_SHARE * n for n in stated_active):
            message = f"{row['active_params_b']} beside the {stated_active[0]:g} billion active ones of the name"
            yield _model(line, row, "active_params_b", message, "active-and-name")
        if any(s >= 1000 and float(total) < s / 10 for s, _ in sizes):
            message = f"{row['params_b']} beside trillions in the name: the column is in billions"
            yield _model(line, row, "params_b", message, "size-cut-off")
        if active == total:
            message = "as many as the model has: a dense model's cell is empty, a sparse model's is smaller"
            yield _model(line, row, "active_params_b", message, "all-active")
        like = active_of[row["vendor_id"]].get(float(total))
        if like and not sizes and like != row["model_id"]:
            message = f"{row['params_b']} are the active parameters of {like}: are they the whole model's here?"
            yield _model(line, row, "params_b", message, "active-as-total")


def _contexts(catalog: Catalog) -> Iterator[Finding]:
    """A context in thousands of tokens, or of another model than the name says."""
    for line, row in catalog.numbered("models"):
        context = cell_rules.number(row["context_tokens"])
        if context is None:
            continue
        odd = context < SHORT_CONTEXT and context % BLOCK != 0
        if (context < MIN_CONTEXT or odd) and row["kind"] in LANGUAGE_KINDS:
            message = f"{row['context_tokens']} tokens for a language model: is the number in thousands?"
            yield _model(line, row, "context_tokens", message, "context-too-short")
        names = f"{row['model_id']} {row['name']} {row['hub_id'].rsplit('/', 1)[-1]}".lower()
        stated = [int(k) * 1000 if k else int(m) * 10**6 for k, m in _CONTEXT.findall(names)]
        if stated and not any(0.9 < float(context) / n < 1.1 for n in stated if n):
            message = f"{row['context_tokens']} tokens beside {stated[0]:,} in the name"
            yield _model(line, row, "context_tokens", message, "context-and-name")


def _contexts_of_others(catalog: Catalog) -> Iterator[Finding]:
    """A context far above those of the vendor's other models, of the model's own line or of its product is a slip or another's."""
    models = {r["model_id"]: r for r in catalog.rows["models"]}
    contexts = {m: int(n) for m, r in models.items() if (n := cell_rules.number(r["context_tokens"]))}
    by_vendor: dict[str, list[str]] = defaultdict(list)
    stated_by: dict[int, set[str]] = defaultdict(set)
    for model_id, context in contexts.items():
        by_vendor[models[model_id]["vendor_id"]].append(model_id)
        stated_by[context].add(models[model_id]["product_id"])
    for line, row in catalog.numbered("models"):
        own, product = contexts.get(row["model_id"]), contexts.get(row["product_id"])
        if own is None or row["kind"] not in LANGUAGE_KINDS:
            continue
        if product and max(own, product) > OF_PRODUCT * min(own, product):
            message = f"{own:,} tokens beside {product:,} of its product {row['product_id']}"
            yield _model(line, row, "context_tokens", message, "context-of-product")
        others = [contexts[m] for m in by_vendor[row["vendor_id"]] if models[m]["product_id"] != row["product_id"]]
        sisters = [contexts[m] for m in contexts if re.match(rf"{re.escape(row['model_id'])}-[a-z]", m)]
        lost = [n for n in set(others) if n // 10 == own or own // 10 == n]
        if len(stated_by[own]) == 1 and any(others.count(n) >= FEW_CONTEXTS for n in lost):
            message = f"{own:,} tokens, and no other model has as many: {lost[0]:,} with a digit too few or too many?"
            yield _model(line, row, "context_tokens", message, "context-digit")
        for found, factor in ((others, OF_VENDOR), (sisters, OF_PRODUCT)):
            if row["open_weights"] != "true" and len(found) >= FEW_CONTEXTS and own > factor * max(found):
                message = f"{own:,} tokens, and no other {'of the vendor' if found is others else 'of its line'} has more than {max(found):,}"
                yield _model(line, row, "context_tokens", message, "context-far-above")
                break


def _days_of_ids(catalog: Catalog) -> Iterator[Finding]:
    """A release far from the day that the id states is another version's."""
    for line, row in catalog.numbered("models"):
        month = _MONTH_END.search(row["model_id"])
        day = stated_day(row["model_id"]) or (f"20{month[1]}-{month[2]}-15" if month else "")
        apart = days_between(row["released"], day)
        if apart is not None and abs(apart) > DAY_TOLERANCE:
            message = f"{row['released']} is {abs(apart)} days from the day in the id ({day})"
            yield _model(line, row, "released", message, "day-and-id")


RULES: tuple[Callable[[Catalog], Iterator[Finding]], ...] = (_parameters, _contexts, _contexts_of_others, _days_of_ids)

"""Rules on what a model is: its product, its dates, its numbers, its vendor, and the names that lead to it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from harness.catalog.names import effort, matching, spellings
from harness.catalog.rules import cell_rules
from harness.catalog.schema import ALIAS_TARGET, BY_NAME
from harness.catalog.tables import Catalog, Finding, Row

MAX_CONTEXT = 12_000_000  # tokens; the longest that a maker states is 10 million
SINCE_KIND = "2026-01-01"  # models released since then were added when a model's kind was already a column
# How far a number of parameters may lie below and above the size in a name: names round down (Gemma 2 2B has 2.6 billion).
BELOW, ABOVE, ABOVE_SMALL = 0.255, 0.4, 0.7

_SHOTS = re.compile(r"-\d+-shot(?:-|$)")
_LEVELS = "|".join(level for level in effort.LEVELS if level != "max")  # Qwen3.7 Max is a model
_SWITCH_END = re.compile(rf"-(?:no|no-?think(?:ing)?|non-(?:thinking|reasoning)|(?:{_LEVELS})-?thinking)$")
_LEVEL_END = re.compile(rf"-(?:{_LEVELS})$")
_THINKING_END = re.compile(r"-(?:reasoning|thinking|think)$")
DATED = re.compile(r"-(?:\d{4}|\d{6}|\d{8}|\d{2}-\d{2}|\d{4}-\d{2}-\d{2}|\d{2}-\d{4})$")


def _model(line: int, row: Row, column: str, message: str, rule: str, level: str = "error") -> Finding:
    return Finding("models.csv", line, column, message, level, rule, row["model_id"])


def is_product(row: Row) -> bool:
    """Whether a row is the one under which a reader expects its model."""
    return row["product_id"] == row["model_id"]


def _products(catalog: Catalog) -> Iterator[Finding]:
    """A product that is no product itself, or another vendor's, hides its model from every ranking."""
    models = {r["model_id"]: r for r in catalog.rows["models"]}
    for line, row in catalog.numbered("models"):
        product = models.get(row["product_id"])
        if product is None:
            continue
        if not is_product(product):
            message = f"{row['product_id']} is itself listed under the product {product['product_id']}"
            yield _model(line, row, "product_id", message, "product-chain")
        if product["vendor_id"] != row["vendor_id"]:
            message = f"{row['product_id']} is a product of {product['vendor_id']}, not of {row['vendor_id']}"
            yield _model(line, row, "product_id", message, "product-vendor")


def _origins(catalog: Catalog) -> Iterator[Finding]:
    """A model that comes from itself has no maker of its base."""
    base = {r["model_id"]: r["derived_from"] for r in catalog.rows["models"]}
    for line, row in catalog.numbered("models"):
        seen, at = {row["model_id"]}, row["derived_from"]
        while at and at not in seen:
            seen.add(at)
            at = base.get(at, "")
        if at == row["model_id"]:
            yield _model(line, row, "derived_from", "the model is derived from itself", "derived-circle")


def _foundings(catalog: Catalog) -> Iterator[Finding]:
    """A model older than its vendor hangs on the wrong vendor or has a wrong date."""
    founded = {r["vendor_id"]: r["founded"] for r in catalog.rows["vendors"]}
    for line, row in catalog.numbered("models"):
        year = founded.get(row["vendor_id"], "")
        if year and row["released"] and row["released"][: len(year)] < year:
            message = f"{row['released']} is before {row['vendor_id']} was founded ({year})"
            yield _model(line, row, "released", message, "released-before-founding")


def _numbers(catalog: Catalog) -> Iterator[Finding]:
    """Total and active parameters change places easily; a placeholder stands as a context of 99,999,999 tokens."""
    for line, row in catalog.numbered("models"):
        total, active = cell_rules.number(row["params_b"]), cell_rules.number(row["active_params_b"])
        if total is not None and active is not None and active > total:
            message = f"more active parameters than the model has ({row['params_b']} billion)"
            yield _model(line, row, "active_params_b", message, "active-above-total")
        context = cell_rules.number(row["context_tokens"])
        if context is not None and context > MAX_CONTEXT:
            message = f"{row['context_tokens']} tokens: no model reads more than {MAX_CONTEXT:,}"
            yield _model(line, row, "context_tokens", message, "context-too-long")
        if total is not None and any(abs(float(total) - a) < 0.05 * a for a in _one_expert(row)):
            message = f"{row['params_b']} is what the name states of one token or one expert, not of the whole model"
            yield _model(line, row, "params_b", message, "active-as-total", "warning")


_STATED_SIZE = re.compile(r"(?<![a-z0-9.])(\d+(?:[._]\d+)?)(b|m)(?![a-z0-9]|-\d+e)")


def _sizes(catalog: Catalog) -> Iterator[Finding]:
    """Parameters far from the size in the model's own name were cut off (1.7 to 1) or are another model's."""
    for line, row in catalog.numbered("models"):
        total = cell_rules.number(row["params_b"])
        stated = {
            float(number.replace("_", ".")) / (1000 if unit == "m" else 1)
            for name in (row["name"], row["hub_id"].rsplit("/", 1)[-1])
            for number, unit in _STATED_SIZE.findall(name.lower())
        }
        active = cell_rules.number(row["active_params_b"])
        fits = any(_near(float(n), size) for n in (total, active) if n is not None for size in (*stated, sum(stated)))
        if total is not None and stated and not fits:
            message = f"{row['params_b']} is far from the size in the name ({min(stated):g} billion)"
            yield _model(line, row, "params_b", message, "size-and-name", "warning")


def _near(total: float, stated: float) -> bool:
    return (1 - BELOW) * stated <= total <= max((1 + ABOVE) * stated, stated + ABOVE_SMALL * (stated >= 1))


def _one_expert(row: Row) -> list[float]:
    """Billions of parameters that a name states of one token (``30b-a3b``, ``17b-128e``) or one expert (``8x7b``)."""
    text = f"{row['model_id']} {row['name']} {row['hub_id']}".lower()
    found = re.findall(r"\d+b[-_ ]a(\d+(?:\.\d+)?)b|\b\d+x(\d+(?:\.\d+)?)b|[-_ ](\d+(?:\.\d+)?)b[-_ ]\d+e\b", text)
    return [float(number) for groups in found for number in groups if number]


def _latest(catalog: Catalog) -> Iterator[Finding]:
    """A moving name as a product joins the prices and scores of the models that it meant in turn."""
    ids = {r["model_id"] for r in catalog.rows["models"]}
    stems: dict[str, str] = {}
    for model_id in sorted(ids):
        if match := DATED.search(model_id):
            stems[model_id[: match.start()]] = model_id
    for line, row in catalog.numbered("models"):
        stem = row["model_id"].removesuffix("-latest")
        if stem != row["model_id"] and is_product(row) and stem in stems:
            message = f"a moving name is no product beside {stems[stem]}: it has an alias for each period"
            yield _model(line, row, "product_id", message, "latest-as-product")


def _settings_as_models(catalog: Catalog) -> Iterator[Finding]:
    """A prompt setting or an effort that stands as a model counts the same weights twice."""
    ids = {r["model_id"] for r in catalog.rows["models"]}
    for line, row in catalog.numbered("models"):
        if _SHOTS.search(row["model_id"]):
            message = "the number of examples in a prompt is a score's setting, not a model"
            yield _model(line, row, "model_id", message, "prompt-as-model")
        mode = _mode(row, ids)
        if mode and is_product(row):
            message = f"{mode!r} is a switch of the model, not a product of its own"
            yield _model(line, row, "product_id", message, "mode-as-product")


def _mode(row: Row, ids: set[str]) -> str:
    """The mode at the end of a model's id; empty where it has none, or where weights of that name are published."""
    model_id = row["model_id"]
    match = _SWITCH_END.search(model_id)
    if match is None and model_id.startswith(spellings.SWITCHED):
        match = _LEVEL_END.search(model_id)
        if match is None and not row["hub_id"]:
            match = _THINKING_END.search(model_id)
            match = match if match and model_id[: match.start()] in ids else None
    return match.group()[1:] if match else ""


def _periods(catalog: Catalog) -> Iterator[Finding]:
    """A name that means two models on one day gives its prices and scores to whichever stands first."""
    periods: dict[tuple[str, str], list[tuple[int, Row]]] = defaultdict(list)
    for line, row in catalog.numbered("aliases"):
        if row["valid_to"] and row["valid_to"] < row["valid_from"]:
            message = f"ends before it starts ({row['valid_from']})"
            yield Finding("aliases.csv", line, "valid_to", message, rule="alias-period", key=row["alias"])
        else:
            periods[row["kind"], matching.alias_key(row["kind"], row["alias"])].append((line, row))
    for rows in periods.values():
        rows.sort(key=lambda r: r[1]["valid_from"])
        for (line_before, before), (line, row) in zip(rows, rows[1:], strict=False):
            if row["id"] != before["id"] and (not before["valid_to"] or row["valid_from"] <= before["valid_to"]):
                message = f"means {before['id']} on the same days (row {line_before})"
                yield Finding("aliases.csv", line, "valid_from", message, rule="alias-overlap", key=row["alias"])


def _hidden_rows(catalog: Catalog) -> Iterator[Finding]:
    """An alias that is the id of another row hides that row from every import."""
    ids: dict[str, dict[str, set[str]]] = {}
    for kind in ("model", "provider", "vendor", "benchmark"):
        table = BY_NAME[ALIAS_TARGET[kind]]
        ids[kind] = defaultdict(set)
        for row in catalog.rows[table.name]:
            ids[kind][matching.alias_key(kind, row[table.key[0]])].add(row[table.key[0]])
    for line, row in catalog.numbered("aliases"):
        if row["valid_from"] or row["valid_to"]:
            continue  # a moving name may have become the id of what it means now
        known = ids.get(row["kind"], {}).get(matching.alias_key(row["kind"], row["alias"]), set())
        if known and row["id"] not in known:
            message = f"{cell_rules.quoted(row['alias'])} is the id of another {row['kind']} than {row['id']}"
            yield Finding("aliases.csv", line, "alias", message, rule="alias-hides-row", key=row["alias"])


def _related(catalog: Catalog) -> Callable[[str, str], bool]:
    """Whether two vendors are of one group: then a model may stand under either."""
    parent = {r["vendor_id"]: r["parent_id"] for r in catalog.rows["vendors"]}
    return lambda a, b: a == b or parent.get(a) == b or parent.get(b) == a


def _hub_owners(catalog: Catalog) -> Iterator[Finding]:
    """A model in the hub account of another vendor is that vendor's, or somebody's re-upload."""
    related = _related(catalog)
    vendors: dict[str, Counter[str]] = defaultdict(Counter)
    for row in catalog.rows["models"]:
        if row["hub_id"]:
            vendors[row["hub_id"].split("/")[0].lower()][row["vendor_id"]] += 1
    for line, row in catalog.numbered("models"):
        owner = row["hub_id"].split("/")[0].lower()
        others = [v for v, n in vendors[owner].items() if n >= 2 and not related(v, row["vendor_id"])] if owner else []
        if others and vendors[owner][row["vendor_id"]] == 1:
            message = f"{owner} is the hub account of {others[0]}, not of {row['vendor_id']}"
            yield _model(line, row, "hub_id", message, "hub-owner", "warning")


def _families(catalog: Catalog) -> Iterator[Finding]:
    """A model of another vendor's family is a re-upload of theirs, or derived from one that the row should name."""
    related = _related(catalog)
    families = {
        matching.alias_key("family", r["alias"]): r["id"] for r in catalog.rows["aliases"] if r["kind"] == "family"
    }
    for line, row in catalog.numbered("models"):
        maker = next((families[s] for s in spellings.starts(row["model_id"]) if s in families), row["vendor_id"])
        if not row["derived_from"] and not related(maker, row["vendor_id"]):
            message = f"the name is of a family of {maker}, the vendor is {row['vendor_id']}, and derived_from is empty"
            yield _model(line, row, "vendor_id", message, "family-vendor", "warning")


def _open_weights(catalog: Catalog) -> Iterator[Finding]:
    """Resellers state open weights carelessly; the hub page and the licence decide."""
    for line, row in catalog.numbered("models"):
        if row["open_weights"] == "true" and not row["hub_id"] and not row["licence"]:
            yield _model(
                line, row, "open_weights", "is true, without a hub page or a licence", "open-unfounded", "warning"
            )
        if row["open_weights"] != "true" and row["hub_id"]:
            state = row["open_weights"] or "empty"
            yield _model(line, row, "open_weights", f"is {state}, beside a hub page", "open-denied", "warning")


def tokens(row: Row) -> tuple[str, ...]:
    """The words of a model's id without order, punctuation, ``v`` of versions, ``latest`` and its vendor's name."""
    form = re.sub(r"(?<![a-z])v(?=\d)", "", re.sub(r"([a-z]{2,})(?=\d)", r"\1-", row["model_id"]))
    form = re.sub(r"(?<![a-z0-9])(\d+)-(?=\d+(?:-|$))", r"\1", form)  # 4-1 and 41
    left_out = {"latest", *row["vendor_id"].split("-")}
    return tuple(sorted(p for p in form.split("-") if p not in left_out))


def _duplicates(catalog: Catalog) -> Iterator[Finding]:
    """One model as two products splits its prices and scores."""
    first: dict[tuple[object, ...], Row] = {}
    for line, row in catalog.numbered("models"):
        if not is_product(row):
            continue
        words = tokens(row)
        same = first.setdefault(("name", row["vendor_id"], words), row) if words else row
        if same is not row:
            message = f"the same words as {same['model_id']}: one product twice?"
            yield _model(line, row, "model_id", message, "same-name", "warning")
        same = first.setdefault(("hub", row["vendor_id"], row["hub_id"].lower()), row) if row["hub_id"] else row
        if same is not row:
            message = f"the same hub page as {same['model_id']}: one product twice?"
            yield _model(line, row, "hub_id", message, "same-hub", "warning")


def _kinds(catalog: Catalog) -> Iterator[Finding]:
    """A model without a kind stands in no comparison."""
    for line, row in catalog.numbered("models"):
        if row["released"] >= SINCE_KIND and not row["kind"]:
            yield _model(line, row, "kind", "is empty for a model of 2026", "no-kind", "warning")


def _vendors_without_model(catalog: Catalog) -> Iterator[Finding]:
    """A vendor without a model, its own or a daughter's, looks as if it made none."""
    makers = {r["vendor_id"] for r in catalog.rows["models"]}
    makers |= {r["parent_id"] for r in catalog.rows["vendors"] if r["vendor_id"] in makers}
    for line, row in catalog.numbered("vendors"):
        if row["vendor_id"] not in makers:
            message = "no model of this vendor is in the catalog"
            yield Finding(
                "vendors.csv", line, "vendor_id", message, "warning", "vendor-without-model", row["vendor_id"]
            )


RULES: tuple[Callable[[Catalog], Iterator[Finding]], ...] = (
    _products,
    _origins,
    _foundings,
    _numbers,
    _sizes,
    _latest,
    _settings_as_models,
    _periods,
    _hidden_rows,
    _hub_owners,
    _families,
    _open_weights,
    _duplicates,
    _kinds,
    _vendors_without_model,
)

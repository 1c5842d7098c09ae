"""A model that the catalog lacks: its product and kind by rule, and the note that the report lists it by."""

from __future__ import annotations

import re

from harness.catalog.import_context import ImportContext, Imported
from harness.catalog.importers.kinds import kind_of
from harness.catalog.names import spellings
from harness.catalog.names.matching import NameIndex

# Rules by which the vendor of a new model was found: the owner or organisation that the source names, or the name's family.
OWNER, FAMILY = "owner", "family"
_PRECISION = re.compile(r"-(?:fp8|fp4|fp16|nvfp4|mxfp4|bf16|int4|int8|awq|gptq|gguf|w4a16|w8a8|[468]bit)(?=-|$)")
_DATE = re.compile(r"-(?:20\d\d-?[01]\d(?:-?[0-3]\d)?|\d\d-20\d\d|2[3-9][01]\d(?:[0-3]\d)?|[01]\d-?[0-3]\d)$")


def add_model(out: Imported, context: ImportContext, rule: str, **cells: str) -> None:
    """Add a new model's row, with its product and kind; ``rule`` (OWNER, FAMILY) says how its vendor was found.

    It shares a known model's product only where its name adds nothing but a precision: those are the same weights. A date in
    the name may mean other weights, so a dated release is a product of its own, and a person decides.
    """
    model_id, vendor_id = cells["model_id"], cells["vendor_id"]
    same = _known(context.names, _PRECISION.sub("", model_id), model_id, vendor_id)
    dated = "" if same else _undated(context.names, model_id, vendor_id)
    cells["product_id"] = _product(context.names, same) if same else model_id
    if not cells.get("kind"):
        cells["kind"] = kind_of(model_id, cells.get("input_modalities", ""), cells.get("output_modalities", ""))
    if not out.add("models", **cells):
        return
    context.learn(out.rows["models"][-1])
    by = f"vendor {vendor_id} by {rule}"
    name = cells.get("name") or model_id
    if same:
        out.note("same-weights", name, model_id, f"product {cells['product_id']}; {by}")
    elif dated:
        out.note("snapshot", name, model_id, f"without its date it is {dated}; {by}")
    else:
        out.note("new-product", name, model_id, by)


def _undated(names: NameIndex, model_id: str, vendor_id: str) -> str:
    """What a dated model's name is without its date: the vendor's known model or a moving name; empty where neither."""
    stem = _DATE.sub("", model_id)
    if stem != model_id and names.moved(spellings.normal(stem)):
        return f"the moving name {stem}"
    return _known(names, stem, model_id, vendor_id)


def _known(names: NameIndex, form: str, model_id: str, vendor_id: str) -> str:
    """The vendor's known model of a shortened name; empty where nothing was taken off, or no one model has that name."""
    if form == model_id:
        return ""
    form = spellings.normal(form)
    alias = names.alias("model", form)
    if names.moved(form):
        found: set[str] = set()
    elif alias:
        found = {alias}
    else:
        found = {form} if form in names.rows else set(names.models.get(form, ()))
    return next(iter(found)) if len(found) == 1 and names.vendor_of_model.get(*found) == vendor_id else ""


def _product(names: NameIndex, model_id: str) -> str:
    return names.rows[model_id]["product_id"] or model_id

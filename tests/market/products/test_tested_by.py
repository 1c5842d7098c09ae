"""Whose runs of a product count as somebody else's than its maker's."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from harness.market.products.about import Product
from harness.market.products.tested_by import others

PYTHIA = Product(
    "pythia", "Pythia", {"vendor_id": "eleuther", "vendor_en": "Eleuther AI", "hub_id": "EleutherAI/pythia"}, ("pythia", "pythia-old")
)  # fmt: skip
SMOL = Product("smol", "Smol", {"vendor_id": "huggingface", "vendor_en": "Hugging Face", "hub_id": None}, ("smol",))


def run(model_id: str | None, origin: str, source: object = None, model: str = "m") -> pd.DataFrame:
    text = json.dumps(source) if isinstance(source, dict) else source
    return pd.DataFrame([{"run_id": "r", "model": model, "model_id": model_id, "origin": origin, "source": text}])


@pytest.mark.parametrize(
    ("product", "row", "counts"),
    [
        (PYTHIA, run("pythia", "measured"), True),
        (PYTHIA, run("pythia-old", "measured"), True),
        (PYTHIA, run("another", "measured"), False),
        (PYTHIA, run("pythia", "imported", {"title": "stanford-crfm/helm", "tool": "helm"}), True),
        (PYTHIA, run("pythia", "imported", {"title": "EleutherAI/pythia", "tool": "lm-eval"}), False),
        (PYTHIA, run("pythia", "imported", {"title": "a/b", "tool": "t", "relationship": "first_party"}), False),
        (PYTHIA, run("pythia", "imported", None), False),
        (PYTHIA, run("pythia", "imported", "a mail from somebody"), False),
        (PYTHIA, run("pythia", "imported", {"licence": "MIT"}), False),
        (PYTHIA, run("pythia", "imported", {"title": "evaleval/every_eval_ever", "tool": "HF Open LLM v2"}), True),
        (SMOL, run("smol", "imported", {"title": "evaleval/every_eval_ever", "tool": "HF Open LLM v2"}), False),
        (Product("x/y", "x/y"), run(None, "measured", model="x/y"), True),
        (Product("x/y", "x/y"), run(None, "imported", {"title": "a/b"}, model="x/y"), False),
    ],
)
def test_a_run_counts_where_it_is_known_that_the_maker_did_not_make_it(
    product: Product, row: pd.DataFrame, counts: bool
) -> None:
    found = others(row, product)
    assert len(found) == counts and list(found.columns) == list(row.columns)

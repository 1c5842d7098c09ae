"""The tables of own machines: complete, sourced, dense figures, and of models that the catalog knows."""

from __future__ import annotations

import pytest

from harness.analysis.cost.machine_memory import CACHE_BYTES, WEIGHT_BYTES, cache_gb
from harness.errors import BadInput
from harness.market.own_machines import tables
from tests.market.own_machines.catalog_files import CatalogFiles

MODELS = CatalogFiles().frame("models").set_index("model_id")


@pytest.mark.parametrize("name", ["gpus", "architectures", "throughputs"])
def test_every_row_has_a_source_and_stands_once(name: str) -> None:
    rows = tables.table(name)
    assert rows and all(row["source"] for row in rows)
    keys = [
        tuple(v for k, v in row.items() if k not in ("source", "note", "as_of", "output_tokens_per_s")) for row in rows
    ]
    assert len(keys) == len(set(keys))


def test_arithmetic_is_dense() -> None:
    """At most twice the rate of bf16 at 8 bits (sparse figures are four times), and known flagships as their sheets say."""
    for name in tables.gpu_names():
        card = tables.gpu(name)
        for rate in (card.fp8_tflops, card.int8_tflops):
            assert rate is None or rate <= 2.01 * card.bf16_tflops
    assert (tables.gpu("h100 sxm").bf16_tflops, tables.gpu("A100").bf16_tflops) == (989.4, 312)


def test_models_of_the_tables_are_in_the_catalog_with_their_sizes() -> None:
    for row in tables.table("architectures"):
        assert MODELS.loc[row["model_id"], "params_b"] > 0
        assert bool(row["latent_dim"]) != bool(row["kv_heads"] and row["head_dim"])
        assert not row["experts"] or MODELS.loc[row["model_id"], "active_params_b"] > 0
        assert int(row["experts_active"] or 0) <= int(row["experts"] or 0)
    for row in tables.table("throughputs"):
        assert (
            row["model_id"] in MODELS.index
            and row["precision"] in WEIGHT_BYTES
            and row["cache_precision"] in CACHE_BYTES
        )
        known = [own for own in tables.table("architectures") if own["model_id"] == row["model_id"]]
        assert tables.gpu(row["gpu"]) and len(known) == 1 and known[0]["source"]


def test_a_model_without_a_row_is_taken_by_its_size() -> None:
    known = tables.architecture("llama-3-3-70b-instruct", "Llama", 70, None)
    guessed = tables.architecture("nobody", "Nobody", 70, float("nan"))
    assert (known.cache_doubt, guessed.cache_doubt, guessed.name) == (1, 2, "Nobody")
    assert cache_gb(known, 1) == pytest.approx(320 * 1024 / 1e9)
    sparse = tables.architecture("llama-3-3-70b-instruct", "Llama", 70, 10)
    assert (sparse.cache_doubt, sparse.active_b) == (3, 10), "the row is of a dense model"
    for params, active in ((671, -37), (671, 1000), (1, 37), (-5, None), (0, None), (float("inf"), 37)):
        with pytest.raises(BadInput, match="Parameters must be above 0"):
            tables.architecture("deepseek-v3", "DeepSeek", params, active)
    with pytest.raises(BadInput, match="--params"):
        tables.architecture("nobody", "Nobody", None, None)
    with pytest.raises(BadInput, match="H100, "):
        tables.gpu("abacus")

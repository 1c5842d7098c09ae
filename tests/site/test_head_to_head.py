"""The Head to head page: the pairs that are compared."""

from __future__ import annotations

from pathlib import Path

from tests.site.conftest import Open


def test_two_chosen_models_are_compared(site: Open, filled: Path) -> None:
    first = site(filled, "head_to_head", origin="Measured")
    names = list(first.multiselect(key="models").options)[:3]
    at = site(filled, "head_to_head", origin="Measured", models=names)
    assert not at.exception and not at.error
    pairs = at.dataframe[0].value[["model_a", "model_b"]].drop_duplicates()
    assert len(pairs) == 3
    assert set(pairs.to_numpy().ravel()) == set(names)

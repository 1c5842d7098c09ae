"""Names of models without folders, and the models and vendors of the catalog that they mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.interchange.foreign.owners import owner, public_name
from tests.interchange import builders as b


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("/data/public_models/huggingface/google/gemma-2b", "google/gemma-2b"),
        ("/home/ann/my-model", "my-model"),
        ("~/.cache/huggingface/hub/models--Qwen--Qwen2.5-7B/snapshots/abc", "Qwen/Qwen2.5-7B"),
        ("C:\\Users\\ann\\models\\x", "x"),
        ("meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-8B"),
        ("gpt2", "gpt2"),
    ],
)
def test_names_of_models_show_no_folders(given: str, shown: str) -> None:
    assert public_name(given) == shown


def test_models_of_the_catalog_by_hub_id_and_alias(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "cat"
    b.write(
        folder / "models.csv", "model_id,vendor_id,name,hub_id\npythia-70m,eleutherai,Pythia,EleutherAI/pythia-70m\n"
    )
    b.write(folder / "vendors.csv", "vendor_id\neleutherai\nqwen\n")
    b.write(folder / "aliases.csv", "kind,alias,id\nmodel,py70,pythia-70m\nvendor,qwen-team,qwen\n")
    monkeypatch.setenv("LANDSCAPE_CATALOG", str(folder))
    for name in ("EleutherAI/pythia-70m", "eleutherai/Pythia-70m", "py70", "EleutherAI/pythia-v1.1-70m", "ollama/py70"):
        assert owner(name).model_id == "pythia-70m", name
    assert (owner("qwen-team/x").model_id, owner("qwen-team/x").vendor_id) == (None, "qwen")
    assert owner("nobody/x").vendor_id is None

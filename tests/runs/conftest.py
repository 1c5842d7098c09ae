"""A tiny model with random weights and a byte tokenizer, and the places a test may write to."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.runs.plan import Options
from harness.suites.load import load_suite
from harness.suites.model import Suite


def make_model(folder: Path, *, seed: int = 1, layers: int = 2, context: int = 384) -> Path:
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from harness.suites.calibration import tokenizer

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=tokenizer.VOCABULARY,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        bos_token_id=tokenizer.BOS,
        eos_token_id=tokenizer.EOS,
        pad_token_id=tokenizer.PAD,
        initializer_range=0.3,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save(folder, context)
    return folder


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def calibration() -> Suite:
    return load_suite("calibration")


@pytest.fixture
def places_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LANDSCAPE_DB", str(tmp_path / "landscape.duckdb"))
    monkeypatch.delenv("LANDSCAPE_HUB", raising=False)
    return tmp_path


def options(**changes: object) -> Options:
    values: dict[str, object] = {"engine": "packed", "device": "cpu", "dtype": "fp32", "offline": True, "limit": 4}
    return Options(**(values | changes))  # type: ignore[arg-type]

"""``--engine vllm``: lm-eval's class is built as it wants to be, and its answers become a run. vLLM itself is not here."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from harness.engine import settings
from harness.engine.api_and_vllm import load_vllm
from harness.engine.source import resolve
from harness.errors import BadInput
from harness.runs.commands import Request, prepare
from harness.runs.execute import run_model
from harness.runs.progress import Progress
from harness.store import run_folder
from harness.suites.model import Suite
from tests.runs.conftest import options

SILENT = Progress(Console(quiet=True))


def fake(built: list[dict[str, Any]]) -> ModuleType:
    """A module of lm-eval's name whose ``VLLM`` scores with transformers, one token of window short as vLLM is."""
    from lm_eval.models.huggingface import HFLM

    def build(pretrained: str, dtype: str, batch_size: str, trust_remote_code: bool, seed: int, **more: Any) -> Any:
        built.append({"dtype": dtype, "batch_size": batch_size, "seed": seed, **more})
        if "broken" in pretrained:
            raise ValueError("Model architectures ['Odd'] are not supported\nsee the docs")
        return HFLM(pretrained=pretrained, device="cpu", dtype=dtype, logits_cache=False, softmax_dtype="float32")

    module = ModuleType("lm_eval.models.vllm_causallms")
    module.VLLM = build  # type: ignore[attr-defined]
    return module


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []
    monkeypatch.setitem(sys.modules, "lm_eval.models.vllm_causallms", fake(calls))
    monkeypatch.setattr(settings, "find_spec", lambda name: object())
    return calls


def scores(folder: Path) -> list[tuple[str, str, float]]:
    return [(r["task"], r["metric"], r["score"]) for r in pq.read_table(folder / "results.parquet").to_pylist()]


def test_a_run_has_the_classes_own_numbers(
    built: list[dict[str, Any]], tiny_model: Path, calibration: Suite, tmp_path: Path
) -> None:
    done = run_model(str(tiny_model), calibration, options(engine="vllm", limit=3), tmp_path, SILENT)
    truth = run_model(str(tiny_model), calibration, options(engine="hf", limit=3), tmp_path, SILENT)
    assert built == [{"dtype": "float32", "batch_size": "auto", "seed": 1234}]
    for one, two in zip(scores(done.folder), scores(truth.folder), strict=True):
        assert one[:2] == two[:2] and one[2] == pytest.approx(two[2], rel=1e-5)
    manifest = run_folder.read_manifest(done.folder)
    assert manifest["engine"]["name"] == "vllm"
    assert manifest["engine"]["settings"]["room"] == 383
    assert manifest["perf"]["complete"]


@pytest.mark.parametrize(
    ("visible", "more"),
    [
        (0, {}),
        (1, {}),
        (3, {"tensor_parallel_size": 2}),
        (4, {"tensor_parallel_size": 4}),
        (8, {"tensor_parallel_size": 4}),
    ],
)
def test_vllm_takes_as_many_cards_as_divide_the_heads(
    built: list[dict[str, Any]],
    tiny_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    visible: int,
    more: dict[str, int],
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "device_count", lambda: visible)
    load_vllm(resolve(str(tiny_model)), "float32", False)
    assert built == [{"dtype": "float32", "batch_size": "auto", "seed": 1234, **more}]


def test_what_vllm_cannot_load_is_said_in_a_sentence(
    built: list[dict[str, Any]], tiny_model: Path, calibration: Suite, tmp_path: Path
) -> None:
    import shutil

    broken = shutil.copytree(tiny_model, tmp_path / "broken")
    with pytest.raises(BadInput, match=r"vLLM cannot load .*broken: Model architectures \['Odd'\] are not supported$"):
        run_model(str(broken), calibration, options(engine="vllm"), tmp_path / "runs", SILENT)
    assert len(built) == 1


def test_options_that_an_engine_cannot_keep_are_refused() -> None:
    def asked(engine: str, revision: str | None, deterministic: bool) -> Request:
        return Request(
            suite="calibration", models=("m",), engine=engine, dtype=None, device="cpu", revision=revision, limit=None,
            sample=None, deterministic=deterministic, precision=None, chat_template=False, trust_remote_code=False,
            offline=True, strict=False, again=False,
        )  # fmt: skip

    with pytest.raises(BadInput, match="--deterministic is a promise of the packed engine; --engine hf cannot keep it"):
        prepare(asked("hf", None, True))
    prepare(asked("packed", "main", True))

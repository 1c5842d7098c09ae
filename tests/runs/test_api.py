"""``--engine api`` against a server that runs the same weights: the reference's own numbers, journal and records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from harness.engine import api_and_vllm, settings
from harness.engine.settings import engine_version
from harness.errors import BadInput, MissingData, RunFailed
from harness.runs.commands import Request, prepare
from harness.runs.execute import run_model
from harness.runs.progress import Progress
from harness.store import run_folder
from harness.suites.model import Suite
from tests.engine.server import Completions, serving
from tests.runs.conftest import options

pytest.importorskip("tenacity", reason="needs the extra `api`")
pytest.importorskip("aiohttp", reason="needs the extra `api`")

SILENT = Progress(Console(quiet=True))
KEY = "sk-secretsecretsecret"
LIMIT = 3


@pytest.fixture
def server(tiny_model: Path) -> Iterator[tuple[Completions, str]]:
    completions = Completions(tiny_model, "lab/tiny", 384)
    with serving(completions) as url:
        yield completions, url


def api(**changes: object) -> Any:
    return options(**({"engine": "api", "device": "remote", "dtype": "unknown", "limit": LIMIT} | changes))


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return [
        {k: v for k, v in r.items() if k != "run_id"} for r in pq.read_table(folder / f"{name}.parquet").to_pylist()
    ]


def test_scores_are_those_of_hf_and_the_key_stays_out(
    server: tuple[Completions, str],
    tiny_model: Path,
    calibration: Suite,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    completions, url = server
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    done = run_model(f"{tiny_model}@{url}", calibration, api(), tmp_path, SILENT)
    truth = run_model(str(tiny_model), calibration, options(engine="hf", limit=LIMIT), tmp_path, SILENT)
    ours, theirs = rows(done.folder, "results"), rows(truth.folder, "results")
    assert [(r["task"], r["metric"]) for r in ours] == [(r["task"], r["metric"]) for r in theirs]
    for one, two in zip(ours, theirs, strict=True):
        assert one["score"] == pytest.approx(two["score"], rel=1e-5), one["task"]
    for one, two in zip(rows(done.folder, "samples"), rows(truth.folder, "samples"), strict=True):
        assert one["task"] == "landscape_cal_text" or one["response"] == two["response"]
        assert (one["choice_loglikelihoods"] or []) == pytest.approx(two["choice_loglikelihoods"] or [], rel=1e-5)
    assert set(completions.keys) == {f"Bearer {KEY}"}
    text = (done.folder / "manifest.json").read_text()
    assert "secret" not in text
    manifest = json.loads(text)
    assert manifest["engine"]["name"] == "api"
    assert manifest["engine"]["settings"]["base_url"] == url
    assert manifest["model"]["id"] == "tiny" and manifest["model"]["revision"].startswith("served:")
    assert (manifest["device"], manifest["dtype"]) == ("remote", "unknown")
    assert manifest["perf"]["complete"] is False and manifest["perf"]["peak_memory_bytes"] is None
    assert manifest["journal"]["begun"] == manifest["journal"]["done"] == manifest["plan"]["batches"]


def test_a_server_that_fails_keeps_what_is_scored(
    server: tuple[Completions, str],
    tiny_model: Path,
    calibration: Suite,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    completions, url = server
    monkeypatch.setattr(api_and_vllm, "API_BATCH", 5)
    completions.patience = 9
    from lm_eval.models import api_models
    from tenacity import wait_none

    monkeypatch.setattr(api_models, "wait_exponential", lambda **_: wait_none())
    with pytest.raises(RunFailed, match=r"api: ClientResponseError: 500, .* batches are kept"):
        run_model(f"{tiny_model}@{url}", calibration, api(), tmp_path, SILENT)
    completions.patience = None
    before = len(completions.asked)
    done = run_model(f"{tiny_model}@{url}", calibration, api(), tmp_path, SILENT)
    manifest = run_folder.read_manifest(done.folder)
    assert manifest["journal"]["starts"] == 2
    assert len(completions.asked) - before < manifest["plan"]["requests"]


def test_what_the_server_does_not_serve_is_refused_with_its_list(server: tuple[Completions, str]) -> None:
    _, url = server
    assert api_and_vllm.resolve_served(f"tiny@{url}").name == "lab/tiny"
    assert api_and_vllm.resolve_served(f"lab/tiny@{url}/").served == (url, "lab/tiny", 384)
    with pytest.raises(BadInput, match="serves lab/tiny; 'other' names none"):
        api_and_vllm.resolve_served(f"other@{url}")


def test_a_server_without_a_list_is_taken_at_its_word_and_one_that_refuses_the_key_is_not(
    server: tuple[Completions, str],
) -> None:
    completions, url = server
    completions.list_status = 404
    assert api_and_vllm.resolve_served(f"some/model@{url}").served == (url, "some/model", api_and_vllm.DEFAULT_WINDOW)
    completions.list_status = 401
    with pytest.raises(BadInput, match=r"refuses the key \(HTTP 401\); set OPENAI_API_KEY"):
        api_and_vllm.resolve_served(f"some/model@{url}")


def test_a_folder_without_a_tokenizer_is_refused(server: tuple[Completions, str], tmp_path: Path) -> None:
    completions, url = server
    completions.name = "tiny"
    empty, broken = tmp_path / "a" / "tiny", tmp_path / "b" / "tiny"
    empty.mkdir(parents=True)
    with pytest.raises(BadInput, match="holds no tokenizer"):
        api_and_vllm.resolve_served(f"{empty}@{url}")
    broken.mkdir(parents=True)
    (broken / "tokenizer_config.json").write_text("{}")
    with pytest.raises(BadInput, match=r"No tokenizer for .*: --model FOLDER@http"):
        api_and_vllm.load_api(api_and_vllm.resolve_served(f"{broken}@{url}"), False)


@pytest.mark.parametrize("model", ["tiny", "@http://localhost:1/v1", "tiny@localhost:8000", "tiny@ftp://here/v1"])
def test_a_model_without_a_url_is_refused(model: str) -> None:
    with pytest.raises(BadInput, match="takes MODEL@URL"):
        api_and_vllm.split(model)


@pytest.mark.parametrize("url", ["http://me:pass@here/v1", "http://here/v1?key=abc"])
def test_a_url_with_a_secret_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(BadInput) as caught:
        api_and_vllm.split(f"tiny@{url}")
    assert "pass" not in str(caught.value).replace("password", "") and "abc" not in str(caught.value)


def test_a_server_that_is_down_is_named() -> None:
    with pytest.raises(MissingData, match="No server answers at http://127.0.0.1:9/v1"):
        api_and_vllm.resolve_served("tiny@http://127.0.0.1:9/v1")


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "find_spec", lambda name: None)
    with pytest.raises(
        BadInput, match=r"--engine vllm needs vllm, which is not installed: pip install 'landscape-harness\[vllm\]'"
    ):
        engine_version("vllm")
    with pytest.raises(BadInput, match="--engine api needs aiohttp, requests, tenacity"):
        engine_version("api")
    assert engine_version("hf").startswith("lm-eval ")


def test_an_api_run_claims_no_device_and_no_dtype() -> None:
    request = Request(
        "calibration",
        ("tiny@http://localhost:1/v1",),
        "api",
        None,
        None,
        None,
        3,
        None,
        False,
        None,
        False,
        False,
        True,
        False,
        False,
    )
    _, made = prepare(request)
    assert (made.device, made.dtype) == ("remote", "unknown")

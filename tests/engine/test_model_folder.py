"""Model folders of strangers: whatever their files hold, a sentence before anything is built, and nothing opened that blocks."""

from __future__ import annotations

import json
import os
import shutil
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from harness.engine import libraries
from harness.engine import load as loading
from harness.engine.libraries import OutOfTime, limited, load_errors, model_errors
from harness.engine.settings import Settings
from harness.engine.source import resolve
from harness.errors import BadInput
from harness.runs.execute import run_model
from harness.suites.model import Suite
from tests.runs.conftest import calibration as calibration_of_runs
from tests.runs.conftest import make_model, options
from tests.runs.test_api import SILENT

calibration = calibration_of_runs


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("sound") / "tiny")


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return shutil.copytree(sound, tmp_path / "tiny")


def config(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def header(folder: Path, length: int, raw: bytes) -> None:
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", length) + raw)


def safetensors(entry: Any) -> Callable[[Path], None]:
    raw = json.dumps({"a": entry}).encode()
    return lambda folder: header(folder, len(raw), raw)


def rounded(folder: Path) -> None:
    """The weights as an exporter leaves them that forgot to say how it quantised."""
    path = folder / "model.safetensors"
    tensors = load_file(path)
    save_file({k: (v * 127).round().to(torch.int8) for k, v in tensors.items()}, path, metadata={"format": "pt"})


DEEP = "[" * 50_000 + "]" * 50_000
DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "deep config": (lambda f: (f / "config.json").write_text('{"model_type": ' + DEEP + "}"), "nested too deeply"),
    "deep tokenizer": (lambda f: (f / "tokenizer.json").write_text('{"a": ' + DEEP + "}"), "nested too deeply"),
    "deep tokenizer configuration": (lambda f: (f / "tokenizer_config.json").write_text('{"a":' + DEEP + "}"), "nested too deeply"),
    "deep generation": (lambda f: (f / "generation_config.json").write_text('{"a":' + DEEP + "}"), "nested too deeply"),
    "deep index": (lambda f: (f / "model.safetensors.index.json").write_text(DEEP), "no weight index"),
    "index of numbers": (lambda f: (f / "model.safetensors.index.json").write_text('{"weight_map": {"a": 1}}'), "no weight index"),
    "deep header": (lambda f: header(f, 100_000, DEEP.encode()), "broken safetensors header"),
    "endless header": (lambda f: header(f, 8 << 60, b"{}"), "header of"),
    "negative shape": (safetensors({"dtype": "F32", "shape": [-4], "data_offsets": [0, 0]}), "broken safetensors header"),
    "huge shape": (safetensors({"dtype": "F32", "shape": [10**30], "data_offsets": [0, 0]}), "broken safetensors header"),
    "wrong dtype": (safetensors({"dtype": [], "shape": [1], "data_offsets": [0, 0]}), "broken safetensors header"),
    "text offsets": (safetensors({"dtype": "F32", "shape": [1], "data_offsets": "ab"}), "broken safetensors header"),
    "no object": (lambda f: header(f, 2, b"[]"), "broken safetensors header"),
    "list for a configuration": (lambda f: (f / "config.json").write_text("[]"), "no JSON object"),
    "NaN": (lambda f: config(f, hidden_size=float("nan")), "at least 1"),
    "wide": (lambda f: config(f, hidden_size=10**9), "hidden_size is 1,000,000,000; no model"),
    "many layers": (lambda f: config(f, num_hidden_layers=10**6), "num_hidden_layers is 1,000,000; no model"),
    "no layers": (lambda f: config(f, num_hidden_layers=0), "at least 1"),
    "negative": (lambda f: config(f, vocab_size=-5), "vocab_size is -5; it must be at least 1"),
    "endless number": (lambda f: config(f, rope=10**4000), "more than 30 digits"),
    "text for a number": (lambda f: config(f, hidden_size="many"), "must be a whole number"),
    "in a part": (lambda f: config(f, text_config={"n_layer": 10**7}), "text_config.n_layer"),
    "model_type of a list": (lambda f: config(f, model_type=[[]]), "names no model_type"),
    "no UTF-8": (lambda f: (f / "config.json").write_bytes(b"\xff{}"), "not UTF-8"),
    "whole numbers": (rounded, "matrices of whole numbers .* and no quantization_config"),
    "no vocabulary": (lambda f: (f / "tokenizer.json").unlink(), "holds no tokenizer"),
    "pipe": (lambda f: os.mkfifo(f / "other.safetensors"), "is a pipe"),
    "pipe below": (lambda f: ((f / "additional_chat_templates").mkdir(), os.mkfifo(f / "additional_chat_templates" / "x.jinja")), "is a pipe"),
    "device": (lambda f: (f / "vocab.txt").symlink_to("/dev/zero"), "is a device"),
    "loop": (lambda f: (f / "vocab.txt").symlink_to("vocab.txt"), "symbolic link|cannot be read|Symlink loop"),
}  # fmt: skip


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_folder_that_is_no_model_is_refused_in_no_time(folder: Path, kind: str) -> None:
    damage, words = DAMAGE[kind]
    damage(folder)
    started = time.process_time()
    with pytest.raises(BadInput, match=words) as caught:
        resolve(str(folder))
    assert time.process_time() - started < 5 and len(str(caught.value)) < 2000


@pytest.mark.parametrize("told", ["config.json", "quantize_config.json"])
def test_whole_numbers_of_a_quantisation_that_is_told_are_left_to_the_loader(folder: Path, told: str) -> None:
    rounded(folder)
    if told == "config.json":
        config(folder, text_config={"quantization_config": {"quant_method": "gptq"}})
    else:
        (folder / told).write_text('{"bits": 8}')
    assert resolve(str(folder)).params


def test_a_tokenizer_of_bytes_needs_no_vocabulary(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "ByT5Tokenizer"}')
    assert resolve(str(folder)).params


def test_a_configuration_of_another_model_is_refused_before_it_is_built(folder: Path) -> None:
    config(folder, num_hidden_layers=400, hidden_size=8192, intermediate_size=65536)
    with pytest.raises(BadInput, match=r"describes [\d,]+ parameters and its weight files hold [\d,]+"):
        loading.load(resolve(str(folder)), Settings("packed", "cpu", "fp32"))


def test_links_of_the_hubs_cache_are_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    for file in [p for p in folder.iterdir() if p.is_file()]:
        file.rename(tmp_path / "blobs" / file.name)
        file.symlink_to(tmp_path / "blobs" / file.name)
    assert resolve(str(folder)).params


TEMPLATES = {
    "a loop without end": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "memory without end": "{{ 'a' * 60000000000 }}",
    "recursion": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "an error": "{{ raise_exception('not here') }}",
    "no template": "{% if %}",
    "a way out of the sandbox": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "division by zero": "{{ 1 // 0 }}",
}


@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_hostile_chat_template_ends_that_model_only(
    folder: Path, calibration: Suite, tmp_path: Path, kind: str
) -> None:
    (folder / "chat_template.jinja").write_text(TEMPLATES[kind])
    started = time.process_time()
    with pytest.raises(BadInput, match="chat template of tiny cannot be used"):
        run_model(str(folder), calibration, options(limit=1, chat_template=True), tmp_path / "runs", SILENT)
    assert time.process_time() - started < 20  # loading the model included


def test_whatever_a_library_raises_becomes_a_sentence() -> None:
    class PanicException(BaseException):
        """As PyO3's."""

    for error in (
        PanicException("index out of bounds"),
        SystemExit(3),
        RecursionError(),
        MemoryError(),
        Exception("x"),
    ):
        with pytest.raises(BadInput, match=f"it broke: {type(error).__name__}"), model_errors("it broke"):
            raise error
        with pytest.raises(BadInput, match="unusable"), load_errors("unusable", "memory"):
            raise error
    with pytest.raises(KeyboardInterrupt), model_errors("it broke"):
        raise KeyboardInterrupt


def test_limits_end_with_the_call() -> None:
    def spin() -> None:
        while True:
            pass

    with pytest.raises(OutOfTime):
        limited(spin)()
    with pytest.raises(MemoryError):
        limited(lambda: bytes(3 << 30))()
    assert len(bytes(1 << 20)) == 1 << 20
    assert limited(lambda a, b: a + b)(1, b=2) == 3


def test_many_slow_calls_end_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "TEMPLATE_START", 0.2)
    slow = limited(lambda: sum(range(3_000_000)))
    with pytest.raises(OutOfTime, match="calls took"):
        for _ in range(100):
            slow()

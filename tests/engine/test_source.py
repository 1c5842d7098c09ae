"""A model's name becomes a revision, or a sentence, before anything is loaded."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from harness.engine import measure
from harness.engine.load import check_memory
from harness.engine.measure import memory_limit
from harness.engine.settings import Settings, resolve_device, resolve_dtype
from harness.engine.source import ModelSource, resolve
from harness.engine.weights.headers import parameters_of
from harness.errors import BadInput, MissingData
from tests.runs.conftest import make_model


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("source") / "tiny")


def test_revision_is_the_content_of_the_weights(tiny: Path, tmp_path: Path) -> None:
    first = resolve(str(tiny))
    copy = shutil.copytree(tiny, tmp_path / "elsewhere")
    assert resolve(str(copy)).revision == first.revision
    data = bytearray((copy / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (copy / "model.safetensors").write_bytes(data)
    assert resolve(str(copy)).revision != first.revision
    assert resolve(str(copy)).tokenizer_hash == first.tokenizer_hash


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", None),
        ("generation_config.json", '{"eos_token_id": 5}'),
        ("chat_template.jinja", "{{ messages }}"),
        ("additional_chat_templates/tool.jinja", "{{ tools }}"),
        ("tokenizer_config.json", None),
        ("modeling_tiny.py", "x = 1"),
    ],
)
def test_every_file_that_changes_a_number_makes_another_model(
    tiny: Path, tmp_path: Path, name: str, content: str | None
) -> None:
    copy = shutil.copytree(tiny, tmp_path / "tiny")
    path = copy / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content if content is not None else path.read_text() + "\n")
    assert resolve(str(copy)).revision != resolve(str(tiny)).revision


def test_what_no_loader_reads_is_no_part_of_a_model(tiny: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny, tmp_path / "tiny")
    (copy / "README.md").write_text("about")
    (copy / ".cache").mkdir()
    assert resolve(str(copy)).revision == resolve(str(tiny)).revision


def test_contents_that_change_places_make_another_model(tiny: Path, tmp_path: Path) -> None:
    first, second = (shutil.copytree(tiny, tmp_path / name) for name in ("first", "second"))
    for folder, (a, b) in ((first, ("x", "y")), (second, ("y", "x"))):
        (folder / "chat_template.jinja").write_text(a)
        (folder / "merges.txt").write_text(b)
    assert resolve(str(first)).revision != resolve(str(second)).revision


def test_an_adapter_is_not_passed_over(tiny: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny, tmp_path / "tiny")
    (copy / "adapter_config.json").write_text('{"peft_type": "LORA", "base_model_name_or_path": "x/y"}')
    with pytest.raises(BadInput, match=r"holds an adapter .* Merge it"):
        resolve(str(copy))


def test_an_adapter_alone_is_told_from_no_model(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text('{"peft_type": "LORA", "base_model_name_or_path": "x/y"}')
    shutil.copy(tiny / "model.safetensors", tmp_path / "adapter_model.safetensors")
    with pytest.raises(BadInput, match=r"is an adapter alone .* Merge the two"):
        resolve(str(tmp_path))


@pytest.mark.parametrize("name", ["inner/scale.py", "a/b/c/__init__.py", ".hidden/x.py", "inner/fast.so"])
def test_code_at_any_depth_belongs_to_a_model_with_code(tiny: Path, tmp_path: Path, name: str) -> None:
    copy = shutil.copytree(tiny, tmp_path / "tiny")
    path = copy / name
    path.parent.mkdir(parents=True)
    path.write_text("scale = 1")
    assert resolve(str(copy)).revision == resolve(str(tiny)).revision  # nothing beside the configuration imports it
    (copy / "modeling_tiny.py").write_text("from .inner import scale")
    first = resolve(str(copy)).revision
    (path.parent / "__pycache__").mkdir()
    (path.parent / "__pycache__" / "scale.cpython-311.pyc").write_text("compiled")
    assert resolve(str(copy)).revision == first
    path.write_text("scale = -1")
    assert resolve(str(copy)).revision != first


def test_code_behind_a_link_counts_and_a_circle_of_links_ends(tiny: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny, tmp_path / "tiny")
    (copy / "modeling_tiny.py").write_text("from .inner import scale")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "scale.py").write_text("scale = 1")
    (copy / "inner").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(copy)
    first = resolve(str(copy)).revision
    (tmp_path / "elsewhere" / "scale.py").write_text("scale = -1")
    assert resolve(str(copy)).revision != first


def test_parameters_are_counted_from_the_headers(tiny: Path) -> None:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny)
    count, by_dtype = parameters_of([tiny / "model.safetensors"])
    assert count == sum(p.numel() for p in model.parameters())
    assert by_dtype == {"F32": count}


def test_reference_models_go_by_name_and_unique_ending() -> None:
    whole = resolve("landscape-ref-m")
    assert whole.reference and whole.params and whole.params > 100_000
    assert resolve("ref-m") == whole
    with pytest.raises(BadInput, match="fits 2 models: landscape-ref-s, landscape-ref-xs"):
        resolve("s")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("./absent", "no model folder"),
        ("/absent/deep/model", "no model folder"),
        ("nobody/nothing", "nobody/nothing"),
        ("not a name!", "neither a folder nor a hub id"),
    ],
)
def test_absent_models(name: str, words: str) -> None:
    with pytest.raises(MissingData, match=words):
        resolve(name, offline=True)


def test_file_is_no_model(tiny: Path) -> None:
    with pytest.raises(BadInput, match="is a file"):
        resolve(str(tiny / "config.json"))


def test_hub_cache_snapshot_gives_the_commit(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants as constants

    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "models--someone--tiny"
    shutil.copytree(tiny, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    found = resolve("someone/tiny", offline=True)
    assert (found.name, found.revision, found.hub_revision) == ("someone/tiny", commit, commit)


def huge(**changes: object) -> ModelSource:
    values: dict[str, object] = {
        "name": "huge", "location": "x", "revision": "r", "hub_revision": None, "tokenizer_hash": "t", "architecture": "A",
        "params": 10**13, "weight_bytes": None, "reference": False, "masked": False,
    }  # fmt: skip
    return ModelSource(**(values | changes))  # type: ignore[arg-type]


def test_model_larger_than_the_memory_is_refused() -> None:
    with pytest.raises(BadInput, match=r"huge needs 37252.9 GiB for its weights in fp32; cpu has"):
        check_memory(huge(), Settings("packed", "cpu", "fp32"))
    check_memory(huge(params=1000), Settings("packed", "cpu", "fp32"))
    check_memory(huge(params=None), Settings("packed", "cpu", "fp32"))


def test_a_container_with_little_memory_refuses_what_its_machine_would_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "read_text", lambda self, *_: str(1 << 20) if "memory.max" in str(self) else "")
    assert memory_limit() == 1 << 20
    with pytest.raises(BadInput, match="0.0 GiB"):
        check_memory(huge(params=1 << 20), Settings("packed", "cpu", "fp32"))
    monkeypatch.setattr(Path, "read_text", lambda self, *_: "max")
    assert memory_limit() > 1 << 30


def test_device_and_dtype_are_resolved_or_refused() -> None:
    assert resolve_device("cpu") == "cpu"
    assert (resolve_dtype(None, "cpu"), resolve_dtype("bfloat16", "cpu"), resolve_dtype("float32", "cpu")) == (
        "fp32",
        "bf16",
        "fp32",
    )
    for device in ("mps", "meta", "tpu:9", "cpu:1"):
        with pytest.raises(BadInput, match="--device cpu|use cpu"):
            resolve_device(device)


def test_measurements_are_numbers_or_null() -> None:
    with measure.Meter("cpu") as meter:
        sum(range(10_000))
    assert meter.wall_s > 0 and meter.energy_j is None and meter.mean_power_w is None
    assert meter.peak_memory_bytes and meter.peak_memory_bytes > 10_000_000
    about = measure.hardware("cpu")
    assert about["device_name"] and about["cores"] >= 1
    assert {"python", "torch", "lm_eval"} <= set(measure.versions())
    json.dumps(about)

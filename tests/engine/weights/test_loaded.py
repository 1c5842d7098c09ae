"""Weights lie once, in files that are hashed, where their index says; everything else is refused before anything loads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from harness.engine.source import resolve
from harness.errors import BadInput
from tests.runs.conftest import make_model

Tensors = dict[str, Any]
FIRST, SECOND = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
EMBEDDING = "model.embed_tokens.weight"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("loaded") / "whole")


def sharded(whole: Path, folder: Path, *, change: Callable[[Tensors, Tensors, dict[str, str]], None]) -> Path:
    """The model in two files with an index, after ``change`` of both files' tensors and of the index."""
    shutil.copytree(whole, folder)
    tensors = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    names = sorted(tensors)
    first, second = {n: tensors[n] for n in names[:9]}, {n: tensors[n] for n in names[9:]}
    listed = dict.fromkeys(first, FIRST) | dict.fromkeys(second, SECOND)
    change(first, second, listed)
    save_file(first, folder / FIRST, metadata={"format": "pt"})
    save_file(second, folder / SECOND, metadata={"format": "pt"})
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": listed}))
    return folder


def test_shards_that_agree_with_their_index_are_the_model(whole: Path, tmp_path: Path) -> None:
    folder = sharded(whole, tmp_path / "m", change=lambda a, b, i: None)
    assert resolve(str(folder)).params == resolve(str(whole)).params
    shutil.copy(whole / "model.safetensors", folder / "consolidated.safetensors")
    assert resolve(str(folder)).params == resolve(str(whole)).params, "a file that is not loaded counts no parameters"


def doubled(first: Tensors, second: Tensors, _: dict[str, str]) -> None:
    second[EMBEDDING] = torch.randn_like(first[EMBEDDING])


def moved(first: Tensors, second: Tensors, _: dict[str, str]) -> None:
    second[EMBEDDING] = first.pop(EMBEDDING)


def unlisted(first: Tensors, _: Tensors, listed: dict[str, str]) -> None:
    del listed[EMBEDDING]


def absent(first: Tensors, _: Tensors, listed: dict[str, str]) -> None:
    listed["model.layers.9.mlp.up_proj.weight"] = FIRST


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (doubled, rf"holds 1 tensors in two weight files each: {EMBEDDING} \({FIRST}, {SECOND}\)"),
        (moved, rf"differ in 1 tensors: {EMBEDDING} \(index: {FIRST}; files: {SECOND}\)"),
        (unlisted, rf"differ in 1 tensors: {EMBEDDING} \(index: not there; files: {FIRST}\)"),
        (absent, rf"model\.layers\.9\.mlp\.up_proj\.weight \(index: {FIRST}; files: not there\)"),
    ],
)
def test_files_and_index_that_say_two_things_are_refused(
    whole: Path, tmp_path: Path, change: Callable[[Tensors, Tensors, dict[str, str]], None], words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        resolve(str(sharded(whole, tmp_path / "m", change=change)))


@pytest.mark.parametrize(
    "change",
    [
        {"transformers_weights": "sub/w.safetensors"},
        {"text_config": {"transformers_weights": "w.safetensors"}},
        {"attribute_map": {"spare": "transformers_weights"}, "spare": "w.safetensors"},
        {"parts": [{"configuration_files": ["config.4.0.0.json"]}]},
    ],
    ids=["plain", "of a part", "under another name", "another configuration"],
)
def test_a_configuration_that_names_other_files_is_refused(whole: Path, tmp_path: Path, change: dict[str, Any]) -> None:
    folder = shutil.copytree(whole, tmp_path / "m")
    config = folder / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | change))
    with pytest.raises(BadInput, match=r"config\.json has (transformers_weights|configuration_files), which reads"):
        resolve(str(folder))
    config.write_text(json.dumps(json.loads((whole / "config.json").read_text()) | {"transformers_weights": None}))
    assert resolve(str(folder)).params


def test_parts_of_a_distributed_checkpoint_do_not_stand_in_for_the_model(whole: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(whole, tmp_path / "m")
    shutil.copy(folder / "model.safetensors", folder / "shard-00000-model-00001-of-00001.safetensors")
    with pytest.raises(BadInput, match=r"part of a distributed checkpoint \(shard-00000-model-00001"):
        resolve(str(folder))


def test_one_file_beside_an_index_of_others_is_refused(whole: Path, tmp_path: Path) -> None:
    folder = sharded(whole, tmp_path / "m", change=lambda a, b, i: None)
    shutil.copy(whole / "model.safetensors", folder)
    with pytest.raises(BadInput, match=r"holds its weights twice: in model\.safetensors, and in the files"):
        resolve(str(folder))
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": dict.fromkeys(load_file(whole / "model.safetensors"), "model.safetensors")})
    )
    assert resolve(str(folder)).params == resolve(str(whole)).params


def test_a_header_with_one_name_twice_is_broken(whole: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(whole, tmp_path / "m")
    entry = '{"dtype":"F32","shape":[1],"data_offsets":[%d,%d]}'
    raw = f'{{"a":{entry % (0, 4)},"a":{entry % (4, 8)}}}'.encode()
    (folder / "model.safetensors").write_bytes(len(raw).to_bytes(8, "little") + raw + bytes(8))
    with pytest.raises(BadInput, match="broken safetensors header"):
        resolve(str(folder))


@pytest.mark.parametrize("name", ["tokenizer.5.0.0.json", "tekken.json", "quantize_config.json"])
def test_files_that_loaders_read_by_version_or_tool_make_another_model(whole: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(whole, tmp_path / "m")
    (folder / name).write_text("{}")
    assert resolve(str(folder)).revision != resolve(str(whole)).revision

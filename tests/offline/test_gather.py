"""What a data pack takes of suites and models, from a mirror and model folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.offline.gather import gather
from harness.offline.pack import model_files, pack, unpack
from tests.engine.gguf import files as gguf_files
from tests.runs.conftest import make_model


def test_no_pickled_weights_and_no_code_are_packed(tmp_path: Path) -> None:
    names = [
        "config.json",
        "model.safetensors",
        "pytorch_model.bin",
        "modeling_x.py",
        "tokenizer.model",
        "LICENSE",
        "x.pt",
    ]
    for name in names:
        (tmp_path / name).write_text("x")
    assert set(model_files(tmp_path)) == {"config.json", "model.safetensors", "tokenizer.model", "LICENSE"}


def test_a_suite_and_a_model_from_a_mirror(tmp_path: Path, shared: Path) -> None:
    from harness.offline.gather import gather

    found = gather(["quick"], [str(shared / "models/stories260K")], shared / "hub")
    assert any(p.startswith("hub/") and p.endswith(".parquet") for p in found.files)
    assert "models/stories260K/config.json" in found.files
    pack(found, tmp_path / "p.tar")
    done = unpack(tmp_path / "p.tar", tmp_path / "t")
    assert sorted(done.written) == sorted(found.files)
    with pytest.raises(BadInput, match="LANDSCAPE_HUB"):
        gather(["quick"], [], None)
    with pytest.raises(BadInput, match="Name what to pack"):
        gather([], [], None)


def test_a_gguf_file_is_left_to_its_owner(tmp_path: Path) -> None:
    file = gguf_files.write(make_model(tmp_path / "tiny"), tmp_path / "tiny-f32.gguf")
    with pytest.raises(BadInput, match="tiny-f32.gguf is a GGUF file, which packs do not hold: copy it"):
        gather([], [str(file)], None, offline=True)

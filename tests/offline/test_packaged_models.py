"""Models out of unpacked wheels: joined in order, taken only where the hash is the known one, never fetched twice."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from harness.errors import BadInput, MissingData
from harness.offline.packaged_models import MODELS, PackagedModel, main, place

ROOT = Path(__file__).resolve().parents[2]
WHOLE = bytes(range(256)) * 9_000  # longer than two blocks
TINY = PackagedModel("tiny.gguf", "ann/tiny", "MIT", hashlib.sha256(WHOLE).hexdigest(), ("a/1.part", "b/2.part"))


def unpacked(folder: Path, first: bytes = WHOLE[:1_500_000], second: bytes = WHOLE[1_500_000:]) -> Path:
    for name, content in zip(TINY.parts, (first, second), strict=True):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_parts_are_joined_in_order_and_a_right_file_stays(tmp_path: Path) -> None:
    packages, models = unpacked(tmp_path / "packages"), tmp_path / "models"
    path = place(TINY, packages, models)
    assert path.read_bytes() == WHOLE and [p.name for p in models.iterdir()] == ["tiny.gguf"]
    before = path.stat().st_mtime_ns
    assert place(TINY, tmp_path / "nothing", models) == path and path.stat().st_mtime_ns == before


def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    packages, models = unpacked(tmp_path / "packages"), tmp_path / "models"
    place(TINY, packages, models).write_bytes(WHOLE[:-1])
    assert place(TINY, packages, models).read_bytes() == WHOLE


def test_another_file_than_the_known_one_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    packages = unpacked(tmp_path / "packages", second=WHOLE[1_500_000:-1] + b"x")
    with pytest.raises(BadInput, match="another file"):
        place(TINY, packages, tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_lacking_part_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packages = unpacked(tmp_path / "packages")
    (packages / "b/2.part").unlink()
    with pytest.raises(MissingData, match=r"b/2\.part is not there"):
        place(TINY, packages, tmp_path / "models")
    assert main([str(packages), str(tmp_path / "models")]) == 2 and main([]) == 2
    assert "SmolLM2-135M-Instruct.Q4_1.gguf cannot be made" in capsys.readouterr().err


def test_every_wheel_is_pinned_by_hash_and_gives_its_part() -> None:
    lines = (ROOT / "requirements-real.txt").read_text(encoding="utf-8").splitlines()
    wheels = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[\d.]+ --hash=sha256:[0-9a-f]{64}", line) for line in wheels)
    names = {line.split("==")[0].replace("-", "_") for line in wheels}
    assert {part.split("/")[0] for model in MODELS for part in model.parts} <= names

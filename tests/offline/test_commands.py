"""What `harness data pack` and `harness data unpack` do: exit codes and the document for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.offline import commands


def test_pack_and_unpack_commands(tmp_path: Path, shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = str(shared / "models/stories260K")
    assert commands.data_pack(tmp_path / "p.tar", models=[model], offline=True) == 0
    assert commands.data_unpack(tmp_path / "p.tar", tmp_path / "t") == 0
    assert commands.data_pack(tmp_path / "q", models=[model], offline=True, as_json=True) == 0
    assert commands.data_unpack(tmp_path / "q", tmp_path / "u", as_json=True) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["hub"].endswith("u/hub")

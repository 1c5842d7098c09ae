"""The guide is true: its rows pass the check, its commands run, its tables name what there is."""

from __future__ import annotations

import datetime as dt
import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness import places
from harness.catalog import audit, checks
from harness.catalog.commands import app
from harness.catalog.schema import TABLES
from harness.catalog.vocabulary import FACT_KEYS

GUIDE = (Path(__file__).parents[2] / "docs" / "catalog.md").read_text(encoding="utf-8")
SNAPSHOT = {
    "cloudy": {
        "id": "cloudy",
        "name": "Cloudy",
        "models": {
            "openai/gpt-4o": {
                "id": "openai/gpt-4o",
                "name": "GPT-4o",
                "open_weights": False,
                "limit": {"context": 1000},
                "modalities": {"input": ["text"], "output": ["text"]},
                "cost": {"input": 2.5, "output": 10, "cache_read": -1},
            }
        },
    }
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the real catalog, in use; the working folder holds the guide's files."""
    copy = tmp_path / "catalog"
    shutil.copytree(places.packaged_catalog(), copy)
    monkeypatch.setenv("LANDSCAPE_CATALOG", str(copy))
    monkeypatch.chdir(tmp_path)
    Path("api-2026-07-02.json").write_text(json.dumps(SNAPSHOT), encoding="utf-8")
    Path("models-2026-07-02.json").write_text("{}", encoding="utf-8")
    return copy


def test_the_guides_rows_pass_the_check(folder: Path) -> None:
    blocks = re.findall(r"```csv (\w+\.csv)\n(.*?)```", GUIDE, re.DOTALL)
    assert len(blocks) >= 7
    for name, lines in blocks:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(lines)
    assert checks.check(folder, dt.date.today()) == []


def test_the_guides_commands_run(folder: Path) -> None:
    commands = [
        shlex.split(line) for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) for line in block.splitlines()
    ]
    assert len(commands) == 3
    for words in commands:
        if words[:2] == ["harness", "catalog"]:
            result = CliRunner().invoke(app, words[2:])
            assert result.exit_code == 0, result.output
        else:
            assert words[:3] == ["python", "-m", "harness.catalog.audit"]
            assert audit.main(words[3:]) == 0


def test_the_guide_names_every_file_and_key() -> None:
    assert all(f"`{t.file}`" in GUIDE for t in TABLES)
    for fact in FACT_KEYS:
        row = next(line for line in GUIDE.splitlines() if line.startswith(f"| `{fact.dimension}`"))
        assert f"`{fact.key}`" in row


def test_check_prints_findings_and_exits_2(folder: Path) -> None:
    path = folder / "relations.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("acquired", "swallowed", 1), encoding="utf-8")
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 2
    assert "relations.csv, row " in result.output
    assert "column kind" in result.output
    found = json.loads(CliRunner().invoke(app, ["check", "--json"]).stdout)
    assert [f["column"] for f in found["findings"]] == ["kind"]


def test_refresh_prints_its_report(folder: Path) -> None:
    arguments = ["refresh", "--from", "models.dev", "--file", "api-2026-07-02.json"]
    result = CliRunner().invoke(app, [*arguments, "--date", "2026-07-05"])
    assert result.exit_code == 0, result.output
    assert "1 of 1 offers (100.0%) end on a known vendor" in result.output
    report = json.loads(CliRunner().invoke(app, [*arguments, "--date", "2026-07-05", "--json"]).stdout)
    assert report["added"] == {}
    assert CliRunner().invoke(app, [*arguments, "--date", "yesterday"]).exit_code != 0
    assert CliRunner().invoke(app, ["check"], env={"LANDSCAPE_CATALOG": str(folder.parent / "none")}).exit_code != 0


def test_the_audit_sees_a_wrong_price_and_a_missing_row(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["api-2026-07-02.json", "--date", "2026-07-09"]
    assert audit.main(arguments) == 1
    assert "missing" in capsys.readouterr().out
    assert (
        CliRunner()
        .invoke(app, ["refresh", "--from", "models.dev", "--file", arguments[0], "--date", arguments[2]])
        .exit_code
        == 0
    )
    assert audit.main(arguments) == 0
    assert "-> openai: gpt-4o" in capsys.readouterr().out
    path = folder / "prices.csv"
    line = "cloudy,openai/gpt-4o,gpt-4o,standard,token,USD,2.5,10,,,2026-07-09"
    text = path.read_text(encoding="utf-8")
    assert line in text
    path.write_text(text.replace(line, line.replace("2.5", "0.25")), encoding="utf-8")
    assert audit.main(arguments) == 1


def test_a_sample_of_a_hundred_real_offers_agrees(market: Path) -> None:
    snapshot = json.loads((market / "models.dev" / "api-2026-07-02.json").read_text(encoding="utf-8"))
    found = audit.pairs(snapshot, places.packaged_catalog(), "2026-07-02", 100, seed=20260702)
    assert [p for p in found if p.differs] == []
    assert sum(bool(p.vendor) for p in found) >= 85

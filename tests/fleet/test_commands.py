"""``harness fleet`` from outside: light where nothing is run, a sentence without Ray, refusals before Ray is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("ray", "torch", "transformers", "lm_eval", "datasets")


def run(code: str, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LANDSCAPE_RUNS": str(folder / "runs"), "LANDSCAPE_DB": str(folder / "l.duckdb")}
    return subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )


@pytest.mark.parametrize(
    "words", [["fleet", "--help"], ["fleet", "run", "--help"], ["fleet", "status"], ["fleet", "stop"]]
)
def test_what_runs_nothing_stays_light(words: list[str], tmp_path: Path) -> None:
    code = (
        "import sys; from harness.__main__ import run; run(sys.argv[1:]); "
        f"sys.exit(','.join(m for m in {HEAVY!r} if m in sys.modules) or 0)"
    )
    done = run(code, *words, folder=tmp_path)
    assert done.returncode == 0, done.stderr[-300:]


def test_without_ray_a_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    code = "import sys; sys.modules['ray'] = None; from harness.__main__ import main; main()"
    done = run(code, "fleet", "run", "--suite", "calibration", "--model", "landscape-ref-xs", folder=tmp_path)
    assert done.returncode == 2
    assert (
        done.stderr.strip()
        == "harness: A fleet needs Ray, which is not installed: pip install 'landscape-harness[fleet]'"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--hung-minutes", "1", "--suite", "calibration", "--model", "x"], "--hung-minutes is 1"),
        (["--tries", "0", "--suite", "calibration", "--model", "x"], "--tries is 0"),
        (["--suite", "calibration"], "--model missing"),
        (["no-such-file.yaml"], "no-such-file.yaml"),
        (
            ["--suite", "calibration", "--model", "x", "--device", "cuda:3"],
            "a fleet gives every model its cards itself",
        ),
    ],
)
def test_a_wrong_command_is_refused_before_ray_is_asked(words: list[str], said: str, tmp_path: Path) -> None:
    code = "import sys; sys.modules['ray'] = None; from harness.__main__ import main; main()"
    done = run(code, "fleet", "run", *words, folder=tmp_path)
    assert done.returncode == 2 and said in done.stderr, done.stderr
    assert not list(tmp_path.rglob("state.json"))


def test_a_night_whose_models_are_all_refused_asks_ray_for_nothing(tmp_path: Path) -> None:
    code = "import sys; sys.modules['ray'] = None; from harness.__main__ import main; main()"
    words = ("fleet", "run", "--suite", "calibration", "--model", str(tmp_path / "none"), "--json", "--log", "json")
    done = run(code, *words, folder=tmp_path)
    document = json.loads(done.stdout)
    assert done.returncode == 2
    assert [(r["code"], r["message"]) for r in document["runs"]] == [
        (2, f"There is no model folder {tmp_path / 'none'}.")
    ]
    of = {line["message"]: (line["model"], line["suite"]) for line in map(json.loads, done.stderr.splitlines())}
    night = f"{document['night']}: models: 1 to do"
    assert of[night] == (None, None) and (str(tmp_path / "none"), None) in of.values()

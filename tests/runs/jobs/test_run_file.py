"""A run file is read as a whole: what it asks for, in which order, and everything that is wrong with it, by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.runs.jobs.file_runs import FileRun
from harness.runs.jobs.run_file import read


def written(folder: Path, text: str) -> Path:
    path = folder / "night.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        read(written(folder, text))
    return caught.value.problems or [str(caught.value)]


def test_models_times_suites_and_runs_with_the_nearest_option(tmp_path: Path) -> None:
    file = read(
        written(
            tmp_path,
            """
defaults: {dtype: bf16, limit: 9}
models:
  - one
  - {model: two, dtype: fp32, revision: main}
suites:
  - quick
  - {suite: core-en, dtype: fp16, limit: 0.5}
runs:
  - {model: one, suite: core-zh, sample: 3}
""",
        )
    )
    assert file.runs == (
        FileRun("one", "quick", {"dtype": "bf16", "limit": 9}, "lines 4 and 7"),
        FileRun("one", "core-en", {"dtype": "fp16", "limit": 0.5}, "lines 4 and 8"),
        FileRun("one", "core-zh", {"dtype": "bf16", "limit": 9, "sample": 3}, "line 10"),
        FileRun("two", "quick", {"dtype": "fp32", "limit": 9, "revision": "main"}, "lines 5 and 7"),
        FileRun("two", "core-en", {"dtype": "fp32", "limit": 0.5, "revision": "main"}, "lines 5 and 8"),
    )


def test_paths_are_the_files_and_names_stay_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    away, home = tmp_path / "away", tmp_path / "home"
    for folder in (away / "m" / "elsewhere", home / "m" / "here"):
        folder.mkdir(parents=True)
    monkeypatch.chdir(away)
    models = ["m/here", "m/elsewhere", "./m/none", "owner/name", str(away)]
    file = read(written(home, f"models: [{', '.join(models)}]\nsuites: [quick, quick.yaml, own/law]\n"))
    assert list(dict.fromkeys(r.model for r in file.runs)) == [
        str(home / "m" / "here"), str(home / "m" / "elsewhere"), str(home / "m" / "none"), "owner/name", str(away),
    ]  # fmt: skip
    assert [r.suite for r in file.runs[:3]] == ["quick", str(home / "quick.yaml"), str(home / "own" / "law")]


def test_every_problem_is_named_at_once_with_its_line(tmp_path: Path) -> None:
    told = problems(
        tmp_path,
        """defaults:
  sampel: 3
  revision: main
models:
  - {model: a, dtype: 16}
  - {suite: b}
  - 5
suites: quick
runs:
  - {model: x, suite: y, deterministic: "yes", limit: .nan}
runz: []
models: [c]
""",
    )
    lines = [t.split(":")[0] for t in told]
    assert lines == sorted(lines, key=lambda line: int(line.split()[1]))
    text = "\n".join(told)
    for said in (
        "line 2: defaults has the unknown key 'sampel'; did you mean sample?",
        "line 3: revision is said of one model",
        "line 8: suites is 'quick'; it must be a list",
        "line 10: deterministic is 'yes'; it must be true or false.",
        "line 10: limit is nan; it must be a number",
        "line 11: the file has the unknown key 'runz'; did you mean runs?",
        "line 12: 'models' is given twice",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("models: [a]\n", "models need suites"),
        ("suites: [a]\n", "suites need models"),
        ("defaults: {}\n", "asks for nothing"),
        ("- a\n", "it must be a mapping"),
        ("", "it must be a mapping"),
        ("models: &a [x]\nsuites: *a\n", "aliases"),
        ("models: [!!python/name:os.system '']\nsuites: [q]\n", "no readable YAML"),
        ("models: []\nsuites: [q]\n", "at least one entry"),
        ("runs: [{model: a, suite: q, limit: " + "9" * 400 + "}]\n", "limit is a number of more than 30 digits"),
    ],
)
def test_what_is_no_run_file_is_refused(text: str, said: str, tmp_path: Path) -> None:
    assert said in "\n".join(problems(tmp_path, text))


def test_the_number_of_runs_is_bounded_before_they_are_made(tmp_path: Path) -> None:
    names = ", ".join(f"m{n}" for n in range(2000))
    (said,) = problems(tmp_path, f"models: [{names}]\nsuites: [{names}]\n")
    assert "4,000,000 runs are more than 10,000" in said

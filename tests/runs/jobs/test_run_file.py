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


LONG = "m" * 5000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("models: ['~nosuchuser/x']\nsuites: [quick]\n", "line 1: ~nosuchuser/x names the home folder of nosuchuser"),
        ("models: [a]\nsuites:\n  - ~nosuchuser/own.yaml\n", "line 3: ~nosuchuser/own.yaml names the home folder"),
        ("models: ['~nosuchuser/*']\nsuites: [quick]\n", "line 1: ~nosuchuser/* names the home folder"),
        ("runs:\n  - {model: a, suite: ~nosuchuser/q.yaml}\n", "line 2: ~nosuchuser/q.yaml names the home folder"),
        (
            "models: [a]\nsuites: [quick]\ntasks:\n  - fine\n  - ~nosuchuser\n",
            "line 5: ~nosuchuser names the home folder",
        ),
        (f"models: [{LONG}]\nsuites: [quick]\n", f"line 1: {LONG[:80]}… has 5,000 characters, more than a path"),
        (f"models: [a]\nsuites: [{LONG}.yaml]\n", f"line 2: {LONG[:80]}… has 5,005 characters"),
        ("models: ['**']\nsuites: [quick]\n", "line 1: ** has **, folders at any depth; give a pattern for each level"),
        ("models: ['steps/a**']\nsuites: [quick]\n", "line 1: steps/a** has **, folders at any depth"),
    ],
)
def test_names_that_can_be_no_paths_are_named_with_their_line(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "deep" / "model").mkdir(parents=True)
    (told,) = problems(tmp_path, text)
    assert told.startswith(said)


def test_a_pattern_stays_on_its_level(tmp_path: Path) -> None:
    for name in ("first", "second/below"):
        (tmp_path / name).mkdir(parents=True)
    file = read(written(tmp_path, "models: ['*']\nsuites: [quick]\n"))
    assert [run.model for run in file.runs] == [str(tmp_path / "first"), str(tmp_path / "second")]


def test_a_home_folder_is_one_wherever_a_path_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "m").mkdir(parents=True)
    file = read(written(tmp_path, "models: [~/m]\nsuites: [~/own.yaml]\ntasks: [~/tasks, here]\n"))
    assert [(run.model, run.suite) for run in file.runs] == [
        (str(tmp_path / "home" / "m"), str(tmp_path / "home" / "own.yaml"))
    ]
    assert file.tasks == (str(tmp_path / "home" / "tasks"), str(tmp_path / "here"))

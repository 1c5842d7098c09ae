"""Suite files: what ships is valid, what is wrong is told all at once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from harness.errors import BadInput, MissingData
from harness.suites.load import FOLDER, list_suites, load_suite, parse
from harness.suites.model import Suite, SuiteGroup, SuiteTask, to_dict

SHIPPED = [suite.name for suite in list_suites()]


def test_suites_that_ship_are_named_as_their_files() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == SHIPPED and "core-en" in SHIPPED


def test_a_group_counts_once_however_many_tasks_it_has() -> None:
    suite = load_suite("core-en")
    members = [name for group in suite.groups for name in group.members]
    assert len(suite.entries()) == len(suite.names()) - len(members) + len(suite.groups)
    assert {g.name: g.weight_by_size for g in suite.groups} == {"blimp": False, "mmlu": True}
    assert suite.task("mmlu_anatomy").group == "mmlu"
    with pytest.raises(KeyError):
        suite.task("mmlu")


@pytest.mark.parametrize("name", SHIPPED)
def test_every_suite_survives_its_manifest(name: str) -> None:
    suite = load_suite(name)
    spec = json.loads(json.dumps(to_dict(suite), allow_nan=False))
    tasks = tuple(SuiteTask(**(t | {"extra_metrics": tuple(t["extra_metrics"])})) for t in spec["tasks"])
    groups = tuple(SuiteGroup(**(g | {"members": tuple(g["members"])})) for g in spec["groups"])
    assert Suite(**(spec | {"tasks": tasks, "groups": groups})) == suite


def test_a_suite_of_one_kind_is_a_suite() -> None:
    spec = _spec()
    spec["tasks"] = [task for task in spec["tasks"] if task["kind"] == "classification"]  # type: ignore[attr-defined, index]
    suite = parse(spec, "quick.yaml")
    assert {task.kind for task in suite.tasks} == {"classification"}


def test_an_unknown_suite_names_those_that_there_are() -> None:
    with pytest.raises(MissingData, match=r"no suite 'core-fr'.*" + ", ".join(SHIPPED)):
        load_suite("core-fr")
    with pytest.raises(MissingData, match=r"no suite '/nowhere/x\.yaml'"):
        load_suite("/nowhere/x.yaml")


def test_a_suite_of_ones_own_is_read_by_its_path(tmp_path: Path) -> None:
    copy = tmp_path / "mine.yaml"
    copy.write_text((FOLDER / "quick.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert load_suite(str(copy)) == load_suite("quick")


@pytest.mark.parametrize("content", [b"tasks: [", b"\xff\xfe\x00", b"- a\n- b\n", b""])
def test_a_file_that_is_no_suite_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.yaml"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"broken\.yaml"):
        load_suite(str(path))


def _spec() -> dict[str, object]:
    loaded = yaml.safe_load((FOLDER / "quick.yaml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_all_problems_are_told_at_once() -> None:
    spec = _spec()
    first, second = spec["tasks"][0], spec["tasks"][2]  # type: ignore[index]
    spec |= {"version": 1.0, "stride": 2048, "colour": "red", "title": {"en": "Quick"}}
    first |= {"h0": None, "kind": "verse", "num_fewshot": -1}
    second |= {"metric": "acc,none", "chance": 1.5, "extra_metrics": ["speed"], "task": "wikitext"}
    with pytest.raises(BadInput) as caught:
        parse(spec, "quick.yaml")
    told = "\n".join(caught.value.problems)
    for expected in (
        "the suite: version is 1.0",
        "the suite: stride is longer than window",
        "the suite: colour is unknown",
        "the suite: title.zh is missing",
        "task wikitext: h0 is missing",
        "task wikitext: kind is 'verse'; it must be one of perplexity, classification, qa",
        "task wikitext: num_fewshot is -1",
        "task wikitext: metric holds a comma",
        "task wikitext: best must lie on the better side of chance",
        "task wikitext: extra_metrics names 'speed'",
        "task wikitext: is listed more than once",
    ):
        assert expected in told
    assert len(caught.value.problems) == 11


def test_a_stride_is_refused_where_the_metric_does_not_know_it() -> None:
    spec = _spec() | {"window": 1024, "stride": 512}
    assert parse(spec, "quick.yaml").stride == 512
    texts = next(t for t in spec["tasks"] if t["kind"] == "perplexity")  # type: ignore[attr-defined]
    texts["metric"] = "bits_per_byte"
    with pytest.raises(BadInput) as caught:
        parse(spec, "quick.yaml")
    (told,) = caught.value.problems
    assert f"stride is less than window, which the metric of {texts['task']} does not know" in told
    assert "make it the window" in told


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"tasks": []}, "the suite: tasks is empty"),
        ({"tasks": None}, "the suite: tasks is missing"),
        ({"tasks": ["wikitext"]}, "task 1: must be a mapping"),
        ({"window": True}, "the suite: window is True"),
        ({"name": " "}, "the suite: name is ' '"),
    ],
)
def test_wrong_suites(change: dict[str, object], expected: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse(_spec() | change, "x.yaml")
    assert any(p.startswith(expected) for p in caught.value.problems)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"group": "mmlu"}, "task or else group must be given"),
        ({"higher_is_better": True}, "higher_is_better is true, but fewer bits per byte are better"),
        ({"metric": "acc"}, "chance and best are the anchors"),
        ({"h0": "much"}, "h0 is 'much'"),
        ({"redistribute": "yes"}, "redistribute is 'yes'"),
        ({"cluster": 3}, "cluster is 3"),
    ],
)
def test_wrong_tasks(change: dict[str, object], expected: str) -> None:
    spec = _spec()
    spec["tasks"][0] |= change  # type: ignore[index]
    with pytest.raises(BadInput) as caught:
        parse(spec, "x.yaml")
    assert any(expected in p for p in caught.value.problems)


def test_a_group_must_name_its_members() -> None:
    spec = yaml.safe_load((FOLDER / "core-zh.yaml").read_text(encoding="utf-8"))
    group = next(t for t in spec["tasks"] if "group" in t)
    group |= {"members": [], "weight_by_size": None}
    with pytest.raises(BadInput) as caught:
        parse(spec, "x.yaml")
    assert any("members is empty" in p for p in caught.value.problems)
    assert any("weight_by_size is missing" in p for p in caught.value.problems)


def test_reading_suites_imports_nothing_heavy() -> None:
    code = (
        "import sys; from harness.suites.load import list_suites; list_suites();"
        "print([m for m in ('torch', 'lm_eval', 'transformers', 'datasets', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

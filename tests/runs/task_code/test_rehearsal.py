"""Own tasks that no score can be made of are refused before a model is loaded; what slips through names task and place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.__main__ import run as harness
from harness.runs.task_code import rehearsal

TASK: dict[str, Any] = {
    "task": "river",
    "dataset_path": "json",
    "dataset_kwargs": {"data_files": {"test": "items.json"}},
    "output_type": "multiple_choice",
    "test_split": "test",
    "doc_to_text": "{{question}}:",
    "doc_to_target": "label",
    "doc_to_choice": "{{options}}",
    "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
}
WRITTEN = {
    **{k: v for k, v in TASK.items() if k != "doc_to_choice"},
    "output_type": "generate_until",
    "doc_to_target": "{{answer}}",
    "generation_kwargs": {"until": ["\n"], "max_gen_toks": 4},
    "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
}
ENTRY = {"task": "river", "language": "en", "num_fewshot": 0, "higher_is_better": True, "chance": 0, "best": 1}


class Folder:
    """A folder of one own task, its items and its suite."""

    def __init__(self, place: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.place, self.model, self.capsys = place, model, capsys

    def run(self, task: dict[str, Any], item: dict[str, Any] | None = None, **entry: Any) -> tuple[int, str]:
        """Exit code and standard error of a run in which the third of ten items is changed by ``item``."""
        items = [
            {"question": f"q{n}", "label": n % 2, "options": ["red", "green"], "answer": "red", "n": n}
            for n in range(10)
        ]
        items[2] |= item or {}
        (self.place / "items.json").write_text("".join(json.dumps(i) + "\n" for i in items))
        (self.place / "river.yaml").write_text(json.dumps(task))
        written = task["output_type"] == "generate_until"
        entry = ENTRY | {"kind": "qa", "metric": "exact_match"} | entry if written else ENTRY | {"kind": "classification", "metric": "acc"} | entry  # fmt: skip
        texts = {"en": "Rivers", "zh": "河"}
        suite = {"name": "rivers", "version": "1", "title": texts, "description": texts, "window": 64, "stride": 64}
        (self.place.parent / "rivers.yaml").write_text(json.dumps(suite | {"tasks": [entry | {"redistribute": False}]}))
        line = [
            "--suite",
            str(self.place.parent / "rivers.yaml"),
            "--model",
            str(self.model),
            "--tasks",
            str(self.place),
        ]
        code = harness(["run", *line, "--offline", "--device", "cpu", "--quiet"])
        return code, " ".join(self.capsys.readouterr().err.split())


@pytest.fixture
def folder(
    places_here: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Folder:
    monkeypatch.setenv("LANDSCAPE_PUBLIC_RUNS", str(places_here / "none"))
    (places_here / "tasks").mkdir()
    return Folder(places_here / "tasks", tiny_model, capsys)


UNREADY: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (TASK | {"gen_prefix": "{{ 4 // (n - 2) }}"}, {}, "task river (item 3, gen_prefix): ZeroDivisionError"),
    (TASK | {"description": "{{ 4 // (n - 2) }}"}, {}, "task river (item 3, description): ZeroDivisionError"),
    (WRITTEN | {"filter_list": [{"name": "map", "filter": [{"function": "map", "mapping_dict": {}}, {"function": "take_first"}]}]}, {}, "task river (item 1, filter map): TypeError"),
    (TASK | {"metric_list": [{"metric": "f1", "aggregation": "f1"}]}, {"options": ["a", "b", "c"], "label": 2}, "task river (metric f1): ValueError: Target is multiclass"),
    (WRITTEN | {"repeats": 2, "filter_list": [{"name": "odd", "filter": [{"function": "take_first"}, {"function": "take_first_k", "k": 1}]}]}, {}, "task river (filter odd): "),
]  # fmt: skip


@pytest.mark.parametrize(("task", "item", "said"), UNREADY, ids=[said for *_, said in UNREADY])
def test_what_lm_eval_would_only_say_after_scoring_is_said_before(
    task: dict[str, Any], item: dict[str, Any], said: str, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.engine.load.load", lambda *_: pytest.fail("a model was loaded"))
    (headed,) = {part["name"] for part in task.get("filter_list", [{"name": "none"}])}
    code, told = folder.run(task, item, metric=task["metric_list"][0]["metric"], filter=headed)
    assert code == 2 and said in told and str(folder.place / "river.yaml") in told and "did not foresee" not in told
    assert not list((folder.place.parent / "runs").glob("2*"))


def test_a_few_shot_example_that_cannot_be_made_is_named_as_one(folder: Folder) -> None:
    shots = {"fewshot_config": {"sampler": "first_n", "samples": [{"question": "x", "label": 0}]}}
    code, told = folder.run(TASK | shots, num_fewshot=1)
    assert code == 2 and "(item 1, a few-shot example" in told and "'options' is undefined" in told


def test_shots_need_a_row_more_where_the_item_itself_is_one(folder: Folder) -> None:
    code, told = folder.run(TASK | {"fewshot_split": "test"}, num_fewshot=10)
    assert code == 2 and "its few-shot split has 10 rows, fewer than 10 shots and the scored item itself" in told
    assert folder.run(TASK | {"fewshot_split": "test"}, num_fewshot=9)[0] == 0


@pytest.mark.parametrize(
    "key", [{"doc_to_text": "Q{{ 4 // (n - 2) }}"}, {"doc_to_choice": "{{ options if 9 // (n - 2) else options }}"}]
)
def test_a_row_that_an_expression_cannot_take_is_named(key: dict[str, str], folder: Folder) -> None:
    code, told = folder.run(TASK | key)
    assert code == 2 and "items.json, row 3 does not fit the task (ZeroDivisionError" in told


def test_what_is_no_text_is_named_and_not_the_tokenizer(folder: Folder) -> None:
    rolling = WRITTEN | {"output_type": "loglikelihood", "doc_to_target": "n", "metric_list": TASK["metric_list"]}
    code, told = folder.run(rolling | {"generation_kwargs": None}, kind="perplexity", metric="acc")
    assert code == 2 and "items.json, row 1 has 0 where a text is scored" in told and "tokenizer" not in told
    assert "tokenizer" not in told


def test_a_template_without_end_names_its_file(folder: Folder) -> None:
    code, told = folder.run(TASK | {"doc_to_text": "{% for i in range(999999) %}{{question}}{% endfor %}"})
    assert code == 2 and f"{folder.place / 'river.yaml'}: the template" in told and "more than 100,000" in told


def test_a_regular_expression_without_end_ends(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.suites.own.bounded_templates.METRIC_START", 0.3)
    metric = {"metric": "exact_match", "regexes_to_ignore": ["(([a-z ])+)+Q"]}
    for row in ({"answer": "word " * 50}, {}):  # every item, the first one too, or the third alone
        task = WRITTEN | {"metric_list": [metric], "doc_to_target": "{{answer}}" if row else "{{ 'word ' * (n * 20) }}"}
        code, told = folder.run(task, row)
        assert code == 2 and "OutOfTime: took more than" in told


def test_what_fails_after_scoring_names_the_task_and_keeps_every_answer(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A filter that fails on what models write, and not on the made-up answers: the second match of one match."""
    step = {"function": "regex", "regex_pattern": "(?s)^.+$", "group_select": 1}
    task = WRITTEN | {"filter_list": [{"name": "second", "filter": [step, {"function": "take_first"}]}]}
    code, told = folder.run(task, metric="exact_match", filter="second")
    assert code == 2 and "task river (filter second): IndexError" in told
    monkeypatch.setattr(rehearsal, "_right", lambda task, doc: "")
    code, told = folder.run(task, metric="exact_match", filter="second")
    assert code == 1 and "No scores can be computed of the task river (filter second): IndexError" in told
    assert "Every answer is kept in the journal" in told
    (journal,) = (folder.place.parent / "runs" / ".journal").glob("*.jsonl")
    kept = journal.read_bytes()
    code, told = folder.run(task, metric="exact_match", filter="second")
    assert code == 1 and journal.read_bytes().startswith(kept[: len(kept) // 2])


def test_a_rehearsal_leaves_the_shots_as_they_are_drawn(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The prompts of a few-shot run are the same with and without a rehearsal before it."""
    import pyarrow.parquet as pq

    task, prompts = TASK | {"fewshot_split": "test"}, []
    for rehearse in (rehearsal.rehearse, lambda *_: None):
        monkeypatch.setattr(rehearsal, "rehearse", rehearse)
        monkeypatch.setenv("LANDSCAPE_RUNS", str(folder.place.parent / f"runs{len(prompts)}"))
        assert folder.run(task, num_fewshot=3)[0] == 0
        (sealed,) = (folder.place.parent / f"runs{len(prompts)}").glob("2*")
        prompts.append(pq.read_table(sealed / "samples.parquet")["prompt"].to_pylist())
    assert prompts[0] == prompts[1]

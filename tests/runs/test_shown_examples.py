"""Which items stand among their own examples, and what a verdict says of the items that were asked."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("lm_eval", reason="needs the engine half (pip install .[engine])")

from harness.errors import BadInput
from harness.runs.shown_examples import shown
from harness.runs.verdict import asked_items
from harness.suites.items.survey import Survey
from harness.suites.load import load_suite, parse
from harness.suites.own import definitions
from harness.suites.tasks import resolve
from tests.runs.test_verdict import plan

Row = dict[str, Any]


def task(folder: Path, asked: list[Row], pool: list[Row] | None = None, **form: Any) -> Any:
    """lm-eval's task over ``asked`` with two examples from ``pool``, or from the asked items themselves."""
    files = {"validation": "asked.jsonl"} | ({"train": "pool.jsonl"} if pool is not None else {})
    for name, rows in (("asked", asked), ("pool", pool or [])):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    spec = {"task": "mine", "dataset_path": "json", "dataset_kwargs": {"data_files": files}, "metadata": {"version": 1.0},
            "validation_split": "validation", "fewshot_split": "train" if pool is not None else "validation",
            "output_type": "multiple_choice", "doc_to_text": "{{q}}", "doc_to_target": "label",
            "doc_to_choice": ["no", "yes"], "metric_list": [{"metric": "acc"}], **form}  # fmt: skip
    (folder / "mine.yaml").write_text(json.dumps(spec), encoding="utf-8")
    entry = {"task": "mine", "kind": "classification", "language": "en", "num_fewshot": 2, "metric": "acc", "chance": 0.5,
             "best": 1.0, "higher_is_better": True, "redistribute": False}  # fmt: skip
    both = {"en": "x", "zh": "x"}
    suite = parse({"name": "s", "version": "1", "title": both, "description": both, "window": 64, "stride": 64,
                   "tasks": [entry]}, "s")  # fmt: skip
    return resolve(suite, own=definitions.read([folder])).tasks["mine"]


def items(count: int, start: int = 0) -> list[Row]:
    return [{"q": f"Is {i} even?", "label": 1 - i % 2} for i in range(start, start + count)]


def counted(one: Any) -> tuple[int, int]:
    """Items that show themselves, by the watch and by looking for each item's own question and answer in its prompt."""
    with shown(one) as examples:
        one.build_all_requests()
    prompts = {i.doc_id: (i.doc, i.args[0]) for i in one.instances}
    truth = sum(f"{doc['q']} {['no', 'yes'][doc['label']]}\n\n" in prompt for doc, prompt in prompts.values())
    return examples.with_the_item(), truth


def test_validation_items_shown_and_asked_are_counted(tmp_path: Path) -> None:
    found, truth = counted(task(tmp_path, items(12)))
    assert found == truth > 0


def test_items_of_the_training_split_are_no_leak(tmp_path: Path) -> None:
    assert counted(task(tmp_path, items(12), items(12, 100))) == (0, 0)


def test_a_training_split_that_holds_the_asked_items_is_one(tmp_path: Path) -> None:
    found, truth = counted(task(tmp_path, items(6), [{**r, "id": i} for i, r in enumerate(items(6))]))
    assert found == truth > 0


def test_lm_eval_leaves_an_item_of_the_test_split_out_of_its_own_examples(tmp_path: Path) -> None:
    form = {"test_split": "validation", "validation_split": None}
    assert counted(task(tmp_path, items(12), **form)) == (0, 0)


def test_the_sampler_is_as_before_afterwards(tmp_path: Path) -> None:
    one = task(tmp_path, items(6))
    with shown(one):
        assert "sample" in vars(one.sampler)
    assert "sample" not in vars(one.sampler)


def test_an_example_whose_label_is_no_choice_is_refused(tmp_path: Path) -> None:
    one = task(tmp_path, items(6), [{"q": "Is 9 even?", "label": -1}, {"q": "Is 8 even?", "label": 1}])
    with (
        pytest.raises(BadInput, match="an example of its few-shot split has the label -1 where the task has 2 choices"),
        shown(one),
    ):
        one.build_all_requests()


def scored(count: int, name: str = "sst2") -> list[Row]:
    return [{"task": name, "item": i, "metric": "acc"} for i in range(count)]


def with_survey(survey: Survey) -> Any:
    return dataclasses.replace(plan(load_suite("quick")), surveys={"sst2": survey})


def test_repeated_items_are_a_note_and_many_of_them_make_a_run_invalid() -> None:
    (few,) = asked_items.repeated(with_survey(Survey(keys=(1, 1, *range(2, 12)))), scored(12))
    assert few.message.endswith("count again: sst2 (1 of 12).") and not few.invalid
    (many,) = asked_items.repeated(with_survey(Survey(keys=(1,) * 12)), scored(12))
    assert many.message.endswith("sst2 (11 of 12).") and many.invalid
    assert not asked_items.repeated(
        with_survey(Survey(keys=(1, 2, 3, 3))), scored(3)
    )  # what was not scored counts for nothing
    assert not asked_items.repeated(with_survey(Survey(keys=(0, *range(200)))), scored(201))  # 1 of 201


def test_an_item_shown_with_its_answer_is_named_and_many_make_a_run_invalid() -> None:
    whole = plan(load_suite("quick"))
    sst2 = dataclasses.replace(next(t for t in whole.tasks if t.task == "sst2"), items=100)
    whole = dataclasses.replace(whole, tasks=(sst2,))
    (few,) = asked_items.shown_themselves(whole, {"sst2": 5})
    assert few.message.endswith("sst2 (5 of 100).") and not few.invalid
    (many,) = asked_items.shown_themselves(whole, {"sst2": 6})
    assert many.invalid
    assert not asked_items.shown_themselves(whole, {"sst2": 0})


def test_equal_choices_empty_fields_and_missing_answers_are_noted() -> None:
    survey = Survey(
        keys=tuple(range(10)),
        twin_choices=frozenset({1, 9}),
        unanswered=frozenset({2}),
        empty={"q": frozenset({3}), "p": frozenset({3, 4})},
    )
    for finding in (asked_items.equal_choices, asked_items.empty_fields, asked_items.without_answer):
        (noted,) = finding(with_survey(survey), scored(9))
        count = {"equal_choices": 1, "empty_fields": 2, "without_answer": 1}[finding.__name__]
        assert noted.message.endswith(f": sst2 ({count} of 9).") and not noted.invalid
        assert not finding(with_survey(survey), scored(1))

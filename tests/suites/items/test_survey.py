"""What a look at every item refuses and notes, held against what lm-eval's own scoring does with the same items."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("lm_eval", reason="needs the engine half (pip install .[engine])")

from harness.errors import BadInput
from harness.suites.check import check
from harness.suites.items.survey import Survey, survey
from harness.suites.load import parse
from harness.suites.model import Suite
from harness.suites.own import definitions
from harness.suites.tasks import Resolved, resolve

Row = dict[str, Any]
CHOOSING = {
    "output_type": "multiple_choice",
    "doc_to_text": "{{q}}",
    "doc_to_target": "label",
    "doc_to_choice": "{{choices}}",
    "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
}
SAYING = {
    "output_type": "generate_until",
    "doc_to_text": "{{q}}",
    "doc_to_target": "{{answer}}",
    "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
}
Resolve = Callable[..., Resolved]


def suite_of(output: str, shots: int = 0, metric: str = "acc") -> Suite:
    """A suite of the task ``mine``."""
    kind = "classification" if output == "multiple_choice" else "qa"
    entry = {"task": "mine", "kind": kind, "language": "en", "num_fewshot": shots, "metric": metric, "chance": 0.0,
             "best": 1.0, "higher_is_better": True, "redistribute": False}  # fmt: skip
    if metric == "bits_per_byte":
        entry |= {"chance": None, "best": None, "h0": 4.0, "higher_is_better": False}
    both = {"en": "x", "zh": "x"}
    return parse({"name": "s", "version": "1", "title": both, "description": both, "window": 64, "stride": 64,
                  "tasks": [entry]}, "s")  # fmt: skip


@pytest.fixture
def resolved(tmp_path: Path) -> Resolve:
    """Resolves a suite of one own task, ``mine``, over rows of JSON lines."""

    def run(rows: list[Row], shots: int = 0, **task: Any) -> Resolved:
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / "mine.jsonl").write_text(lines, encoding="utf-8")
        data = {"dataset_path": "json", "dataset_kwargs": {"data_files": {"test": "mine.jsonl"}}, "test_split": "test"}
        spec = {"task": "mine", **data, "metadata": {"version": 1.0}, **task}
        (tmp_path / "mine.yaml").write_text(json.dumps(spec), encoding="utf-8")
        suite = suite_of(task["output_type"], shots, task["metric_list"][0]["metric"])
        return resolve(suite, own=definitions.read([tmp_path]))

    return run


def row(number: int, **changes: Any) -> Row:
    return {"q": f"Question {number}?", "choices": ["left", "right", "up"], "label": number % 3, **changes}


def plain(count: int = 9) -> list[Row]:
    return [row(i) for i in range(count)]


def seen(found: Resolved) -> Survey:
    return found.surveys["mine"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"label": 3}, "has the label 3 where the task has 3 choices (0 to 2)"),
        ({"label": -1}, "has the label -1 where the task has 3 choices (0 to 2)"),
        ({"label": None}, "has the label None, which is neither a choice's number nor its text"),
        ({"choices": ["left"], "label": 0}, "has 1 choice, where a model must have two to choose from"),
        ({"choices": [], "label": 0}, "has 0 choices, where a model must have two to choose from"),
        ({"choices": ["left", "", "up"]}, "has an empty choice among ['left', '', 'up']"),
        ({"choices": None}, "has the choices None, which are no list of texts"),
        ({"q": None}, "leaves the prompt empty (q)"),
        ({"q": "  "}, "leaves the prompt empty (q)"),
        ({"q": "42"}, "has the prompt 42: lm-eval takes a number for a label"),
    ],
)
def test_one_item_that_lm_eval_would_misread_is_refused_with_its_file_and_row(
    resolved: Resolve, tmp_path: Path, bad: Row, said: str
) -> None:
    rows = [*plain(), row(9, **bad), row(10)]
    with pytest.raises(BadInput) as caught:
        resolved(rows, **CHOOSING)
    (problem,) = caught.value.problems
    assert problem.startswith(f"mine: {tmp_path / 'mine.jsonl'}, row 10 {said}"), problem
    assert problem.endswith("Correct the data or the task file: lm-eval would score such items without a word.")


def test_a_check_of_the_suite_names_them_too(resolved: Resolve, tmp_path: Path) -> None:
    rows = [*plain(), row(9, label=3)]
    with pytest.raises(BadInput) as caught:
        resolved(rows, **CHOOSING)
    assert check(suite_of("multiple_choice"), own=definitions.read([tmp_path])) == caught.value.problems


def test_items_that_nothing_is_wrong_with_pass(resolved: Resolve) -> None:
    found = seen(resolved(plain(), **CHOOSING))
    assert not found.wrong and not found.twin_choices and not found.empty and not found.unanswered
    assert len(set(found.keys)) == 9


def test_labels_as_texts_are_looked_up_as_lm_eval_does(resolved: Resolve) -> None:
    texts = [row(i, label=["left", "right", "up"][i % 3]) for i in range(9)]
    assert not seen(resolved(texts, **CHOOSING)).wrong
    with pytest.raises(
        BadInput, match=r"row 5 has the label 'Up ', which is none of the task's choices .*\(2 of its 9"
    ):
        resolved([{**t, "label": "Up "} if i in (4, 6) else t for i, t in enumerate(texts)], **CHOOSING)


def test_a_number_that_is_the_text_of_another_choice_is_refused(resolved: Resolve) -> None:
    """A template's digits are an index to lm-eval, so that "2" among the choices 1, 2, 3 is the choice 3."""
    numbers = [row(i, choices=["1", "2", "0"], label=str(i % 3)) for i in range(9)]
    with pytest.raises(
        BadInput, match="has the target '0', which is a choice's text, but lm-eval takes it for a number: '1'"
    ):
        resolved(numbers, **{**CHOOSING, "doc_to_target": "{{label}}"})
    assert not seen(resolved(numbers, **CHOOSING)).wrong  # a bare column stays a text
    indices = [row(i, choices=["10", "2", "30"], label=i % 3) for i in range(9)]
    assert not seen(resolved(indices, **{**CHOOSING, "doc_to_target": "{{label}}"})).wrong


def test_what_the_survey_calls_misread_lm_eval_scores_wrong_whatever_is_answered(resolved: Resolve) -> None:
    """The independent truth: lm-eval's own process_results, with each choice in turn the likeliest."""
    task = resolved(plain(), **CHOOSING).tasks["mine"]

    def best(doc: Row) -> float:
        count = len(doc["choices"])
        answers = [[(-1.0 if i == chosen else -9.0, False) for i in range(count)] for chosen in range(count)]
        return max(float(task.process_results(doc, a)["acc"]) for a in answers)

    def wrong(doc: Row) -> bool:
        task.task_docs = [doc]
        return bool(survey(task).wrong)

    for label in (0, 1, 2, "up", "left"):
        assert best(row(0, label=label)) == 1.0 and not wrong(row(0, label=label))
    for label in (3, -1, "Up", "C", "1"):
        assert best(row(0, label=label)) == 0.0 and wrong(row(0, label=label))


def test_several_right_choices_are_each_checked(resolved: Resolve) -> None:
    several = [row(i, label=[i % 3]) for i in range(6)]
    assert not seen(resolved(several, **CHOOSING)).wrong
    for bad, said in (([], "empty list of labels"), ([0, 3], "label 3")):
        with pytest.raises(BadInput, match=said):
            resolved([*several, row(7, label=bad)], **CHOOSING)


def test_prompts_that_differ_by_choice_have_their_label_in_the_prompt(resolved: Resolve) -> None:
    """As lm-eval's winogrande: the prompt is the number of the right choice, the target the text after it."""
    blanks = [{"choices": [f"Tom {i} is", f"Ann {i} is"], "right": i % 2, "rest": "glad."} for i in range(6)]
    form = {**CHOOSING, "doc_to_text": "{{right}}", "doc_to_target": "{{rest}}"}
    assert not seen(resolved(blanks, **form)).wrong
    with pytest.raises(BadInput, match="row 7 has the label 2 where the task has 2 choices"):
        resolved([*blanks, {**blanks[0], "right": 2}], **form)
    with pytest.raises(BadInput, match="row 7 has nothing where a text is scored"):
        resolved([*blanks, {**blanks[0], "rest": ""}], **form)


def test_null_is_not_written_into_a_prompt_as_a_word(resolved: Resolve) -> None:
    both = [row(i, hint="a hint") for i in range(5)]
    form = {**CHOOSING, "doc_to_text": "{{hint|trim}}\n{{q}}"}
    with pytest.raises(BadInput, match="row 6 has nothing \\(null\\) in hint, which the prompt would show as 'None'"):
        resolved([*both, row(5, hint=None)], **form)
    written = [row(i, q="Is None a word?") for i in range(5)]
    assert not seen(resolved(written, **CHOOSING)).wrong
    tested = {**CHOOSING, "doc_to_text": "{% if hint %}{{hint}}\n{% endif %}{{q}}"}
    found = seen(resolved([*both, row(5, hint=None)], **tested))
    assert not found.wrong and not found.empty


def test_an_empty_field_beside_others_is_noted(resolved: Resolve) -> None:
    found = seen(resolved([row(0, p="text"), row(1, p="text", q="")], **{**CHOOSING, "doc_to_text": "{{p}} {{q}}"}))
    assert not found.wrong and found.empty == {"q": frozenset({1})}


def test_columns_that_later_rows_alone_have_are_read(resolved: Resolve) -> None:
    form = {**CHOOSING, "doc_to_text": "{{q}}{% if hint %} ({{hint}}){% endif %}"}
    task = resolved([*plain(3), row(3, hint="it is up")], **form).tasks["mine"]
    assert task.doc_to_text(task.task_docs[3]) == "Question 3? (it is up)"
    assert task.doc_to_text(task.task_docs[0]) == "Question 0?"


def test_equal_choices_are_noted_and_refused_where_most_items_have_them(resolved: Resolve) -> None:
    twins = row(0, choices=["left", "left", "up"], label=0)
    found = seen(resolved([*plain(), twins, row(3, choices=["left", "up", "up"], label=0)], **CHOOSING))
    assert not found.wrong and found.twin_choices == {9}
    with pytest.raises(BadInput, match="row 1 has 'left' as the right choice and as a wrong one"):
        resolved([twins, twins, row(1)], **CHOOSING)


def test_items_that_ask_the_same_have_one_key(resolved: Resolve) -> None:
    keys = seen(resolved([row(0, n=1), row(1, n=2), row(0, n=3), row(0, n=4, label=2)], **CHOOSING)).keys
    assert keys[0] == keys[2] and len(set(keys)) == 3  # another answer to the same question is another item


def test_generated_answers_are_compared_with_texts(resolved: Resolve) -> None:
    said = [{"q": f"Q{i}", "answer": f"A{i}"} for i in range(4)]
    assert not seen(resolved(said, **SAYING)).wrong
    lists = [{"q": f"Q{i}", "answer": ["a", "b"]} for i in range(4)]
    assert not seen(resolved(lists, **{**SAYING, "doc_to_target": "answer"})).wrong
    empty = seen(resolved([*said, {"q": "Q", "answer": " "}], **SAYING))
    assert not empty.wrong and empty.unanswered == {4}
    with pytest.raises(BadInput, match="row 5 has no answer to compare with"):
        resolved([*said, {"q": "Q", "answer": None}], **{**SAYING, "doc_to_target": "answer"})
    with pytest.raises(BadInput, match=r"row 1 has the answers \[1, 2\]"):
        resolved([{"q": "Q", "answer": "[1, 2]"}], **SAYING)


def test_an_empty_document_adds_nothing_and_an_empty_continuation_is_refused(resolved: Resolve) -> None:
    texts = [{"text": "One."}, {"text": ""}]
    form = {"doc_to_text": "", "doc_to_target": "text", "metric_list": [{"metric": "bits_per_byte"}]}
    assert not seen(resolved(texts, output_type="loglikelihood_rolling", **form)).wrong
    with pytest.raises(BadInput, match="row 2 has nothing where a text is scored"):
        resolved(texts, output_type="loglikelihood", **{**form, "metric_list": [{"metric": "acc"}]})


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"repeats": 0}, "repeats is 0; it must be a whole number from 1"),
        ({"repeats": 10**9}, "repeats is 1000000000;"),
        ({"generation_kwargs": {"max_gen_toks": -4}}, "max_gen_toks of generation_kwargs is -4;"),
        ({"generation_kwargs": {"max_gen_toks": 10**12}}, "max_gen_toks of generation_kwargs is 1000000000000;"),
        (
            {"generation_kwargs": {"do_sample": True, "temperature": float("nan")}},
            "temperature of generation_kwargs is 'NaN';",
        ),
        ({"generation_kwargs": {"do_sample": True, "top_p": -0.5}}, "top_p of generation_kwargs is -0.5;"),
    ],
)
def test_settings_of_answers_that_no_engine_obeys_are_refused(
    resolved: Resolve, tmp_path: Path, settings: Row, said: str
) -> None:
    rows = [{"q": "Q", "answer": "A"}]
    with pytest.raises(BadInput) as caught:
        resolved(rows, **{**SAYING, **settings})
    assert f"mine.yaml:1: {said}" in caught.value.problems[0]
    assert resolved(rows, **{**SAYING, "repeats": 3, "generation_kwargs": {"max_gen_toks": 4, "temperature": 0.7}})

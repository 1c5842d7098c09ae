"""Headlines that a task does not compute, and definitions that no engine can carry out: refused before a model is loaded."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import BadInput
from harness.suites.computed_scores import computed
from harness.suites.load import load_suite
from harness.suites.own.definitions import read
from harness.suites.tasks import Resolved, resolve

ROWS = [{"q": f"The sky {i} is", "c": ["blue", "loud"], "label": i % 2, "a": "blue"} for i in range(4)]
CHOICE: dict[str, Any] = {"output_type": "multiple_choice", "doc_to_choice": "{{c}}", "doc_to_target": "label"}
GENERATED: dict[str, Any] = {"output_type": "generate_until", "doc_to_target": "{{a}}"}
TEXT: dict[str, Any] = {"output_type": "loglikelihood_rolling", "doc_to_text": "", "doc_to_target": "q"}


def mean(*names: str) -> list[dict[str, object]]:
    return [{"metric": name, "aggregation": "mean", "higher_is_better": True} for name in names]


def resolved(folder: Path, task: dict[str, Any], **entry: Any) -> Resolved:
    folder.mkdir(exist_ok=True)
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    shared = {"task": "z_sky", "dataset_path": "json", "dataset_kwargs": {"data_files": {"test": "rows.jsonl"}}}
    shared |= {"test_split": "test", "doc_to_text": "{{q}}", "metadata": {"version": 1.0}}
    (folder / "z_sky.yaml").write_text(json.dumps(shared | task))
    suite = load_suite("calibration")
    changed = dataclasses.replace(suite.tasks[0], **({"task": "z_sky", "group": None, "extra_metrics": ()} | entry))
    return resolve(dataclasses.replace(suite, tasks=(changed,), groups=()), None, True, own=read([folder]))


def refused(folder: Path, task: dict[str, Any], **entry: Any) -> str:
    with pytest.raises(BadInput) as caught:
        resolved(folder, task, **entry)
    return str(caught.value)


@pytest.mark.parametrize(
    ("listed", "metric", "filter_name", "said"),
    [
        (["acc"], "acc_norm", "none", "the metric 'acc_norm', and the task computes acc."),
        (["acc", "acc_norm"], "acc", "zzz", "the filter 'zzz', and the task has 'none'."),
        (["perplexity", "acc"], "perplexity", "none", "output type multiple_choice; it computes acc,"),
    ],
)
def test_a_headline_of_choices_that_the_task_lacks_is_refused(
    listed: list[str], metric: str, filter_name: str, said: str, tmp_path: Path
) -> None:
    told = refused(tmp_path / "t", CHOICE | {"metric_list": mean(*listed)}, metric=metric, filter=filter_name)
    assert said in told and "z_sky" in told


def test_a_headline_of_generated_answers_or_texts_that_the_task_lacks_is_refused(tmp_path: Path) -> None:
    strict = [{"name": "strict", "filter": [{"function": "take_first"}]}]
    task = GENERATED | {"metric_list": mean("exact_match"), "filter_list": strict}
    assert "has 'strict'" in refused(tmp_path / "t", task, metric="exact_match", filter="none")
    assert "computes exact_match" in refused(tmp_path / "t", task, metric="macro_f1", filter="strict", extra_metrics=("macro_f1",))  # fmt: skip
    words = [{"metric": "word_perplexity", "aggregation": "weighted_perplexity", "higher_is_better": False}]
    told = refused(tmp_path / "t", TEXT | {"metric_list": words}, metric="text_bits_per_byte", filter="none", h0=4.0)
    assert "computes word_perplexity" in told


@pytest.mark.parametrize(
    ("task", "metric", "extra"),
    [
        (CHOICE | {"metric_list": mean("acc", "acc_norm")}, "acc_norm", ()),
        (CHOICE | {"metric_list": mean("acc")}, "macro_f1", ("macro_f1",)),
        (GENERATED | {"metric_list": mean("exact_match")}, "token_f1", ("token_f1",)),
        (TEXT | {"metric_list": [{"metric": "byte_perplexity", "aggregation": "weighted_perplexity", "higher_is_better": False}]},
         "text_bits_per_byte", ()),
    ],
)  # fmt: skip
def test_a_headline_that_is_computed_passes(
    task: dict[str, Any], metric: str, extra: tuple[str, ...], tmp_path: Path
) -> None:
    assert "z_sky" in resolved(tmp_path / "t", task, metric=metric, filter="none", extra_metrics=extra).tasks


def test_headlines_of_the_shipped_suites_are_computed(hub: Path) -> None:
    for name in ("core-en", "core-zh"):
        suite = load_suite(name)
        found = resolve(suite, hub)
        assert found.tasks
        for task, built in found.tasks.items():
            assert suite.task(task).filter in computed(built).filters


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"max_gen_toks": 0}, "max_gen_toks of generation_kwargs is 0"),
        ({"max_new_tokens": -3}, "max_new_tokens of generation_kwargs is -3"),
        ({"top_p": 1.5}, "top_p of generation_kwargs is 1.5; it must be a number from 0 to 1"),
        ({"max_tokens": 5.5}, "max_tokens of generation_kwargs is 5.5"),
        ({"max_gen_toks": "many"}, "max_gen_toks of generation_kwargs is 'many'"),
        ({"do_sample": True, "temperature": -1}, "temperature of generation_kwargs is -1"),
        ({"do_sample": True, "temperature": 0}, "temperature of generation_kwargs is 0 and do_sample is true"),
        ({"do_sample": True}, "temperature of generation_kwargs is not given and do_sample is true"),
        ({"do_sample": True, "temperature": 1, "num_return_sequences": 3}, "num_return_sequences"),
    ],
)
def test_generation_that_cannot_be_carried_out_is_refused(arguments: dict[str, Any], said: str, tmp_path: Path) -> None:
    task = GENERATED | {"metric_list": mean("exact_match"), "generation_kwargs": {"until": ["\n"], **arguments}}
    assert said in refused(tmp_path / "t", task, metric="exact_match", filter="none")


@pytest.mark.parametrize(
    "arguments",
    [{"max_gen_toks": 1}, {"temperature": 0.0}, {"do_sample": True, "temperature": 0.7}],
)
def test_generation_that_can_be_carried_out_passes(arguments: dict[str, Any], tmp_path: Path) -> None:
    task = GENERATED | {"metric_list": mean("exact_match"), "generation_kwargs": {"until": ["\n"], **arguments}}
    assert resolved(tmp_path / "t", task, metric="exact_match", filter="none").tasks


def test_plain_numbers_where_texts_belong_are_refused(tmp_path: Path) -> None:
    choice = CHOICE | {"metric_list": mean("acc")}
    assert "doc_to_text is 5" in refused(tmp_path / "t", choice | {"doc_to_text": 5}, metric="acc", filter="none")
    said = GENERATED | {"metric_list": mean("exact_match"), "doc_to_target": 1}
    assert "doc_to_target is 1" in refused(tmp_path / "t", said, metric="exact_match", filter="none")
    assert resolved(tmp_path / "t", choice | {"doc_to_target": 1}, metric="acc", filter="none").tasks


def test_a_column_that_a_template_asks_for_may_lack(tmp_path: Path) -> None:
    target = "{{ a if a is defined else target }}"
    task = GENERATED | {"metric_list": mean("exact_match"), "doc_to_target": target}
    assert resolved(tmp_path / "t", task, metric="exact_match", filter="none").tasks
    told = refused(tmp_path / "t", task | {"doc_to_target": "{{ a if a else target }}"}, metric="exact_match", filter="none")  # fmt: skip
    assert "lacks target" in told

"""Settings of task files that lm-eval would trip over late are refused when the files are read, with file, line and key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.errors import BadInput
from harness.suites.own import data_only, scored_values
from harness.suites.own.definitions import read

CHOICE: dict[str, Any] = {
    "task": "river",
    "dataset_path": "json",
    "dataset_kwargs": {"data_files": {"test": "items.jsonl"}},
    "output_type": "multiple_choice",
    "test_split": "test",
    "doc_to_text": "{{question}}",
    "doc_to_target": "label",
    "doc_to_choice": ["red", "green"],
    "metric_list": [{"metric": "acc", "aggregation": "mean", "higher_is_better": True}],
}
WRITTEN = {
    **{k: v for k, v in CHOICE.items() if k != "doc_to_choice"},
    "output_type": "generate_until",
    "doc_to_target": "{{answer}}",
    "generation_kwargs": {"until": ["\n"], "max_gen_toks": 8, "do_sample": False, "temperature": 0.0},
    "metric_list": [{"metric": "exact_match", "aggregation": "mean", "ignore_case": True, "regexes_to_ignore": [","]}],
    "filter_list": [
        {"name": "strict", "filter": [{"function": "regex", "regex_pattern": "A (x)"}, {"function": "take_first"}]}
    ],
}
TEXT = {
    **{k: v for k, v in CHOICE.items() if k != "doc_to_choice"},
    "output_type": "loglikelihood_rolling",
    "doc_to_text": "",
    "doc_to_target": "text",
    "metric_list": [{"metric": "bits_per_byte", "aggregation": "bits_per_byte"}],
}


def read_one(folder: Path, config: dict[str, Any]) -> None:
    (folder / "items.jsonl").write_text('{"question": "a", "label": 0, "answer": "x", "text": "t"}\n')
    (folder / "river.yaml").write_text(
        yaml.safe_dump(json.loads(json.dumps(config)), sort_keys=False)
    )  # a copy without aliases
    read([folder])


@pytest.mark.parametrize("config", [CHOICE, WRITTEN, TEXT], ids=["choice", "written", "text"])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"metric_list": None},
        {"description": "Read.", "target_delimiter": "", "num_fewshot": 2, "tag": ["a"], "metadata": {"version": 1}},
        {"fewshot_config": {"sampler": "first_n", "samples": [{"question": "b", "label": 1}]}, "repeats": 3},
    ],
)
def test_what_lm_evals_own_tasks_say_passes(config: dict[str, Any], more: dict[str, Any], tmp_path: Path) -> None:
    read_one(tmp_path, config | more)


METRIC = {"metric": "acc", "aggregation": "mean"}
WRONG: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (CHOICE, {"metric_list": [METRIC | {"aggregation": "bleu"}]}, "the aggregation 'bleu' cannot be made of acc; it may be mean"),
    (CHOICE, {"metric_list": [{"metric": "f1", "aggregation": "mean"}]}, "'mean' cannot be made of f1"),
    (CHOICE, {"metric_list": [{"metric": "bits_per_byte"}]}, "computes no bits_per_byte of a task of the output type multiple_choice"),
    (CHOICE, {"metric_list": [METRIC, METRIC]}, "the metric acc is listed more than once"),
    (CHOICE, {"metric_list": []}, "metric_list is empty"),
    (CHOICE, {"metric_list": [METRIC | {"higher_is_better": "yes"}]}, "higher_is_better of acc is 'yes'"),
    (CHOICE, {"doc_to_text": 7}, "doc_to_text is 7; it must be a text"),
    (CHOICE, {"doc_to_target": None}, "doc_to_target is missing"),
    (CHOICE, {"doc_to_choice": [1, 2]}, "doc_to_choice is [1, 2]"),
    (CHOICE, {"test_split": "train"}, "test_split is 'train', and data_files has test"),
    (CHOICE, {"test_split": None}, "test_split is missing"),
    (CHOICE, {"fewshot_config": {"split": "dev"}}, "split of fewshot_config is 'dev', and data_files has test"),
    (CHOICE, {"fewshot_config": {"samples": ["a"]}}, "samples of fewshot_config is ['a']; it must be a list of rows"),
    (CHOICE, {"output_type": "essay"}, "output_type is 'essay'; it must be one of multiple_choice"),
    (CHOICE, {"repeats": True}, "repeats is True; it must be a whole number"),
    (CHOICE, {"filter_list": [{"name": "f", "filter": [{"function": "uppercase"}]}]}, "has no texts to filter"),
    (TEXT, {"metric_list": [{"metric": "word_perplexity", "aggregation": "mean"}]}, "'mean' cannot be made of word_perplexity"),
    (WRITTEN, {"metric_list": [{"metric": "f1", "aggregation": "f1"}]}, "computes no f1 of a task of the output type generate_until"),
    (WRITTEN, {"metric_list": [{"metric": "exact_match", "ignore_cases": True}]}, "exact_match has the setting 'ignore_cases'"),
    (WRITTEN, {"metric_list": [{"metric": "exact_match", "regexes_to_ignore": "["}]}, "regexes_to_ignore of exact_match is '['"),
    (WRITTEN, {"generation_kwargs": {"until": [None]}}, "until of generation_kwargs is [None]"),
    (WRITTEN, {"generation_kwargs": {"max_new_tokens": "many"}}, "max_new_tokens of generation_kwargs is 'many'"),
    (WRITTEN, {"generation_kwargs": {"temprature": 1}}, "generation_kwargs has the setting 'temprature'; known are until"),
    (WRITTEN, {"generation_kwargs": {"top_p": 1.5}}, "top_p of generation_kwargs is 1.5; it must be a number from 0 to 1"),
    (WRITTEN, {"filter_list": [{"name": "f", "filter": [{"function": "regex", "regex_pattern": "a)"}]}]}, "regex_pattern of regex is 'a)'"),
    (WRITTEN, {"filter_list": [{"name": "f", "filter": [{"function": "take_first", "n": 1}]}]}, "take_first has the setting 'n'; it takes none"),
    (WRITTEN, {"repeats": 2, "filter_list": [{"name": "f", "filter": [{"function": "take_first_k", "k": 4}]}]}, "takes 4 answers where each item has 2"),
    (WRITTEN, {"filter_list": [{"filter": [{"function": "take_first"}]}]}, "the name of a filter is None"),
    (WRITTEN, {"filter_list": [WRITTEN["filter_list"][0], WRITTEN["filter_list"][0]]}, "two filters are named strict"),
]  # fmt: skip


@pytest.mark.parametrize(("config", "change", "said"), WRONG, ids=[said[:40] for *_, said in WRONG])
def test_what_no_run_can_be_made_with_is_refused_with_its_line(
    config: dict[str, Any], change: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(BadInput) as caught:
        read_one(tmp_path, config | change)
    (told,) = caught.value.problems
    assert said in told
    lines = (tmp_path / "river.yaml").read_text().splitlines()
    line = int(told.removeprefix(f"{tmp_path / 'river.yaml'}:").split(":")[0])
    (key,) = [k for k in change if k != "repeats"] or change
    first = next(n for n, text in enumerate(lines, 1) if text.startswith(f"{key}:"))
    assert first <= line < first + len(yaml.safe_dump(json.loads(json.dumps({key: change[key]}))).splitlines()) + 1


def test_a_wrong_setting_of_an_included_file_is_named_there(tmp_path: Path) -> None:
    (tmp_path / "_common").write_text("num_fewshot: 0\nrepeats: 0\n")
    with pytest.raises(BadInput) as caught:
        read_one(tmp_path, {"include": "_common", **CHOICE})
    assert caught.value.problems == [
        f"{tmp_path / 'river.yaml'} (in _common):2: repeats is 0; it must be a whole number from 1 to 1,000."
    ]


@pytest.mark.parametrize("output", scored_values.AGGREGATIONS)
def test_lm_eval_can_make_every_allowed_aggregation_of_what_it_computes_and_no_other(output: str) -> None:
    """Each metric's value as lm-eval's own ``process_results`` gives it, put through each of its aggregations."""
    from lm_eval.api.registry import AGGREGATION_REGISTRY

    allowed = scored_values.AGGREGATIONS[output]
    values = computed(output)
    assert allowed.keys() <= values.keys()
    for metric, items in values.items():
        possible = {name for name in data_only.AGGREGATIONS if works(AGGREGATION_REGISTRY[name], items)}
        assert set(allowed.get(metric, ())) <= possible, metric
        if metric not in allowed:  # left out, or nothing that is called an average can be made of it
            assert not possible & {"mean", "median", "nanmean"}, metric


def works(aggregate: Any, items: list[Any]) -> bool:
    try:
        return isinstance(float(aggregate(items)), float)
    except Exception:
        return False


def computed(output: str) -> dict[str, list[Any]]:
    """Values of two items by metric, for every metric that lm-eval has and computes of this output type."""
    from lm_eval.api.registry import get_metric
    from lm_eval.api.task import ConfigurableTask

    task = object.__new__(ConfigurableTask)
    config = {"doc_to_choice": ["a", "b"]} if output == "multiple_choice" else {}
    from lm_eval.config.task import TaskConfig

    task._config = TaskConfig(output_type=output, doc_to_text="q", doc_to_target="gold", **config)
    task.OUTPUT_TYPE, task.prompt, task.features = output, None, ["q", "gold"]
    task.multiple_input = task.multiple_target = 0
    answers: dict[str, list[Any]] = {
        "multiple_choice": [(-1.0, True), (-2.0, False)],
        "loglikelihood": [(-1.0, True)],
        "loglikelihood_rolling": [-3.0],
        "generate_until": ["a b"],
    }
    golds = [0, 1] if output == "multiple_choice" else ["a b", "c"]
    values: dict[str, list[Any]] = {}
    for metric in data_only.METRICS - {"acc_mutual_info"}:  # that one needs twice as many answers; a number as acc is
        task._metric_fn_list, task._metric_fn_kwargs = {metric: get_metric(metric)}, {metric: {}}
        task._aggregation_list, task._higher_is_better = {}, {}
        try:
            results = [task.process_results({"q": "q", "gold": gold}, answers[output]) for gold in golds]
        except Exception:
            continue
        if metric in results[0]:
            values[metric] = [result[metric] for result in results]
    if output == "multiple_choice":
        values["acc_mutual_info"] = [1.0, 0.0]
    return values


def test_every_metric_and_filter_of_lm_evals_has_its_settings_here() -> None:
    assert set(scored_values.FILTERS) == data_only.FILTERS
    named = {metric for metrics in scored_values.AGGREGATIONS.values() for metric in metrics}
    assert data_only.METRICS - named == {"likelihood", "acc_all"}

"""What a verdict says of a run, from rows of synthetic runs and from real runs of tiny models."""

from __future__ import annotations

import dataclasses
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.commands import show
from harness.commands.compare import compare
from harness.engine.source import ModelSource
from harness.runs.execute import run_model
from harness.runs.plan import Plan, TaskPlan
from harness.runs.prompts.chat_prompts import Lost
from harness.runs.verdict import implausible, without_content
from harness.runs.verdict.finding import Finding
from harness.runs.verdict.judge import Conditions, judge
from harness.store import run_folder
from harness.suites.load import load_suite
from harness.suites.model import Suite
from tests.runs.conftest import make_model, options
from tests.runs.test_execute import SILENT
from tests.runs.test_sampled_generations import write_suite, write_task

SYSTEM_LESS = "{% for m in messages %}{% if m.role != 'system' %}<{{ m.role }}>{{ m.content }}\n{% endif %}{% endfor %}"
WITH_SYSTEM = "{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}\n{% endfor %}"


def plan(suite: Suite, params: int | None = 10**9, shots: int = 0) -> Plan:
    source = ModelSource("m", "", "", None, "", "", params, None, False, False)
    tasks = tuple(TaskPlan(t.task, None, t.kind, "1", shots, 1, 1, None) for t in suite.tasks)
    return Plan(source, suite, options(limit=None), tasks, {}, None, "")


def row(task: str, metric: str, score: float, stderr: float, n: int) -> dict[str, Any]:
    return {"task": task, "metric": metric, "filter": "none", "score": score, "stderr": stderr, "n": n}


def items(gold: list[int], chosen: list[int], task: str = "pick") -> list[dict[str, Any]]:
    rows = []
    for item, (right, best) in enumerate(zip(gold, chosen, strict=True)):
        logs = [-2.0, -2.0, -2.0]
        logs[best] = -1.0
        shared = {"task": task, "item": item, "filter": "none", "choice_loglikelihoods": logs, "gold": right}
        rows += [{**shared, "metric": m, "target": "abc"[right], "response": "abc"[best]} for m in ("acc", "acc_norm")]
    return rows


def test_one_answer_to_everything_is_named() -> None:
    gold = [i % 3 for i in range(21)]
    (finding,) = implausible.answered_alike(items(gold, [2] * 21))
    assert finding == Finding(
        "answered-alike", "Every item got the same answer in pick (always choice 2, 'c', 21 items).", False
    )
    assert not implausible.answered_alike(items(gold, [2] * 20 + [1]))
    assert not implausible.answered_alike(items([1] * 21, [2] * 21))
    assert not implausible.answered_alike(items(gold[:19], [2] * 19))


def test_one_text_as_every_answer_is_named() -> None:
    rows = [
        {"task": "say", "item": i, "filter": "none", "metric": "exact_match", "choice_loglikelihoods": None, "gold": None,
         "target": str(i), "response": "yes"} for i in range(20)
    ]  # fmt: skip
    (finding,) = implausible.answered_alike(rows)
    assert "say (always 'yes', 20 items)" in finding.message
    texts = [{**r, "metric": "word_perplexity"} for r in rows]
    assert not implausible.answered_alike(texts)


def test_chance_on_every_task_is_no_model() -> None:
    suite = load_suite("quick")
    chance = [row("sst2", "acc", 0.51, 0.017, 872), row("openbookqa", "acc_norm", 0.24, 0.019, 500)]
    (finding,) = implausible.at_chance(plan(suite), chance)
    assert finding.code == "at-chance" and "sst2, openbookqa" in finding.message and not finding.invalid
    no_text = row("wikitext", "text_bits_per_byte", 9.0, 0.1, 60)
    (finding,) = implausible.at_chance(plan(suite), [*chance, no_text])
    assert finding.invalid and "loads, but is no model" in finding.message
    assert not implausible.at_chance(plan(suite), [*chance, row("wikitext", "text_bits_per_byte", 2.9, 0.1, 60)])
    assert not implausible.at_chance(plan(suite), [*chance, row("arc_easy", "acc_norm", 0.4, 0.01, 2376)])
    assert not implausible.at_chance(plan(suite), chance[:1])
    assert not implausible.at_chance(plan(suite, params=1_000_000), chance)
    assert not implausible.at_chance(plan(suite, params=None), chance)
    assert not implausible.at_chance(plan(suite), [{**r, "n": 5, "stderr": 0.2} for r in chance])


def test_worse_than_a_uniform_guess_is_named() -> None:
    results = [row("text", "text_bits_per_byte", 8.4, 0.1, 9), row("other", "text_bits_per_byte", 0.9, 0.1, 9)]
    (finding,) = implausible.above_uniform(results, {}, 32000)
    assert "text (8.40 bits per byte)" in finding.message and "other" not in finding.message
    (finding,) = implausible.above_uniform(results[1:], {"other": 15.1, "more": 14.9}, 32000)
    assert (
        "other (15.10 bits per token, a uniform guess has 14.97)" in finding.message and "more" not in finding.message
    )
    assert not implausible.above_uniform(results[1:], {"other": 3.0}, 32000)


def test_a_bos_that_lm_evals_headline_counts_as_text_is_named() -> None:
    suite = load_suite("calibration")
    of_lm_eval = replace(suite, tasks=tuple(replace(t, metric="bits_per_byte") if t.h0 else t for t in suite.tasks))
    how = Conditions(320, False, not_as_text={"landscape_cal_text"})
    (finding,) = [f for f in judge(plan(of_lm_eval), [], [], how) if f.code == "bos-as-text"]
    assert "landscape_cal_text" in finding.message and not finding.invalid
    assert not [f for f in judge(plan(suite), [], [], how) if f.code == "bos-as-text"]
    assert not [f for f in judge(plan(of_lm_eval), [], [], Conditions(320, False)) if f.code == "bos-as-text"]


def test_lost_examples_are_told_from_a_lost_beginning() -> None:
    suite = load_suite("calibration")
    how = Conditions(
        320, False, prompts={"landscape_cal_class": 80, "landscape_cal_facts": 9}, truncated={"landscape_cal_class": 7}
    )
    (cut,) = [f for f in judge(plan(suite, shots=3), [], [], how) if "trunc" in f.code]
    assert cut.code == "examples-truncated" and cut.invalid
    assert cut.message.endswith("few-shot examples: landscape_cal_class (7 of 80 prompts, 3 examples each).")
    (cut,) = [f for f in judge(plan(suite), [], [], how) if "trunc" in f.code]
    assert cut.code == "truncated" and "landscape_cal_class (7 of 80)" in cut.message


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a task with a description and one example before each question."""
    import harness.suites.calibration as room

    folder = tmp_path_factory.mktemp("tasks")
    source = Path(str(room.__file__)).parent / "data"
    shutil.copytree(source, folder / "data")
    lines = (
        "task: described", "dataset_path: parquet", "dataset_kwargs:", "  data_files:",
        f"    test: {folder / 'data' / 'lookup.parquet'}", "output_type: generate_until", "test_split: test",
        "fewshot_split: test", "description: Read the table and answer.", 'doc_to_text: "{{question}}"',
        'doc_to_target: "{{answer}}"', "generation_kwargs: {until: ['.'], max_gen_toks: 4}", "metric_list:",
        "  - metric: exact_match", "metadata: {version: 1.0}",
    )  # fmt: skip
    (folder / "described.yaml").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.mark.parametrize(("template", "dropped"), [(SYSTEM_LESS, 3), (WITH_SYSTEM, 0)])
def test_a_description_that_the_template_drops_is_counted(
    template: str, dropped: int, described: Path, tmp_path: Path
) -> None:
    from lm_eval.tasks import TaskManager

    from harness.engine import load as loading
    from harness.engine.settings import Settings
    from harness.engine.source import resolve
    from harness.runs import requests

    folder = make_model(tmp_path / "m", context=2048)
    config = folder / "tokenizer_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"chat_template": template}), encoding="utf-8")
    loaded = loading.load(resolve(str(folder)), Settings("hf", "cpu", "fp32"))
    manager = TaskManager(include_path=str(described), include_defaults=False)
    task = manager.load(["described"])["tasks"]["described"]
    task.set_config(key="num_fewshot", value=1)
    asked = requests.build(
        {"described": task}, loading.codec(loaded, 2048), limit=3, chat_template=loaded.lm.apply_chat_template
    )
    assert asked.lost_in_template == {"described": Lost(system=dropped)}
    said = [f for f in judge(plan(load_suite("calibration")), [], [], Conditions(64, True, lost_in_template=asked.lost_in_template)) if f.code == "description-dropped"]  # fmt: skip
    assert [f.invalid for f in said] == ([True] if dropped else [])
    assert all("described (3 prompts)" in f.message for f in said)


def test_findings_reach_show_and_compare(
    tmp_path: Path,
    calibration: Suite,
    places_here: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANDSCAPE_PUBLIC_RUNS", str(tmp_path / "none"))
    suite = dataclasses.replace(
        calibration, tasks=tuple(t for t in calibration.tasks if t.task != "landscape_cal_facts")
    )
    runs = tmp_path / "runs"
    for seed in (5, 6):
        model = make_model(tmp_path / f"wild{seed}", seed=seed)
        folder = run_model(str(model), suite, options(limit=20), runs, SILENT).folder
        codes = [f["code"] for f in run_folder.read_manifest(folder)["verdict"]]
        assert "above-uniform" in codes
    capsys.readouterr()
    show.run(folder.name, as_json=False)
    assert "above-uniform: Texts were predicted worse than by a uniform guess" in capsys.readouterr().out
    compare(["wild5", "wild6"], suite=None, as_json=False)
    lines = [line for line in capsys.readouterr().out.splitlines() if "worse than by a uniform guess" in line]
    assert len(lines) == 2


def test_a_headline_without_a_row_is_named() -> None:
    suite = load_suite("calibration")
    rows = [{**row(t.task, t.metric, 0.5, 0.1, 30), "filter": t.filter} for t in suite.tasks]
    assert without_content.without_headline(plan(suite), rows) == []
    first = suite.tasks[0]
    (finding,) = without_content.without_headline(plan(suite), [{**rows[0], "filter": "other"}, *rows[1:]])
    assert finding.invalid and f"{first.task} ({first.metric} under {first.filter})" in finding.message


def _texts(*sizes: int) -> list[dict[str, Any]]:
    shared = {"task": "prose", "filter": "none", "choice_loglikelihoods": None, "gold": None}
    return [
        {**shared, "item": i, "metric": "bits_per_byte", "weight": float(size), "value": 1.0 if size else None}
        for i, size in enumerate(sizes)
    ]


def test_empty_texts_are_counted_and_most_of_them_invalidate() -> None:
    assert without_content.empty_texts(_texts(3, 1, 9)) == []
    (some,) = without_content.empty_texts(_texts(3, 0, 9))
    assert (some.message, some.invalid) == ("Texts are empty and count for nothing: prose (1 of 3).", False)
    (most,) = without_content.empty_texts(_texts(0, 0, 9))
    assert most.invalid


def test_one_right_answer_to_all_is_named() -> None:
    (finding,) = without_content.one_right_answer(items([1] * 20, [i % 3 for i in range(20)]))
    assert finding.message == "The same answer is right for every item in pick ('b', 20 items)." and not finding.invalid
    assert without_content.one_right_answer(items([1] * 19 + [0], [0] * 20)) == []
    assert without_content.one_right_answer(items([1] * 19, [0] * 19)) == []


def test_rules_of_a_models_own_settings_are_named_with_their_values(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "ruled")
    saved = json.loads((folder / "generation_config.json").read_text())
    rules = {"repetition_penalty": 1.8, "no_repeat_ngram_size": 2, "suppress_tokens": [5, 6, 7, 8], "temperature": 0.6}
    (folder / "generation_config.json").write_text(json.dumps(saved | rules | {"do_sample": True}))
    write_task(
        tmp_path / "t", "z_said", [{"q": f"word {i}", "a": "x"} for i in range(3)], generation_kwargs={"until": ["\n"]}
    )
    suite, changes = load_suite(write_suite(tmp_path, "z_said")), {"limit": None, "tasks": (str(tmp_path / "t"),)}
    for engine in ("packed", "hf"):
        done = run_model(str(folder), suite, options(engine=engine, **changes), tmp_path / engine, SILENT)
        verdict = run_folder.read_manifest(done.folder)["verdict"]
        (said,) = [f for f in verdict if f["code"] == "generation-rules"]
        assert said["message"].endswith(
            "repetition_penalty (1.8), no_repeat_ngram_size (2), suppress_tokens (5, 6, 7, …)."
        )
        assert not said["invalid"]


def test_one_question_for_all_items_is_named_whatever_the_examples_are(tiny_model: Path, tmp_path: Path) -> None:
    rows = [{"q": f"word {i}", "a": str(i)} for i in range(8)]
    shots = {"fewshot_split": "test"}
    write_task(tmp_path / "t", "z_same", rows, doc_to_text="Question: ?", generation_kwargs={"until": ["\n"]}, **shots)
    write_task(tmp_path / "t", "z_other", rows, generation_kwargs={"until": ["\n"]}, **shots)
    for task, codes in (("z_same", ["one-question"]), ("z_other", [])):
        suite = load_suite(write_suite(tmp_path, task, num_fewshot=2))
        done = run_model(
            str(tiny_model), suite, options(limit=None, tasks=(str(tmp_path / "t"),)), tmp_path / "runs", SILENT
        )
        verdict = run_folder.read_manifest(done.folder)["verdict"]
        assert [f["code"] for f in verdict if f["code"] == "one-question"] == codes
        assert done.valid is not bool(codes)

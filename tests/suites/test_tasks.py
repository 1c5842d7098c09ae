"""Resolving suites: on the real mirror, on small ones with something wrong, and without one."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from harness.errors import BadInput
from harness.suites.load import FOLDER, list_suites, load_suite
from harness.suites.model import Suite
from harness.suites.tasks import LeftOut, Resolved, resolve

Mirror = Callable[[dict[str, list[dict[str, Any]]]], Path]

OPENBOOK = {
    "question_stem": "The sky is",
    "choices": {"text": ["blue", "green", "red", "loud"], "label": ["A", "B", "C", "D"]},
    "answerKey": "A",
}
SST2 = {"sentence": "fine", "label": 1}


@pytest.fixture(scope="module")
def core_en(hub: Path) -> Resolved:
    return resolve(load_suite("core-en"), hub)


def test_core_en_resolves_on_the_mirror(core_en: Resolved) -> None:
    blimp = [n for n in core_en.tasks if n.startswith("blimp_")]
    mmlu = [n for n in core_en.tasks if n.startswith("mmlu_")]
    others = [n for n in core_en.tasks if n not in {*blimp, *mmlu}]
    assert 0 < len(mmlu) < len(next(g for g in load_suite("core-en").groups if g.name == "mmlu").members)
    assert set(blimp) == set(next(g for g in load_suite("core-en").groups if g.name == "blimp").members)
    assert others == [
        *("wikitext", "landscape_tinystories", "lambada_openai", "sst2", "landscape_ag_news", "arc_easy"),
        *("openbookqa", "landscape_xquad_en", "gsm8k"),
    ]
    assert [g.name for g in core_en.groups] == ["blimp"]


def test_what_the_mirror_lacks_is_left_out_with_its_reason(core_en: Resolved) -> None:
    why = {left.task: left.reason for left in core_en.left_out}
    absent = ("boolq", "arc_challenge", "hellaswag", "piqa", "winogrande", "sciq", "truthfulqa_mc1", "triviaqa")
    assert set(why) - {n for n in why if n.startswith("mmlu_")} == {*absent, "mmlu"}
    assert why["arc_challenge"] == "the mirror has no allenai/ai2_arc/ARC-Challenge"
    assert why["boolq"] == "the mirror has no aps/super_glue"
    assert why["mmlu_anatomy"] == "the mirror has no cais/mmlu/anatomy/test.parquet"
    members = next(g.members for g in load_suite("core-en").groups if g.name == "mmlu")
    assert why["mmlu"] == f"{len(set(members) & set(why))} of its {len(members)} tasks are left out"


def test_core_zh_is_whole_on_the_mirror(hub: Path) -> None:
    found = resolve(load_suite("core-zh"), hub)
    assert found.left_out == ()
    assert [g.name for g in found.groups] == ["cmmlu", "ceval-valid"]
    files = {"landscape_cmrc_text": "hfl/cmrc2018/default/validation", "landscape_tnews": "clue/fewclue/tnews/test"}
    for task, file in files.items():
        assert 0 < found.items[task] <= pq.read_metadata(hub / f"{file}.parquet").num_rows, task


def test_shots_and_items_are_those_of_suite_and_file(core_en: Resolved, hub: Path) -> None:
    assert {n: core_en.tasks[n].config.num_fewshot for n in ("sst2", "gsm8k", "mmlu_astronomy")} == {
        "sst2": 0,
        "gsm8k": 5,
        "mmlu_astronomy": 5,
    }
    assert core_en.items["sst2"] == pq.read_metadata(hub / "nyu-mll/glue/sst2/validation.parquet").num_rows
    assert core_en.items["blimp_causative"] == 1000


def test_a_changed_file_changes_the_hash(hub: Path, tmp_path: Path) -> None:
    suite = load_suite("quick")
    place = tmp_path / "nyu-mll/glue/sst2"
    place.mkdir(parents=True)
    for split in ("train", "validation"):
        table = pq.read_table(hub / f"nyu-mll/glue/sst2/{split}.parquet").slice(0, 50)
        pq.write_table(table, place / f"{split}.parquet")
    before = resolve(suite, tmp_path, only=["sst2"]).data_hashes["sst2"]
    assert resolve(suite, tmp_path, only=["sst2"]).data_hashes["sst2"] == before
    pq.write_table(table.slice(1), place / "validation.parquet")
    assert resolve(suite, tmp_path, only=["sst2"]).data_hashes["sst2"] != before


@pytest.mark.parametrize(
    "name", ["sst2", "arc_easy", "wikitext", "lambada_openai", "gsm8k", "mmlu_astronomy", "blimp_causative"]
)
def test_scores_and_requests_equal_those_of_simple_evaluate(
    name: str, core_en: Resolved, hub: Path, scorer: Any, tmp_path: Path
) -> None:
    """lm-eval's own definition, read by load_dataset from the same files, asks and scores the same."""
    import lm_eval
    from lm_eval import tasks as theirs
    from lm_eval.evaluator import evaluate

    folder = {"sst2": "glue/sst2", "arc_easy": "arc", "lambada_openai": "lambada", "mmlu_astronomy": "mmlu/default"}
    folder |= {"blimp_causative": "blimp"}
    manager = theirs.TaskManager(
        include_path=Path(theirs.__file__).parent / folder.get(name, name), include_defaults=False
    )
    config = manager.task_index[name].cfg
    assert config is not None
    place = hub / config["dataset_path"] / config["dataset_name"]
    files = {p.stem: str(p) for p in place.glob("*.parquet")}
    member = {
        "task": name,
        "dataset_path": "parquet",
        "dataset_name": None,
        "dataset_kwargs": {"data_files": files, "cache_dir": str(tmp_path)},
    }
    shots = load_suite("core-en").task(name).num_fewshot
    direct, ours = scorer(), scorer()
    expected = lm_eval.simple_evaluate(
        model=direct,
        tasks=[{"group": "direct", "task": [member]}],
        task_manager=manager,
        num_fewshot=shots,
        limit=8,
        bootstrap_iters=0,
    )
    got = evaluate(ours, {name: core_en.tasks[name]}, limit=8, bootstrap_iters=0)
    assert expected is not None and got is not None
    assert ours.asked == direct.asked
    assert {**got["results"][name], "alias": ""} == {**expected["results"][name], "alias": ""}
    assert got["versions"][name] == expected["versions"][name]
    assert [s["doc_hash"] for s in got["samples"][name]] == [s["doc_hash"] for s in expected["samples"][name]]


@pytest.mark.slow
@pytest.mark.parametrize("name", [suite.name for suite in list_suites()])
def test_every_task_yields_its_headline_score(name: str, hub: Path, scorer: Any) -> None:
    from lm_eval.evaluator import evaluate

    suite = load_suite(name)
    found = resolve(suite, hub)
    result = evaluate(scorer(), dict(found.tasks), limit=2, bootstrap_iters=0, log_samples=False)
    assert result is not None
    for task in found.tasks:
        entry = suite.task(task)
        # A text's own bits per byte stand beside lm-eval's; lm-eval has but these.
        metric = "bits_per_byte" if entry.metric == "text_bits_per_byte" else entry.metric
        assert isinstance(result["results"][task][f"{metric},{entry.filter}"], float), task
        assert result["higher_is_better"][task][metric] is entry.higher_is_better
        assert result["n-shot"][task] == entry.num_fewshot


def test_prompt_of_xquad_is_that_of_lm_eval(core_en: Resolved) -> None:
    import lm_eval.tasks
    from lm_eval.tasks._yaml_loader import load_yaml

    for language, ours in (("en", core_en), ("zh", None)):
        path = Path(lm_eval.tasks.__file__).parent / f"xquad/xquad_{language}.yaml"
        theirs = load_yaml(path, resolve_func=False)
        own = load_yaml(FOLDER / f"tasks/landscape_xquad_{language}.yaml", resolve_func=False)
        for key in ("doc_to_text", "doc_to_target", "target_delimiter", "generation_kwargs", "dataset_name"):
            assert own[key] == theirs[key]
        assert own["metric_list"][:2] == theirs["metric_list"]
        if ours is not None:
            doc = ours.tasks["landscape_xquad_en"].task_docs[0]
            answer = doc["answers"]["text"][0]
            assert ours.tasks["landscape_xquad_en"].process_results(doc, [answer]) == {"exact_match": 1.0, "f1": 1.0}


def _just(*names: str) -> Suite:
    return load_suite("core-en") if not names else _only(load_suite("core-en"), names)


def _only(suite: Suite, names: tuple[str, ...]) -> Suite:
    return dataclasses.replace(suite, tasks=tuple(t for t in suite.tasks if t.task in names), groups=())


def test_a_data_set_under_its_old_name_is_found(mirror_of: Mirror) -> None:
    hub = mirror_of({f"openbookqa/main/{s}": [OPENBOOK] for s in ("train", "validation", "test")})
    assert resolve(_just("openbookqa"), hub).items == {"openbookqa": 1}


def test_shards_and_an_unnamed_config_are_found(mirror_of: Mirror) -> None:
    row = {"goal": "open a jar", "sol1": "turn the lid", "sol2": "eat the lid", "label": 0}
    hub = mirror_of(
        {
            "baber/piqa/plain_text/train": [row],
            "baber/piqa/plain_text/validation-00000-of-00002": [row] * 2,
            "baber/piqa/plain_text/validation-00001-of-00002": [row],
        }
    )
    assert resolve(_just("piqa"), hub).items == {"piqa": 3}


def test_documents_that_a_task_rewrites(mirror_of: Mirror, tmp_path: Path) -> None:
    row = {
        "activity_label": "Baking",
        "ctx_a": "He mixes.",
        "ctx_b": "then he",
        "endings": ["bakes", "sings", "flies", "sleeps"],
        "label": "0",
    }
    hub = mirror_of({f"Rowan/hellaswag/default/{s}": [row] for s in ("train", "validation")})
    found = resolve(_just("hellaswag"), hub)
    assert found.tasks["hellaswag"].task_docs[0]["query"] == "Baking: He mixes. Then he"


def test_data_sets_that_the_shared_mirror_lacks_resolve_where_a_mirror_has_them(mirror_of: Mirror) -> None:
    """Columns as the hub has them."""
    rows: dict[str, dict[str, Any]] = {
        "aps/super_glue/boolq": {"question": "is it", "passage": "It is.", "idx": 0, "label": 1},
        "allenai/winogrande/winogrande_xl": {
            "sentence": "Ann paid Eve because _ owed her.",
            "option1": "Ann",
            "option2": "Eve",
            "answer": "1",
        },
        "allenai/sciq/default": {
            "question": "What is water?",
            "distractor1": "gas",
            "distractor2": "rock",
            "distractor3": "fire",
            "correct_answer": "liquid",
            "support": " Water flows.",
        },
        "truthfulqa/truthful_qa/multiple_choice": {
            "question": "Do pigs fly?",
            "mc1_targets": {"choices": ["No", "Yes"], "labels": [1, 0]},
            "mc2_targets": {"choices": ["No", "Never", "Yes"], "labels": [1, 1, 0]},
        },
        "mandarjoshi/trivia_qa/rc.nocontext": {
            "question": "Who",
            "answer": {"aliases": ["Ann", "Anna"], "value": "Ann"},
        },
        "allenai/ai2_arc/ARC-Challenge": {
            "question": "Why?",
            "choices": {"text": ["a", "b", "c"], "label": ["1", "2", "3"]},
            "answerKey": "2",
        },
    }
    hub = mirror_of({f"{name}/{s}": [row] * 6 for name, row in rows.items() for s in ("train", "validation", "test")})
    names = ("boolq", "arc_challenge", "winogrande", "sciq", "truthfulqa_mc1", "triviaqa")
    found = resolve(_just(*names), hub)
    assert found.left_out == ()
    assert tuple(found.tasks) == names


def test_a_missing_few_shot_split_leaves_the_task_out(mirror_of: Mirror) -> None:
    hub = mirror_of({"nyu-mll/glue/sst2/validation": [SST2], "allenai/openbookqa/main/test": [OPENBOOK]})
    found = resolve(_just("sst2", "openbookqa"), hub)
    assert found.tasks == {}
    assert found.left_out == (
        LeftOut("sst2", "the mirror has no nyu-mll/glue/sst2/train.parquet"),
        LeftOut("openbookqa", "the mirror has no allenai/openbookqa/main/train.parquet"),
    )


def test_too_few_rows_for_the_shots_leave_the_task_out(mirror_of: Mirror) -> None:
    row = {"question": "1+1?", "answer": "#### 2"}
    hub = mirror_of({"openai/gsm8k/main/train": [row] * 3, "openai/gsm8k/main/test": [row]})
    (left,) = resolve(_just("gsm8k"), hub).left_out
    assert left == LeftOut("gsm8k", "its few-shot split has 3 rows, fewer than 5 shots")


def test_wrong_columns_are_named_with_their_file_all_at_once(mirror_of: Mirror) -> None:
    label_lost = {"sentence": "fine", "sentiment": 1}
    hub = mirror_of(
        {
            "nyu-mll/glue/sst2/train": [SST2],
            "nyu-mll/glue/sst2/validation": [label_lost],
            **{f"allenai/openbookqa/main/{s}": [OPENBOOK | {"choices": "blue, green"}] for s in ("train", "test")},
            **{f"EleutherAI/wikitext_document_level/wikitext-2-raw-v1/{s}": [{"text": "a"}] for s in ("train", "test")},
        }
    )
    with pytest.raises(BadInput) as caught:
        resolve(_just("sst2", "openbookqa", "wikitext"), hub)
    wikitext, sst2, openbook = caught.value.problems
    assert sst2 == (
        f"sst2: {hub / 'nyu-mll/glue/sst2/validation.parquet'} lacks label; its columns are sentence, sentiment."
    )
    assert "wikitext-2-raw-v1" in wikitext and "page" in wikitext and "its columns are text" in wikitext
    assert "openbookqa/main" in openbook and "its columns are question_stem, choices, answerKey" in openbook


def test_a_broken_template_is_told_with_the_file_it_was_tried_on(mirror_of: Mirror, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/torn.yaml").write_text(
        "task: torn\ndataset_path: nyu-mll/glue\ndataset_name: sst2\noutput_type: multiple_choice\n"
        "validation_split: validation\ndoc_to_text: '{{sentence'\ndoc_to_target: label\ndoc_to_choice: [a, b]\n",
        encoding="utf-8",
    )
    hub = mirror_of({"nyu-mll/glue/sst2/validation": [SST2]})
    suite = dataclasses.replace(_just("sst2"), tasks=(dataclasses.replace(_just("sst2").tasks[0], task="torn"),))
    with pytest.raises(BadInput, match=r"torn: .*validation\.parquet does not fit the task \(TemplateSyntaxError"):
        resolve(suite, hub, task_folders=[tmp_path / "mine"])


@pytest.mark.parametrize(("label", "said"), [(7, "does not fit the task"), (-1, "label -1 where the task has 2")])
def test_labels_outside_the_choices_are_refused(mirror_of: Mirror, label: int, said: str) -> None:
    hub = mirror_of({f"nyu-mll/glue/sst2/{s}": [SST2 | {"label": label}] for s in ("train", "validation")})
    with pytest.raises(BadInput, match=said):
        resolve(_just("sst2"), hub)


def test_a_text_where_a_label_belongs_is_refused(mirror_of: Mirror) -> None:
    hub = mirror_of({f"nyu-mll/glue/sst2/{s}": [SST2 | {"label": "good"}] for s in ("train", "validation")})
    with pytest.raises(BadInput, match="label 'good', which is none of the task's choices"):
        resolve(_just("sst2"), hub)


def test_broken_and_empty_files_are_named(mirror_of: Mirror) -> None:
    hub = mirror_of({f"nyu-mll/glue/sst2/{s}": [SST2] for s in ("train", "validation")})
    broken = hub / "nyu-mll/glue/sst2/validation.parquet"
    pq.write_table(pq.read_table(broken).slice(0, 0), broken)
    with pytest.raises(BadInput, match=r"sst2/validation\.parquet holds no rows"):
        resolve(_just("sst2"), hub)
    broken.write_bytes(b"PAR1 but not really")
    with pytest.raises(BadInput, match=r"sst2/validation\.parquet is no readable Parquet file"):
        resolve(_just("sst2"), hub)


def test_wrong_requests_are_refused(tmp_path: Path) -> None:
    suite = _just("sst2")
    with pytest.raises(BadInput, match="is no folder. Set LANDSCAPE_HUB"):
        resolve(suite, tmp_path / "nowhere")
    with pytest.raises(BadInput, match="has no task sst3"):
        resolve(suite, tmp_path, only=["sst3"])
    strange = dataclasses.replace(suite, tasks=(dataclasses.replace(suite.tasks[0], task="sst_none"),))
    with pytest.raises(BadInput, match="lm-eval has no task 'sst_none'"):
        resolve(strange, tmp_path)
    blimp = load_suite("core-en").task("blimp_causative")
    shots = dataclasses.replace(suite, tasks=(dataclasses.replace(blimp, num_fewshot=3),))
    with pytest.raises(BadInput, match="blimp_causative is a zero-shot task; set num_fewshot to 0, not 3"):
        resolve(shots, tmp_path)


def test_a_task_defined_in_code_is_left_out_on_a_mirror(tmp_path: Path) -> None:
    suite = _just("sst2")
    coded = dataclasses.replace(suite, tasks=(dataclasses.replace(suite.tasks[0], task="squad_completion"),))
    (left,) = resolve(coded, tmp_path).left_out
    assert left.reason == "the mirror has no data set for squad_completion, which lm-eval defines in code"


def test_the_calibration_suite_needs_no_mirror(tmp_path: Path) -> None:
    found = resolve(load_suite("calibration"), tmp_path)
    assert found.left_out == ()
    assert set(found.tasks) == set(load_suite("calibration").names())
    data = (FOLDER / "calibration/data/text.parquet").read_bytes()
    listed = f'[["test", "{hashlib.sha256(data).hexdigest()}"]]'
    assert found.data_hashes["landscape_cal_text"] == hashlib.sha256(listed.encode()).hexdigest()


def test_offline_without_a_mirror_leaves_out_and_asks_no_network(tmp_path: Path) -> None:
    code = """
import socket
def refuse(*a, **k): raise AssertionError("network")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from harness.suites.load import load_suite
from harness.suites.tasks import resolve
found = resolve(load_suite("quick"), None, offline=True)
print(sorted(found.tasks), sorted({l.reason for l in found.left_out}))
"""
    environment = os.environ | {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "", "HF_DATASETS_OFFLINE": ""}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr[-800:]
    names, reasons = done.stdout.strip().split("] [")
    assert names == "["
    assert reasons.count("the local cache has no ") == 7
    assert not list(tmp_path.rglob("*.arrow"))


@pytest.mark.parametrize(
    ("error", "offline", "reason"),
    [
        (ConnectionError("no route"), False, "nyu-mll/glue cannot be loaded from the hub (ConnectionError: no route)"),
        (ConnectionError("no route"), True, "the local cache has no nyu-mll/glue"),
        (KeyError("train"), False, "nyu-mll/glue has no split 'train'"),
        (ValueError("odd"), False, "its definition cannot be used here (ValueError: odd)"),
    ],
)
def test_what_the_hub_does_not_give_is_left_out(
    monkeypatch: pytest.MonkeyPatch, error: Exception, offline: bool, reason: str
) -> None:
    import datasets

    def fail(**_: object) -> None:
        raise error

    _keep_switches(monkeypatch)
    monkeypatch.setattr(datasets, "load_dataset", fail)
    assert resolve(_just("sst2"), None, offline).left_out == (LeftOut("sst2", reason),)
    assert datasets.config.HF_HUB_OFFLINE is offline


def test_documents_from_the_hub_are_hashed_by_their_content(monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    def answer(rows: list[dict[str, Any]]) -> str:
        given = datasets.DatasetDict({s: datasets.Dataset.from_list(rows) for s in ("train", "validation")})
        monkeypatch.setattr(datasets, "load_dataset", lambda **_: given)
        return resolve(_just("sst2"), None).data_hashes["sst2"]

    _keep_switches(monkeypatch)
    assert answer([SST2, SST2 | {"label": 0}]) == answer([SST2, SST2 | {"label": 0}])
    assert answer([SST2]) != answer([SST2 | {"label": 0}])


def _keep_switches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets the offline switches to off, and back to what they were after the test."""
    import datasets
    import huggingface_hub.constants

    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.setenv(name, "0")
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_OFFLINE", False)


def test_the_mirror_is_read_without_leaving_anything_in_a_cache(hub: Path, tmp_path: Path) -> None:
    code = f"""
from pathlib import Path
from harness.suites.load import load_suite
from harness.suites.tasks import resolve
found = resolve(load_suite("quick"), Path({str(hub)!r}), offline=True)
assert len(found.tasks) == 7, found.left_out
"""
    environment = os.environ | {"HF_HOME": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True)
    assert [p for p in (tmp_path / "cache").rglob("*") if p.is_file()] == []

"""The suites are true of the installed lm-eval, and the check sees where one is not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from harness.suites.check import check, check_suites
from harness.suites.load import FOLDER, load_suite
from harness.suites.model import Suite


def test_the_shipped_suites_agree_with_lm_eval_and_their_texts(hub: Path) -> None:
    assert check_suites(hub=hub) == []


def _change(name: str, **to: object) -> Suite:
    suite = load_suite("core-en")
    tasks = tuple(dataclasses.replace(t, **to) if t.task == name else t for t in suite.tasks)  # type: ignore[arg-type]
    return dataclasses.replace(suite, tasks=tuple(t for t in tasks if t.group is None), groups=())


@pytest.mark.parametrize(
    ("name", "to", "expected"),
    [
        ("sst2", {"task": "sst99"}, "lm-eval has no task 'sst99'."),
        ("sst2", {"task": "squad_completion"}, "squad_completion is defined in code"),
        ("sst2", {"kind": "qa"}, "sst2: kind is qa, but lm-eval's output type is multiple_choice."),
        ("arc_easy", {"metric": "f1"}, "arc_easy: metric 'f1' is none of lm-eval's: acc, acc_norm."),
        ("wikitext", {"higher_is_better": True}, "wikitext: higher_is_better is True, lm-eval says otherwise."),
        ("gsm8k", {"filter": "none"}, "gsm8k: filter 'none' is none of lm-eval's: strict-match, flexible-extract."),
        ("truthfulqa_mc1", {"num_fewshot": 5}, "truthfulqa_mc1: lm-eval fixes its shots at 0; num_fewshot is 5."),
        ("landscape_ag_news", {"num_fewshot": 4}, "landscape_ag_news: has no split to take 4 shots from"),
        (
            "triviaqa",
            {"extra_metrics": ("macro_f1",)},
            "triviaqa: extra_metrics macro_f1 cannot come from generate_until",
        ),
    ],
)
def test_a_suite_that_lm_eval_does_not_bear_out(name: str, to: dict[str, object], expected: str) -> None:
    assert check(_change(name, **to))[0].startswith(expected)


def test_a_wrong_anchor_is_computed_again(hub: Path) -> None:
    (problem,) = check(_change("wikitext", h0=4.5), hub)
    assert problem.startswith("wikitext: h0 is 4.5, but the order-0 byte entropy of its text is 4.66")


def test_groups_must_be_those_of_lm_eval() -> None:
    suite = load_suite("core-en")
    blimp, mmlu = suite.groups
    less = dataclasses.replace(mmlu, members=mmlu.members[1:])
    told = check(dataclasses.replace(suite, groups=(dataclasses.replace(blimp, weight_by_size=True), less)))
    assert told == [
        "blimp: weight_by_size is True, lm-eval says otherwise.",
        "mmlu: members differ from lm-eval's: not there [], not here ['mmlu_abstract_algebra'].",
    ]
    strange = dataclasses.replace(blimp, name="blimps")
    assert check(dataclasses.replace(suite, groups=(strange,))) == ["lm-eval has no group 'blimps'."]


def test_broken_files_are_told_with_their_name(tmp_path: Path) -> None:
    text = (FOLDER / "quick.yaml").read_text(encoding="utf-8")
    (tmp_path / "other.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "torn.yaml").write_text("tasks: [", encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(text.replace("window: 1024", "window: 0"), encoding="utf-8")
    told = check_suites(tmp_path)
    assert told[0] == "other.yaml: name is 'quick'; a suite is called as its file."
    assert told[1].startswith("torn.yaml: ") and "cannot be read as a suite file" in told[1]
    assert told[2].startswith("wrong.yaml: the suite: window is 0; it must be a whole number")


def test_anchors_of_the_calibration_suite_are_the_computed_truth() -> None:
    from harness.suites.calibration.truth import truth

    known, suite = truth(), load_suite("calibration")
    assert suite.task("landscape_cal_text").h0 == round(known.text_h0, 4)
    anchors = {t.task: (t.chance, t.best) for t in suite.tasks if t.h0 is None}
    assert anchors == {
        "landscape_cal_class": (known.class_chance, round(known.class_accuracy, 6)),
        "landscape_cal_facts": (round(known.facts_chance, 6), known.facts_ceiling),
        "landscape_cal_lookup": (round(known.lookup_chance, 6), known.lookup_ceiling),
    }

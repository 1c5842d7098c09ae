"""Names of tasks and suites: what a reader sees in place of ids and hashes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from harness.i18n.translator import Translator
from harness.market.names_of_tasks import TaskNames

BENCHMARKS = pd.DataFrame(
    {"benchmark_id": ["swe-bench-verified-hands", "chinese-facts"], "name_en": ["SWE-bench Verified (Hands)", "Chinese facts"],
     "name_zh": [None, "中文常识"]}
)  # fmt: skip
SUITE = {"title_en": "Imported from Tool", "title_zh": "自 Tool 导入", "origin": "imported", "num_fewshot": None, "items": None,
         "agent": None}  # fmt: skip
SUITES = [
    SUITE | {"suite": "items", "suite_version": "6026ecfa", "tasks": ["swe-bench-verified-hands"], "items": 1500, "agent": "Hands"},
    SUITE | {"suite": "lm-eval", "suite_version": "aaaa0000", "tasks": ["mmlu_anatomy", "mmlu_virology", "arc_easy"], "num_fewshot": 5},
    SUITE | {"suite": "lm-eval", "suite_version": "bbbb0000", "tasks": ["arc_easy"]},
    SUITE | {"suite": "lm-eval", "suite_version": "cccc0000", "tasks": ["arc_easy"]},
    SUITE | {"suite": "core", "suite_version": "1.1", "origin": "measured", "title_en": "Core", "title_zh": "核心", "tasks": ["arc_easy"]},
]  # fmt: skip


class Named:
    """The queries of a database with these benchmarks and suites."""

    def frame(self, name: str, /, **values: Any) -> pd.DataFrame:
        return {"benchmarks": BENCHMARKS, "suites": pd.DataFrame(SUITES)}[name]


def names(language: str) -> TaskNames:
    return TaskNames(Named(), Translator(language))


@pytest.mark.parametrize(
    ("task", "english", "chinese"),
    [
        ("chinese-facts", "Chinese facts", "中文常识"),  # the catalog's name
        ("arc_easy", "ARC-Easy", "ARC-Easy"),
        ("mmlu_anatomy", "MMLU: Anatomy", "MMLU：解剖学"),
        ("hendrycksTest-us_foreign_policy", "MMLU: US foreign policy", "MMLU：美国外交政策"),
        ("leaderboard_bbh_web_of_lies", "BIG-Bench Hard: Web of lies", "BIG-Bench Hard：Web of lies"),
        (
            "bbq:subject=all,method=multiple_choice_joint",
            "BBQ (social bias): all subjects",
            "BBQ（社会偏见）：所有科目",
        ),
        ("commonsense:dataset=hellaswag,method=multiple_choice_joint", "HellaSwag", "HellaSwag"),
        ("Abstract Algebra", "Abstract algebra", "抽象代数"),
        ("some_new_task", "some_new_task", "some_new_task"),  # nobody names it
    ],
)
def test_a_task_has_a_name_in_both_languages(task: str, english: str, chinese: str) -> None:
    assert (names("en").task(task), names("zh").task(task)) == (english, chinese)


def test_a_suite_is_called_after_what_it_asks_and_no_two_alike() -> None:
    suite = names("en").suites()
    assert suite(("items", "6026ecfa")) == "SWE-bench Verified, agent Hands, 1,500 items · Tool"
    assert suite(("lm-eval", "aaaa0000")) == "MMLU, ARC-Easy · 5 examples in the prompt · Tool"
    assert suite(("lm-eval", "bbbb0000")) == "ARC-Easy · Tool (set-up 1 of 2)"
    assert suite(("lm-eval", "cccc0000")) == "ARC-Easy · Tool (set-up 2 of 2)"
    assert suite(("core", "1.1")) == "Core 1.1"
    assert names("zh").suites()(("items", "6026ecfa")) == "SWE-bench Verified，智能体 Hands，1,500 道题 · Tool"


def test_rows_get_names_in_place_of_ids() -> None:
    rows = pd.DataFrame(
        {"suite": ["lm-eval", "nowhere"], "suite_version": ["aaaa0000", None], "task": ["arc_easy", "x"]}
    )
    named = names("en").named(rows)
    assert named["suite"].tolist() == ["MMLU, ARC-Easy · 5 examples in the prompt · Tool", "nowhere"]
    assert named["task"].tolist() == ["ARC-Easy", "x"]

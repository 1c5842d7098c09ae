"""Findings on runs in the language shown: every sentence that the package keeps with a run is said in Chinese, with its figures."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from harness.i18n import stored_sentences
from harness.i18n.translator import Translator, messages, slug
from harness.site.evidence import run_findings

ROOT = Path(__file__).resolve().parents[2]
ZH = Translator("zh")
FIGURE = "7"
"""What stands for any value of a sentence: a figure, which is a text too."""


def _text(node: ast.AST, where: ast.AST) -> str | None:
    """The text that an expression makes, FIGURE for each value in it; None where it is made elsewhere."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(str(v.value) if isinstance(v, ast.Constant) else _set_in(v, where) for v in values)
        case ast.BinOp(left=left, right=right):
            return (_text(left, where) or FIGURE) + (_text(right, where) or FIGURE)
        case ast.IfExp(body=body):
            return _text(body, where)
        case ast.Name(id=name):
            made = (n.value for n in ast.walk(where) if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == name
                    and n.lineno < node.lineno)  # fmt: skip
            return next((text for value in [*made][::-1] if (text := _text(value, where))), None)
    return None


def _set_in(value: ast.AST, where: ast.AST) -> str:
    inner = getattr(value, "value", value)
    names = ("words", "reason", "because", "first")  # words of a sentence; any other name is a value
    if isinstance(inner, ast.Name) and inner.id in names:
        return _text(inner, where) or FIGURE
    if isinstance(inner, ast.IfExp):
        return ""
    return FIGURE


def _kept() -> Iterator[tuple[str, str]]:
    """Code and sentence of every finding that the package writes."""
    for room in ("runs/verdict", "interchange"):
        for path in (ROOT / "harness" / room).rglob("*.py"):
            for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(function, ast.FunctionDef):
                    yield from _of_function(function)


def _of_function(function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    for call in ast.walk(function):
        if not isinstance(call, ast.Call) or ast.unparse(call.func).split(".")[-1] not in ("Finding", "note"):
            continue
        code, sentence = call.args[0], _text(call.args[1], function)
        if isinstance(code, ast.Constant) and sentence:
            yield str(code.value), sentence


def _in_chinese(code: str, sentence: str) -> bool:
    return f"run_note.{slug(code)}" in messages() or bool(stored_sentences.said(ZH, "run_detail", sentence))


def test_every_sentence_of_the_package_is_said_in_chinese() -> None:
    kept = set(_kept())
    assert len(kept) >= 50
    known = {("several-values", f"Left out of 7: {FIGURE}."), ("broken-lines", "7: 7 lines were left out; 7.")}
    assert {pair for pair in kept if not _in_chinese(*pair)} <= known  # their ends are made in another function


def test_every_sentence_of_the_shipped_mappings_is_said_in_chinese() -> None:
    files = (ROOT / "harness/interchange/item_mappings").glob("*.yaml")
    specs = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]
    kept = [(v["code"], v["message"]) for spec in specs for v in spec.get("verdicts") or []]
    assert kept and [pair for pair in kept if not _in_chinese(*pair)] == []


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("Only the first 5 items of each task were scored (--limit).", "每项任务只评了前 5 题（--limit）。"),
        ("Only the first 2.5 % of items of each task were scored (--limit).", "每项任务只评了前 2.5% 的题目（--limit）。"),
        ("12 prompts in 2 tasks were longer than the model's window and lost their beginning: arc (7 of 90), gsm8k (5).",
         "2 项任务中共有 12 条提示超出模型窗口，开头被截去：arc（90 中的 7）、gsm8k (5)。"),
        ("Items are missing in arc (3 of 7), piqa (1 of 2).", "以下任务缺少题目：arc（7 中的 3）、piqa（2 中的 1）。"),
        ("Every item got the same answer in arc (always choice 0, ' A, or B', 25 items), b, c, d, e and 2 more.",
         "以下任务的所有题目都给了同一答案：arc（25 题都选第 0 项，从 0 数起：' A, or B'）、b、c、d、e 等（另有 2 项）。"),
        ("Left out of arc: acc under strict has several values (0.1, 0.2) and nothing tells them apart.",
         "arc 未计入：strict 下的 acc 有多个数值（0.1, 0.2），无从区分。"),
        ("a.jsonl: 2 lines were left out; line 3 is no sample (no doc_id).",
         "a.jsonl：略去了 2 行；第 3 行不是题目记录（没有 doc_id）。"),
        ("3 tasks of the suite were left out (a, b, c, d, e, …).", "略去了评测套件中的 3 项任务（a、b、c、d、e 等）。"),
    ],
)  # fmt: skip
def test_a_kept_sentence_keeps_its_figures(kept: str, said: str) -> None:
    assert stored_sentences.said(ZH, "run_detail", kept) == said


def test_english_says_the_sentence_that_is_kept() -> None:
    kept = "Items are missing in arc (3 of 7), piqa (1 of 2)."
    assert stored_sentences.said(Translator("en"), "run_detail", kept) == kept


def test_a_sentence_that_no_message_makes_is_none() -> None:
    assert stored_sentences.said(ZH, "run_detail", "Something of tomorrow.") is None
    assert (
        stored_sentences.said(ZH, "run_detail", "Only the first few items of each task were scored (--limit).") is None
    )


def test_english_and_kept_sentence_agree_for_every_message() -> None:
    """Each message is the one found for its own text, so no two messages make one sentence."""
    for key, texts in messages().items():
        if key.startswith("run_detail."):
            kept = re.sub(r"\{\w+\}", FIGURE, texts["en"])
            found = next(stored_sentences.matches("run_detail", kept))
            assert found[0] == key, kept


def test_the_first_finding_is_one_plain_sentence() -> None:
    verdict = json.dumps([{"code": "limit", "message": "Only the first 5 items of each task were scored (--limit)."}])
    assert run_findings.first(ZH, verdict) == "每项任务只评了前 5 题（--limit）。"
    assert run_findings.first(ZH, json.dumps([{"code": "no-items", "message": "x"}])).startswith("只有总分")
    assert run_findings.first(ZH, "[]") == run_findings.first(ZH, None) == "–"

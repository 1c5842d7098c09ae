"""Findings on texts, prompts and choices that the model's tokens do not spell."""

from __future__ import annotations

from collections.abc import Mapping

from harness.runs.prompts.lost_text import Lost, LostText, beyond
from harness.runs.verdict.finding import Finding, listed

TRACE = 0.001
"""A share of characters that moves bits per byte less than their standard error, and of items that moves no accuracy."""


def findings(lost: Mapping[str, LostText]) -> list[Finding]:
    """Of texts a loss beyond a trace makes bits per byte incomparable; of prompts it is the model's own weakness, and noted."""
    return [*_texts(lost), *_prompts(lost), *_choices(lost)]


def _texts(lost: Mapping[str, LostText]) -> list[Finding]:
    found, tasks = [], beyond(lost, "texts", 0)
    if much := [_characters(task, one) for task, one in tasks if one.share > TRACE]:
        text = f"The tokenizer drops or changes characters of texts, whose bytes count without their cost: {listed(much)}. These bits per byte compare with no other model's."
        found.append(Finding("text-lost", text, True))
    if trace := [_characters(task, one) for task, one in tasks if one.share <= TRACE]:
        text = f"The tokenizer drops or changes a trace of the texts' characters: {listed(trace)}."
        found.append(Finding("text-trace-lost", text, False))
    return found


def _prompts(lost: Mapping[str, LostText]) -> list[Finding]:
    found = []
    if tasks := [_characters(task, one) for task, one in beyond(lost, "prompts", TRACE)]:
        text = f"The tokenizer drops or changes characters of prompts (counted in a sample), which the model does not see: {listed(tasks)}."
        found.append(Finding("prompt-text-lost", text, False))
    if tasks := [_characters(task, one) for task, one in beyond(lost, "choices", TRACE)]:
        text = f"The tokenizer drops or changes characters of choices (counted in a sample), which the model does not see: {listed(tasks)}."
        found.append(Finding("choice-text-lost", text, False))
    return found


def _choices(lost: Mapping[str, LostText]) -> list[Finding]:
    tasks = beyond(lost, "alike", 0)
    if not tasks:
        return []
    named = listed([f"{task} ({one.lost:,} of {one.all:,} items)" for task, one in tasks])
    text = f"Different choices have the same tokens, so that the model cannot tell them apart: {named}."
    return [Finding("choices-alike", text, tasks[0][1].share > TRACE)]


def _characters(task: str, one: Lost) -> str:
    return f"{task} ({one.lost:,} of {one.all:,} characters)"

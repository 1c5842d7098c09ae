"""Notes of facts in the language shown."""

from __future__ import annotations

import csv
import re

import pytest

from harness import places
from harness.i18n.translator import Translator, messages
from harness.site.evidence import fact_notes

ZH, EN = Translator("zh"), Translator("en")


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("year 2025; confidence high", "2025 年；可信度高"),
        ("BloombergGPT; confident; amortised, USD of 2023", "BloombergGPT；估计较准；按摊销计，2023 年美元"),
        ("language, multimodal, vision and speech models in the snapshot", "快照中的语言、多模态、视觉和语音模型"),
        ("third quarter of fiscal 2026; confidence medium", "2026 财年第三季度；可信度中"),
        ("series H", "H 轮"),
        ("series E at about 230 billion; confidence medium", "series E at about 230 billion；可信度中"),
        ("12.52 % of the shares at listing", "上市时持股 12.52%"),
        ("founded in the north, early 2026", "founded in the north, early 2026"),
        ("for instance Nova 2 Lite", "例如 Nova 2 Lite"),
        ("ERNIE 3.0 Titan", "ERNIE 3.0 Titan"),
    ],
)
def test_a_note_is_said_part_by_part(note: str, said: str) -> None:
    assert fact_notes.told(ZH, note) == said
    assert fact_notes.told(EN, note) == note


@pytest.mark.parametrize("missing", [None, float("nan"), "", " "])
def test_no_note_is_none(missing: object) -> None:
    assert fact_notes.told(ZH, missing) is None


def test_each_message_is_the_one_found_for_its_own_text() -> None:
    for key, texts in messages().items():
        if key.startswith("fact_note."):
            filled = {"n": "7", "letter": "D", "text": "Xyz"}
            assert fact_notes.told(ZH, texts["en"].format(**filled)) == texts["zh"].format(**filled), key


def test_most_notes_of_the_catalog_have_no_english_sentence_in_chinese() -> None:
    prose = re.compile(r"\b[a-z]{3,} [a-z]{2,}")
    notes = []
    for name in ("facts", "relations"):
        with (places.asset("data/catalog") / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            notes += [row["note"] for row in csv.DictReader(file) if row["note"]]
    left = [note for note in notes if prose.search(str(fact_notes.told(ZH, note)))]
    assert len(left) < 0.25 * len(notes)

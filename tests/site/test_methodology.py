"""The Methodology page: every question leads to a chapter and a page that exist; one chapter of formulas at a time."""

from __future__ import annotations

from pathlib import Path

from harness import places
from harness.site.methodology import document
from harness.site.methodology.questions import QUESTIONS
from harness.site.server.navigation import page_entries
from tests.site.conftest import Open, texts

DOCUMENT = places.asset("docs/methodology.md").read_text(encoding="utf-8")


def test_each_question_has_its_chapter_and_page() -> None:
    _, chapters = document.chapters(DOCUMENT)
    pages = {entry.name for entry in page_entries(places.asset("pages"))}
    for question in QUESTIONS:
        assert question.chapter in chapters and question.page in pages, question.key
    assert len({question.key for question in QUESTIONS}) == len(QUESTIONS)


def test_chapters_keep_every_word_of_the_document() -> None:
    lead, chapters = document.chapters("# Title\n\nBefore.\n\n## One\nText\n$$a\n= b$$\n\n## Two (of 2)\nEnd\n")
    assert lead.strip() == "Before." and list(chapters) == ["One", "Two (of 2)"]
    assert "\n$$\na\n= b\n$$\n" in chapters["One"] and chapters["Two (of 2)"].strip() == "End"
    assert document.anchor("Two (of 2)") == "two-of-2"
    _, whole = document.chapters(DOCUMENT)
    heads = [line[3:].strip() for line in DOCUMENT.splitlines() if line.startswith("## ")]
    assert list(whole) == heads


def test_questions_come_first_and_a_chapter_stands_alone(site: Open, filled: Path) -> None:
    opened = site(filled, "methodology")
    page = texts(opened)
    assert not opened.exception and "How sure is a rank?" in page and "harness.analysis" not in page
    opened.selectbox(key="chapter").set_value("ranks").run()
    page = texts(opened)
    assert "harness.analysis.statistics.ranking.ranking" in page and "harness.analysis.cost" not in page

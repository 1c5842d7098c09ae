"""On every page: what a link holds belongs to no language, and opens the same choices in the other one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.site.widgets import address, codes
from harness.site.widgets.tables import screen
from tests.site.conftest import PAGES, Open

VIEWS = ("market", "releases", "money", "chain", "segments", "afford", "profile", "against", "claims", "gaps")
COST_PARTS = ("value", "tasks", "prices", "history", "providers", "own")
CAPABILITY: list[dict[str, str]] = [
    {}, {"tab": "trends"}, {"tab": "trends", "trend": "lines"}, {"tab": "trends", "trend": "size"}, {"tab": "models"},
    {"tab": "models", "model_view": "domains"}, {"tab": "models", "model_view": "expected"}, {"tab": "firm"},
    {"tab": "benchmark"}, {"tab": "runs"}, {"tab": "runs", "origin": "imported"}, {"tab": "unplaced"},
]  # fmt: skip
STARTS: dict[str, list[dict[str, str]]] = {
    "companies": [{"view": view} for view in VIEWS],
    "capability": CAPABILITY,
    "cost": [{"part": part} for part in COST_PARTS],
}
"""Where a page hides controls behind a choice, the choices that it is opened with."""
CASES = [(page, start) for page in PAGES for start in STARTS.get(page, [{}])]
QUICK = ({"view": "claims"}, {"tab": "runs"}, {"tab": "trends"}, {"part": "own"})
CASE = [
    pytest.param(page, start, id="-".join([page, *start.values()]), marks=() if start in QUICK else pytest.mark.slow)
    for page, start in CASES
]


Options = dict[str, dict[str, Any]]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Options:
    """Options by their codes of every control drawn since it was last cleared, by the control's key; {} for other kinds."""
    controls: Options = {}
    known: dict[str, Any] = {}
    own_codes, own_restore = codes.codes, address.restore

    def coded(options: Sequence[Any], code: Callable[[Any], str] = codes.code) -> dict[str, Any]:
        known.update(found := own_codes(options, code))
        assert len(found) == len(set(options)), "every option has a code of its own"
        return found

    def restored(key: str, *arguments: Any, **named: Any) -> None:
        controls[key] = dict(known)
        known.clear()
        own_restore(key, *arguments, **named)

    monkeypatch.setattr(codes, "codes", coded)
    monkeypatch.setattr(address, "restore", restored)
    monkeypatch.setattr(
        screen, "window", lambda: 280
    )  # where tables have their switch for all columns in every language
    return controls


@pytest.mark.parametrize(("page", "start"), CASE)
def test_codes_are_the_same_in_both_languages(
    site: Open, filled: Path, drawn: Options, page: str, start: dict[str, str]
) -> None:
    assert not site(filled, page, lang="en", **start).exception
    english = {key: set(known) for key, known in drawn.items()}
    drawn.clear()
    assert not site(filled, page, lang="zh", **start).exception
    assert {key: set(known) for key, known in drawn.items()} == english


def other_value(held: Any, known: dict[str, Any]) -> Any:
    """Another value of a control that has the value ``held``."""
    if known:
        last = list(known.values())[-1]
        return [last] if isinstance(held, list) else last
    if isinstance(held, list):
        return held  # pins: a list of models of which no control offers the choice (tests/site/test_pins.py)
    if isinstance(held, bool):
        return not held
    return "2" if isinstance(held, str) else type(held)(max(held - 1, 0)) or held


@pytest.mark.parametrize(("page", "start"), CASE)
def test_a_copied_link_opens_the_same_choices_in_the_other_language(
    site: Open, filled: Path, drawn: Options, page: str, start: dict[str, str]
) -> None:
    at = site(filled, page, lang="en", **start)
    for key in [key for key in drawn if key not in start and key != "lang" and not key.startswith("table_")]:
        if key in drawn:  # else a choice before it has taken it away
            at.session_state[key] = other_value(at.session_state[key], drawn[key])
            drawn.clear()
            at.run()
            assert not at.exception and not at.error, key
    chosen = {key: at.session_state[key] for key in drawn if key != "lang"}
    copied = {**at.query_params, "lang": "zh"}
    drawn.clear()
    other = site(filled, page, **copied)
    assert {key: other.session_state[key] for key in drawn if key != "lang"} == chosen
    assert (other.query_params, other.session_state["lang"]) == (copied, "zh")


def test_a_page_reached_without_choices_keeps_the_earlier_ones_and_a_link_with_choices_is_the_whole_truth(
    site: Open, filled: Path
) -> None:
    at = site(filled, "companies", view="market", segment=["startup"])
    assert at.session_state["segment"] == ["startup"]

    def follow(page: str, **choices: str) -> dict[str, Any]:
        at.query_params.clear()
        at.query_params.update(choices)
        at.switch_page(f"pages/{page}.py").run()
        return dict(at.query_params)

    assert follow("methodology") == {"lang": "en"}
    assert follow("companies") == {"lang": "en", "segment": "startup"}
    follow("methodology")
    assert follow("companies", size="models") == {"lang": "en", "size": "models"}
    assert at.session_state["segment"] == []

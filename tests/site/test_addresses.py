"""Choices stand in the URL by codes of no language, and a link opens what it was copied from."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from harness.site.widgets import codes


def controls_of_every_kind() -> None:
    """A page with one control of each kind, whose names change with the language."""
    import streamlit as st

    from harness.i18n.translator import Translator
    from harness.site.widgets import address, controls

    st.session_state.setdefault("lang", st.query_params.get("lang", "en"))
    say = Translator(st.session_state["lang"])
    address.arrive("page")
    controls.segmented("view", ["market", "claims"], "view", lambda v: say(f"companies.{v}"))
    controls.select("measure", [("gsm8k", "1.0"), ("mmlu pro", "2.0"), ("mmlu pro", "2.1")], "suite", " ".join)
    controls.multiselect(
        "segment", ["big-tech", "startup", "lab"], "segment", lambda s: say.known("segment", s), most=2
    )
    controls.slider("ratio", 0.0, 20.0, 3.0, 0.5, "ratio")
    controls.slider("least", 2, 8, 5, 1, "least")
    controls.toggle("wrong", "wrong")
    controls.text("words", "words", "")
    controls.number("value", 2.5, "value")
    controls.integer("few", 0, 10, 2, "few")
    if st.session_state["view"] == "claims":
        controls.select("claim", ["a", "b"], "claim")
    address.leave()


CHOSEN: dict[str, Any] = {
    "view": "claims", "suite": ("mmlu pro", "2.1"), "segment": ["lab", "startup"], "ratio": 4.5, "least": 7, "wrong": True,
    "words": "two words & 中", "value": -0.125, "few": 9,
}  # fmt: skip
WRITTEN = {
    "view": ["claims"], "suite": ["mmlu-pro-2.1"], "segment": ["lab", "startup"], "ratio": ["4.5"], "least": ["7"],
    "wrong": ["true"], "words": ["two words & 中"], "value": ["-0.125"], "few": ["9"],
}  # fmt: skip


def opened(**asked: str | list[str]) -> AppTest:
    at = AppTest.from_function(controls_of_every_kind)
    at.query_params.update(asked)
    return at.run()


def shown(at: AppTest) -> dict[str, list[str]]:
    """The choices in the URL."""
    return {k: v if isinstance(v, list) else [v] for k, v in at.query_params.items() if k != "lang"}


def test_what_is_chosen_at_first_does_not_stand_in_the_url() -> None:
    at = opened()
    assert not at.exception and shown(at) == {}


@pytest.mark.parametrize("key", CHOSEN)
def test_a_choice_stands_in_the_url_and_leaves_it_again(key: str) -> None:
    at = opened()
    first = at.session_state[key]
    at.get_by_key(key).set_value(CHOSEN[key])
    assert shown(at.run()) == {key: WRITTEN[key]}
    at.get_by_key(key).set_value(first)
    assert shown(at.run()) == {}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_link_opens_its_choices_in_either_language(lang: str) -> None:
    at = opened(lang=lang, **WRITTEN)
    assert {key: at.session_state[key] for key in CHOSEN} == CHOSEN and not at.exception
    assert shown(at) == WRITTEN


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "asked",
    [
        {"view": "Claims", "segment": ["Big tech", "Lab"]},
        {"view": "观点验证", "segment": ["大型科技公司", "研究机构"]},
        {"view": "CLAIMS", "segment": ["Big-Tech", "LAB"]},
    ],
)
def test_names_in_old_links_become_codes(lang: str, asked: dict[str, Any]) -> None:
    at = opened(lang=lang, **asked)
    assert shown(at) == {"view": ["claims"], "segment": ["big-tech", "lab"]}


@pytest.mark.parametrize("wrong", ["", "nonsense", "-1e400", "nan", "99", "<b>", "中"])
def test_a_wrong_value_falls_to_the_first_choice(wrong: str) -> None:
    at = opened(**dict.fromkeys([k for k in CHOSEN if k != "words"], wrong))
    assert not at.exception
    assert at.session_state["view"] == "market" and at.session_state["segment"] == []
    assert 0 <= at.session_state["ratio"] <= 20 and 0 <= at.session_state["few"] <= 10
    assert not {"view", "suite", "segment", "wrong"} & set(at.query_params)


def test_more_choices_than_may_be_are_cut() -> None:
    at = opened(segment=["lab", "nobody", "startup", "lab", "big-tech"])
    assert at.session_state["segment"] == ["lab", "startup"] and not at.exception


def test_the_choice_of_a_control_that_has_gone_leaves_the_url_and_comes_back_with_it() -> None:
    at = opened(view="claims", claim="b", utm_source="mail")
    assert shown(at) == {"view": ["claims"], "claim": ["b"]}
    at.get_by_key("view").set_value("market")
    assert shown(at.run()) == {}
    at.get_by_key("view").set_value("claims")
    assert shown(at.run()) == {"view": ["claims"], "claim": ["b"]}


def test_a_link_within_the_page_decides() -> None:
    at = opened(view="claims", claim="b", ratio="4.5")
    at.query_params.clear()
    at.query_params["view"] = "claims"
    at.run()
    assert at.session_state["claim"] == "a" and at.session_state["ratio"] == 3.0
    assert shown(at) == {"view": ["claims"]}


def test_a_browser_one_step_behind_does_not_undo_a_choice() -> None:
    at = opened()
    at.get_by_key("ratio").set_value(4.5)
    at.run()
    at.query_params.clear()  # what the browser sends while it has not yet taken up the new URL
    at.get_by_key("few").set_value(9)
    at.run()
    assert shown(at) == {"ratio": ["4.5"], "few": ["9"]}


def test_codes_are_ids_or_words_and_never_shared() -> None:
    assert codes.code("US") == "US" and codes.code("Claude Opus 4.7") == "claude-opus-4.7"
    assert codes.code(("core-en", "1.0")) == "core-en-1.0" and codes.code(1e6) == "1000000"
    assert codes.codes(["a b", "a-b", "A b", "c d", ""]) == {
        "a b": "a b",
        "a-b": "a-b",
        "A b": "A b",
        "c-d": "c d",
        "none": "",
    }

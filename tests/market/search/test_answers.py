"""What a typed text finds, on a hand-made list and on the shipped catalog."""

from __future__ import annotations

import pytest

from harness import places
from harness.market.search.answers import BEGINS, MAKER, SPELT, WHOLE, WORDS, answers, short_list
from harness.market.search.entries import Entry, entries, letters, words
from harness.store.reader import Reader
from harness.store.rebuild import rebuild


def thing(kind: str, id: str, *names: str, maker: str | None = None, weight: float = 0.0) -> Entry:
    return Entry(kind, id, names[0], None, maker, weight, tuple(map(letters, names)), tuple(map(words, names)))


KNOWN = (
    thing("vendor", "acme", "Acme Labs", "星智", "wisp"),
    thing("model", "wisp-5", "Wisp-5", maker="acme", weight=1),
    thing("model", "wisp-5-1", "Wisp 5.1 Pro", maker="acme", weight=3),
    thing("model", "wisp-54", "Wisp 54", maker="acme", weight=2),
    thing("model", "old", "Old Oak", "wisp", maker="other"),
    thing("benchmark", "b", "Grid-bench (Wisp agent)"),
    thing("run", "7B", "7B"),
)


def ids(typed: str) -> list[str]:
    return [a.entry.id for a in answers(KNOWN, typed)]


def test_the_whole_name_comes_first_then_what_begins_with_it_the_newest_first() -> None:
    assert ids("wisp 5") == ["wisp-5", "wisp-5-1", "wisp-54"]
    assert [a.fit for a in answers(KNOWN, "WISP-5")] == [WHOLE, BEGINS, BEGINS]


def test_a_brand_finds_its_maker_and_what_is_called_so_before_what_has_an_alias() -> None:
    assert ids("wisp")[0] == "acme"
    assert "b" not in ids("wisp"), "a benchmark that merely holds the word is no answer beside a whole name"


def test_a_name_in_another_script_finds_the_makers_models_too() -> None:
    found = answers(KNOWN, "星智")
    assert [(a.entry.id, a.fit) for a in found] == [
        ("acme", WHOLE),
        ("wisp-5-1", MAKER),
        ("wisp-54", MAKER),
        ("wisp-5", MAKER),
    ]


ALIASED = (
    thing("vendor", "acme", "Acme"),
    thing("model", "wisp-3", "Wisp 3", "acme/wisp-3", maker="acme", weight=3),
    thing("model", "elf-1", "Elf 1", "acme/elf-1", maker="acme", weight=1),
    thing("model", "wisp-4", "Wisp 4", maker="acme", weight=4),
    thing("model", "elf-2", "Elf 2", maker="acme", weight=5),
    thing("model", "pacmek", "Pacmek", maker="other", weight=9),
)


@pytest.mark.parametrize("typed", ["acme", "acm"])
def test_of_a_makers_products_the_newest_comes_first_whichever_has_an_alias_with_its_name(typed: str) -> None:
    found = [a.entry.id for a in answers(ALIASED, typed)]
    assert found == ["acme", "elf-2", "wisp-4", "wisp-3", "elf-1", "pacmek"]


def test_after_a_makers_name_its_products_are_sought_by_their_own() -> None:
    assert [a.entry.id for a in answers(ALIASED, "Acme Wisp")] == ["wisp-4", "wisp-3"]
    assert [(a.entry.id, a.fit) for a in answers(ALIASED, "Acme Elf 2")] == [("elf-2", WHOLE)]


def test_words_fit_in_any_order_and_a_number_means_itself() -> None:
    assert [(a.entry.id, a.fit) for a in answers(KNOWN, "pro wisp")] == [("wisp-5-1", WORDS)]
    assert ids("oak 5") == [], "5 is no part of a name without it"


def test_a_misspelt_name_finds_what_is_spelt_most_like_it() -> None:
    found = answers(KNOWN, "acmme labs")
    assert (found[0].entry.id, found[0].fit) == ("acme", SPELT)


@pytest.mark.parametrize("typed", ["", "  ", "-", "？！"])
def test_signs_alone_find_nothing(typed: str) -> None:
    assert answers(KNOWN, typed) == []


def test_full_width_signs_are_as_others() -> None:
    assert ids("Ｗｉｓｐ－５")[0] == "wisp-5"


def test_a_list_holds_a_few_of_each_kind() -> None:
    many = [thing("model", f"m{i}", f"Thing {i}", weight=i) for i in range(30)] + [thing("run", "thing-x", "thing-x")]
    assert [a.entry.id for a in short_list(many, "thing")] == ["m29", "m28", "m27", "m26", "m25", "m24"]
    assert [a.entry.id for a in short_list(many, "thing-x")] == ["thing-x"]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Entry, ...]:
    folder = tmp_path_factory.mktemp("shipped")
    nothing = folder / "none"
    nothing.mkdir()
    rebuild(folder / "land.duckdb", places.catalog(), nothing, nothing, nothing)
    return entries(Reader(folder / "land.duckdb"))


@pytest.mark.parametrize(
    ("typed", "kind", "first"),
    [
        ("智谱", "vendor", "zhipu"),
        ("Z.ai", "vendor", "zhipu"),
        ("GLM-5", "model", "glm-5"),
        ("gpt 5", "model", "gpt-5"),
        ("Claude", "vendor", "anthropic"),
        ("通义千问", "vendor", "alibaba"),
        ("claude opus 4.5", "model", "claude-opus-4-5"),
        ("深度求索", "vendor", "deepseek"),
        ("depseek", "vendor", "deepseek"),
    ],
)
def test_people_find_what_they_mean(shipped: tuple[Entry, ...], typed: str, kind: str, first: str) -> None:
    found = short_list(shipped, typed)
    assert (found[0].entry.kind, found[0].entry.id) == (kind, first)


def test_swe_bench_finds_benchmarks_alone(shipped: tuple[Entry, ...]) -> None:
    found = short_list(shipped, "swe-bench")
    assert {a.entry.kind for a in found} == {"benchmark"} and all("SWE-bench" in a.entry.en for a in found)


def test_a_makers_name_brings_its_newest_models(shipped: tuple[Entry, ...]) -> None:
    own = sorted((e for e in shipped if e.maker == "openai"), key=lambda e: -e.weight)
    found = [a.entry for a in short_list(shipped, "openai") if a.entry.kind == "model"]
    assert len(found) == 6 and [e.weight for e in found] == [e.weight for e in own[:6]]


def test_a_brand_brings_its_models(shipped: tuple[Entry, ...]) -> None:
    assert sum(a.entry.en.startswith("Qwen") for a in short_list(shipped, "通义千问")) >= 5

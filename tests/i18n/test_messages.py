"""The catalogue of messages: complete in both languages, used, and nothing said outside it."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.i18n.translator import LANGUAGES, Translator, messages, preferred, read_languages

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")), *sorted((ROOT / "harness/site").rglob("*.py")),
           *sorted((ROOT / "harness/charts").rglob("*.py")), ROOT / "harness/market/names_of_tasks.py"]  # fmt: skip
REPORTS = sorted((ROOT / "harness/reports").rglob("*.py"))
# Families whose last part comes from data or from a list of choices.
FAMILIES = (
    "country.",
    "city.",
    "segment.",
    "kind.",
    "condition.",
    "origin.",
    "weights.",
    "only.",
    "feeds.",
    "dimension.",
    "fact.",
    "fact_value.",
    "memo.money_",
    "valuation.",
    "relation.",
    "stage.",
    "choice.",
    "topic.",
    "front.",
    "modality.",
    "claim_verdict.",
    "input_origin.",
    "spelt.",
    "afford_class.",
    "level.",
    "language.",
    "nav.",
    "col.",
    "section.",
    "lead.",
    "method.",
    "measure.",
    "size.",
    "licence.",
    "unit.",
    "effort.",
    "tier.",
    "provider_kind.",
    "gap.",
    "run_finding.",
    "run_note.",
    "run_detail.",
    "run_part.",
    "fact_note.",
    "metric_name.",
)
HAN = re.compile(r"[\u4e00-\u9fff]")
# The same in both languages: abbreviations and units.
SAME = {
    "value.at",
    "own.terms_serverless",
    "decide.model_of",
    "first.alike_market",
    "sure.lacks",
    "sure.vendor_and_model",
    "buyer.plus",
    "evidence.name_fact",
    "evidence.name_relation",
    "evidence.tied",
    "against.between",
    "vendor.figure_of",
    "vendor.place_on",
    "vendor.points",
    "vendor.price_of",
    "vendor.rank_of",
    "vendor.sized",
    "language.tag",
    "companies.dimension_covered",
    "common.csv",
    "common.labelled",
    "claims.counts",
    "claims.legend",
    "against.with",
    "chain.placed",
    "positions.input_and_score",
    "claims.effect_of",
    "cost.gpu",
    "file.join",
    "memo.comma",
    "memo.between",
    "memo.small",
    "memo.behind",
    "memo.who",
    "place.and",
    "suite.and",
    "place.rank",
    "common.stop",
    "prices.story",
    "prices.months",
    "tasks.effort_of",
    "likeness.answer",
    "likeness.plus_minus",
    "search.of_model",
}
# Texts between two others: their blanks count.
JOINERS = {
    "buyer.plus",
    "buyer.span",
    "common.stop",
    "against.between",
    "file.join",
    "memo.between",
    "memo.comma",
    "place.and",
    "suite.and",
}
# Chosen by what the data say, from a fixed set of endings.
MADE_UP = {
    "place.strength",
    "place.weakness",
    "file.about",
    "file.about_sheets",
    "file.about_verify",
}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(messages()))
def test_message_is_complete_in_both_languages(key: str) -> None:
    texts = messages()[key]
    assert set(texts) == set(LANGUAGES)
    assert all(text and (text.strip() == text or key in JOINERS) for text in texts.values())
    assert places(texts["en"]) == places(texts["zh"]) or key.endswith("_one")
    assert HAN.search(texts["zh"]) or key in SAME, "not translated"
    assert not HAN.search(texts["en"])


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _said(path: Path) -> Iterator[tuple[str, bool]]:
    """Keys given to a translator: literal, or the fixed beginning of a made one."""
    for call in _calls(ast.parse(path.read_text(encoding="utf-8"))):
        name = ast.unparse(call.func)
        if name not in ("say", "view.say", "seen.say", "self.say") or not call.args:
            continue
        for node in ast.walk(call.args[0]):
            if isinstance(node, ast.JoinedStr):
                head = node.values[0]
                yield (str(head.value) if isinstance(head, ast.Constant) else ""), False
                break
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
                yield node.value, not node.value.endswith(("_", "."))


def test_every_key_used_exists() -> None:
    missing = {
        (path.name, key)
        for path in SOURCES
        for key, whole in _said(path)
        if (whole and key not in messages()) or (not whole and not any(k.startswith(key) for k in messages()))
    }
    assert not missing


def test_every_message_is_used() -> None:
    used = {key for path in SOURCES for key, whole in _said(path) if whole}
    used |= {node.value for path in REPORTS for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.Constant) and isinstance(node.value, str)}  # fmt: skip
    begun = {key for path in SOURCES for key, whole in _said(path) if not whole and key}
    idle = {
        key
        for key in messages()
        if key not in used
        and key.removesuffix("_one") not in used
        and not key.startswith((*begun, *FAMILIES))
        and not key.endswith((".title", ".question"))
    }
    assert idle <= MADE_UP


SHOWS = {"title", "header", "subheader", "caption", "info", "warning", "error", "success", "markdown", "metric", "selectbox",
         "multiselect", "segmented_control", "toggle", "slider", "text_input", "number_input", "download_button", "page_link",
         "badge", "expander", "button"}  # fmt: skip
LETTERS = re.compile(r"[A-Za-z]{3,}|[\u4e00-\u9fff]")
# The switch of languages names itself in both.
EXEMPT = {"Language · 语言"}


def test_no_page_shows_a_text_of_its_own() -> None:
    found = []
    for path in SOURCES:
        for call in _calls(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call.func, ast.Attribute) or call.func.attr not in SHOWS or not call.args:
                continue
            if (
                isinstance(call.func.value, ast.Name) and call.func.value.id == "_log"
            ):  # the server's log is for operators
                continue
            first = call.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                plain = re.sub(r":material/\w+:", "", first.value)
                if LETTERS.search(plain) and first.value not in EXEMPT:
                    found.append(f"{path.name}:{first.lineno} {first.value}")
    assert not found


def test_singular_is_chosen_for_one() -> None:
    say = Translator("en")
    assert say("companies.all", n=1) == "1 vendor"
    assert say("companies.all", n=2) == "2 vendors"


def test_chinese_falls_back_on_nothing() -> None:
    assert Translator("zh")("overview.title") == "概览"


def test_a_name_from_data_stays_where_no_message_knows_it() -> None:
    assert Translator("zh").known("country", "US") == "美国"
    assert Translator("zh").known("segment", "big-tech") == "大型科技公司"
    assert Translator("zh").known("country", "XX") == "XX"


def test_a_thing_is_called_by_its_name_in_the_language_shown() -> None:
    assert Translator("zh").name("Alibaba", "阿里巴巴") == "阿里巴巴"
    assert Translator("zh").name("Cohere", None) == "Cohere"
    assert Translator("en").name("Alibaba", "阿里巴巴") == "Alibaba"


@pytest.mark.parametrize(
    ("key", "values", "said"),
    [
        ("vendor.year", {"vendor": "OpenAI", "n": 3}, "OpenAI 近十二个月发布 3 款"),
        ("vendor.year", {"vendor": "阿里巴巴", "n": 3}, "阿里巴巴近十二个月发布 3 款"),
        (
            "tasks.alone",
            {"model": "Opus（最高）", "cost": r"\$5", "n": 7, "all": 30},
            r"在已有排名且成本已知的 30 个模型中，Opus（最高）最强，每项任务 \$5；其中 7 个位于前沿",
        ),
        ("search.nothing", {"typed": "a b"}, "没有找到“a b”，可以只输入名称的一部分。"),
        ("buyer.span", {"low": 1, "high": 5}, "（1 至 5）"),
    ],
)
def test_values_are_set_into_chinese_as_people_set_them(key: str, values: dict[str, object], said: str) -> None:
    assert Translator("zh")(key, **values) == said


def test_an_unknown_key_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        Translator()("no.such_message")


def test_a_language_is_one_file_and_english_stands_in(tmp_path: Path) -> None:
    (tmp_path / "en.toml").write_text('[language]\nname = "English"\n[a]\nb = "one"\nc = "two"\n', encoding="utf-8")
    (tmp_path / "de.toml").write_text('[language]\nname = "Deutsch"\n[a]\nb = "eins"\n', encoding="utf-8")
    assert list(read_languages(tmp_path)) == ["en", "de"]
    assert messages(tmp_path)["a.b"] == {"en": "one", "de": "eins"}
    assert messages(tmp_path)["a.c"] == {"en": "two"}


@pytest.mark.parametrize(("locale", "code"), [("zh-CN", "zh"), ("en-GB", "en"), ("xx", "en"), (None, "en")])
def test_a_browser_gets_its_language_or_english(locale: str | None, code: str) -> None:
    assert preferred(locale) == code


def test_per_cent_is_written_in_one_way() -> None:
    """Without a space, in every language: 95%."""
    apart = re.compile(r"[\d}][ \u00a0\u202f][%％]|％")
    assert [key for key, texts in messages().items() for text in texts.values() if apart.search(text)] == []


def test_per_cent_is_written_in_one_way_where_code_prints_it() -> None:
    """No piece of text of the package that ends a number and begins with a space and a per cent sign."""
    package = ROOT / "harness"
    found = []
    for path in sorted(package.rglob("*.py")):
        if path.is_relative_to(package / "catalog" / "importers"):
            continue  # they write the catalog, which quotes its sources
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.search(r"(^|\d) %(?!\w)| %%$", node.value)
            ):
                found.append(f"{path.relative_to(package)}:{node.lineno}")
    assert found == []

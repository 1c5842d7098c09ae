"""Chinese texts: one word for one thing, and the punctuation of Chinese."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

import pytest

from harness.i18n.glossary.terms import terms
from harness.i18n.translator import messages

PACKAGE = Path(__file__).resolve().parents[2] / "harness"
AVOIDED = {
    "正确率": "准确率",
    "思考强度": "推理强度",
    "思考档位": "推理强度",
    "推理力度": "推理强度",
    "推理努力": "推理强度",
    "大厂": "大型科技公司",
    "创业公司": "初创公司",
    "初创企业": "初创公司",
    "供应商": "厂商",
    "提供商": "服务商",
    "云平台": "云厂商",
    "测试集": "评测套件",
    "测试套件": "评测套件",
    "公开分数": "公开成绩",
    "报告值": "公开成绩",
    "标尺": "综合能力量表",
    "能力值": "综合能力分",
    "误差界限": "误差范围",
    "误差边际": "误差范围",
    "机会水平": "随机水平",
    "偶然水平": "随机水平",
    "运气": "偶然",
    "价值链": "产业链",
    "令牌": "词元",
    "深度求索": "DeepSeek",
}
"""Words that Chinese texts avoid, each with the one that they use."""
NEVER = {
    "suite": re.compile("(?<!评测)套件"),
    "token": re.compile(r"(?<![\w{])tokens?(?![\w}])", re.ASCII | re.IGNORECASE),
    "half-width mark after Chinese": re.compile(r"[\u4e00-\u9fff][,:?!()]|[()][\u4e00-\u9fff]"),
    "half-width stop after Chinese": re.compile(r"[\u4e00-\u9fff]\.(?:\s|$)"),
    "space between Chinese signs": re.compile(r"[\u4e00-\u9fff] +[\u4e00-\u9fff（）]|[（，。；：] +\S"),
    "Latin without a space": re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9%][\u4e00-\u9fff]"),
    "two spaces": re.compile(r"\S {2,}\S"),
    "corner brackets": re.compile("[「」『』]"),
    "straight quotes": re.compile(r"[\u4e00-\u9fff]\"|\"[\u4e00-\u9fff]"),
}
"""Marks of a text that nobody who writes Chinese would leave."""


def _in_table(table: object, place: str) -> Iterator[tuple[str, str]]:
    """Chinese texts of a file that has both languages side by side (``{ en = …, zh = … }``), by their place in it."""
    if isinstance(table, dict) and isinstance(table.get("zh"), str) and isinstance(table.get("en"), str):
        yield place, table["zh"]
    entries = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    for key, value in entries:
        yield from _in_table(value, f"{place}.{key}")


@lru_cache(maxsize=1)
def _chinese() -> Mapping[str, str]:
    """Every Chinese text that the package's own files hold, by its place: messages, glossary, inputs, claims, tasks."""
    texts = {key: said["zh"] for key, said in messages().items()}
    texts |= {f"glossary {term.key}": f"{term.names['zh']}：{term.meanings['zh']}" for term in terms()}
    for path in PACKAGE.rglob("*.toml"):
        texts |= dict(_in_table(tomllib.loads(path.read_text(encoding="utf-8")), path.stem))
    return texts


def test_texts_beside_the_messages_are_read_too() -> None:
    assert {place.partition(".")[0] for place in _chinese()} >= {"inputs", "claims", "measures", "families"}


@pytest.mark.parametrize("avoided", AVOIDED)
def test_one_thing_has_one_word(avoided: str) -> None:
    assert [key for key, text in _chinese().items() if avoided in text] == [], f"say {AVOIDED[avoided]}"


@pytest.mark.parametrize("mark", NEVER)
def test_texts_are_set_as_chinese_is(mark: str) -> None:
    assert [key for key, text in _chinese().items() if NEVER[mark].search(text)] == []


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("suite", "本套件"),
        ("token", "每百万 token"),
        ("half-width mark after Chinese", "价格(美元)"),
        ("half-width stop after Chinese", "没有。没有."),
        ("space between Chinese signs", "每百万词元 输入"),
        ("Latin without a space", "共3个"),
        ("two spaces", "GPU  报价"),
        ("corner brackets", "「能力」"),
        ("straight quotes", '"能力"页'),
    ],
)
def test_a_slip_is_seen(mark: str, text: str) -> None:
    assert NEVER[mark].search(text)

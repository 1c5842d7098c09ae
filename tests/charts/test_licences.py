"""Licences, modalities and powers of ten as people write them."""

from __future__ import annotations

import pytest

from harness.charts.licences import spelt
from harness.charts.text import modalities, powers
from harness.i18n.translator import Translator


@pytest.mark.parametrize(
    ("id", "en", "zh"),
    [
        ("mit", "MIT", "MIT"),
        ("apache-2.0", "Apache-2.0", "Apache-2.0"),
        ("Apache-2.0", "Apache-2.0", "Apache-2.0"),
        ("cc-by-nc-4.0", "CC-BY-NC-4.0", "CC-BY-NC-4.0"),
        ("llama3.1", "Llama 3.1 community", "Llama 3.1 社区许可"),
        ("house-rules", "house-rules", "house-rules"),
        (None, None, None),
        (float("nan"), None, None),
    ],
)
def test_a_licence_has_its_name_of_the_spdx_list_or_its_makers_name(id: object, en: str | None, zh: str | None) -> None:
    assert (spelt(Translator("en"), id), spelt(Translator("zh"), id)) == (en, zh)


def test_modalities_are_words_with_commas() -> None:
    assert modalities(Translator("en"), "text;image; video") == "text, images, video"
    assert modalities(Translator("zh"), "text;image") == "文本、图像"
    assert modalities(Translator("en"), None) is None and modalities(Translator("en"), float("nan")) is None


@pytest.mark.parametrize(
    ("value", "digits", "said"),
    [(7.8516e24, 3, "7.85×10²⁴"), (7.8516e24, 5, "7.8516×10²⁴"), (5e25, 3, "5×10²⁵"), (-2.5e-7, 3, "−2.5×10⁻⁷")],
)
def test_a_power_of_ten_is_raised(value: float, digits: int, said: str) -> None:
    assert powers(value, digits) == said

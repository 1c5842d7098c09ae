"""Options with commas: what is a part, and what stands twice."""

from __future__ import annotations

from harness.options import distinct, parts


def test_parts_have_no_space_and_are_never_empty() -> None:
    assert parts(" a, b b ,,c ", "", "a") == ["a", "b b", "c", "a"]
    assert parts() == parts(" , ") == []


def test_each_part_stands_once_where_it_is_first() -> None:
    assert distinct("b,a", "a,c,b") == ("b", "a", "c")

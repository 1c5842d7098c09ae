"""Tables on the terminal: every row whole and aligned, however many there are."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from harness import terminal


def test_a_long_table_is_one_line_a_row_in_aligned_columns(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"model-{'长' * (i % 5)}{'x' * (i % 7)}" for i in range(terminal.MOST_FOLDED + 1)]
    rows = [{"model": name, "n": 10 ** (i % 6), "note": None} for i, name in enumerate(names)]
    terminal.show_table(rows, ["model", "n", "note"], "models", False)
    title, head, *lines = capsys.readouterr().out.splitlines()
    assert title == f"{len(names)} models" and len(lines) == len(names)
    end = cell_len(head[: head.index("n", head.index("model") + 5) + 1])
    for line, row in zip(lines, rows, strict=True):
        assert line.split() == [row["model"], str(row["n"]), "–"]
        assert cell_len(line[: line.rindex("  ")]) == end, "numbers end below their heading"


def test_a_short_table_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"model": "a", "n": 1}, {"model": "b", "n": 20}]
    terminal.show_table(rows, ["model", "n"], "models", False)
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["2", "models"], ["model", "n"], ["a", "1"], ["b", "20"],
    ]  # fmt: skip

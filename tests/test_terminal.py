"""Tables on the terminal: every row whole and aligned, however many there are."""

from __future__ import annotations

import pandas as pd
import pytest
from rich.cells import cell_len

from harness import terminal


def test_a_long_table_is_one_line_a_row_in_aligned_columns(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"model-{'长' * (i % 5)}{'x' * (i % 7)}" for i in range(terminal.MOST_FOLDED + 1)]
    frame = pd.DataFrame({"model": names, "n": [10 ** (i % 6) for i in range(len(names))], "note": None})
    terminal.show_table(frame, ["model", "n", "note"], "models", False)
    title, head, *lines = capsys.readouterr().out.splitlines()
    assert title == f"{len(names)} models" and len(lines) == len(names)
    end = cell_len(head[: head.index("n", head.index("model") + 5) + 1])
    for line, name, count in zip(lines, names, frame["n"], strict=True):
        assert line.split() == [name, str(count), "–"]
        assert cell_len(line[: line.rindex("  ")]) == end, "numbers end below their heading"


def test_a_short_table_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    frame = pd.DataFrame({"model": ["a", "b"], "n": [1, 20]})
    terminal.show_table(frame, ["model", "n"], "models", False)
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["2", "models"], ["model", "n"], ["a", "1"], ["b", "20"],
    ]  # fmt: skip

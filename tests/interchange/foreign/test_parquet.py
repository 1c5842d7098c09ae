"""Foreign Parquet files: rows as they are, and refused where a small file would unpack to a large one."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.errors import BadInput
from harness.interchange.foreign import parquet


def repeated(text: Any, times: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array([0] * times, pa.int32()), pa.array([text]))


def test_rows_are_those_of_the_file(tmp_path: Path) -> None:
    table = pa.table(
        {
            "text": ["q", "r", None, "q"] * 300,
            "list": [[1.0, 2.0], None, [], [3.0]] * 300,
            "words": [["a", "b"], ["c"], None, ["a"]] * 300,
            "struct": [{"x": "y"}, None, {"x": None}, {"x": "y"}] * 300,
            "map": pa.array(
                [[("k", "v")], None, [], [("k", "w"), ("l", "v")]] * 300, pa.map_(pa.string(), pa.string())
            ),
            "number": [1, None, 3, 4] * 300,
            "bytes": [b"\x00", b"", None, b"x"] * 300,
        }
    )
    for options in ({"use_dictionary": True}, {"use_dictionary": False}, {"row_group_size": 7}):
        pq.write_table(table, tmp_path / "t.parquet", **options)
        assert list(parquet.rows(tmp_path / "t.parquet")) == table.to_pylist()
    assert list(parquet.rows(tmp_path / "t.parquet", {"number"}))[:3] == [
        {"number": 1},
        {"number": None},
        {"number": 3},
    ]


BOMBS = {
    "text": lambda: repeated("x" * 6_000_000, 1500),
    "short text, many rows": lambda: repeated("x" * 50_000, 60_000),
    "bytes": lambda: repeated(b"x" * 6_000_000, 1500),
    "in lists": lambda: pa.ListArray.from_arrays(pa.array(range(1501), pa.int32()), repeated("x" * 6_000_000, 1500)),
    "in one list": lambda: pa.ListArray.from_arrays(pa.array([0, 900], pa.int32()), repeated("x" * 1_000_000, 900)),
    "in structs": lambda: pa.StructArray.from_arrays([repeated("x" * 6_000_000, 1500)], names=["a"]),
    "equal numbers": lambda: pa.ListArray.from_arrays(
        pa.array([0, 40_000_000], pa.int32()), pa.repeat(1.5, 40_000_000)
    ),
    "bytes of a fixed width": lambda: pa.repeat(pa.scalar(b"y" * 500_000, pa.binary(500_000)), 700),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_small_file_that_unpacks_to_a_large_one_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "b.parquet"
    array = BOMBS[kind]()
    pq.write_table(pa.table({"a": array}), path, compression="zstd", dictionary_pagesize_limit=1 << 28)
    del array
    assert path.stat().st_size < 100_000
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadInput, match="unpacks to more than"):
        for _ in parquet.rows(path):
            pass
    assert time.process_time() - started < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 700_000  # kilobytes


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"PAR1" + b"\xff" * 100 + b"PAR1"])
def test_what_is_no_parquet_file_is_refused(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "b.parquet").write_bytes(damage)
    with pytest.raises(BadInput, match="no readable Parquet"):
        list(parquet.rows(tmp_path / "b.parquet"))


def test_a_data_set_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "b.parquet"
    for array in (
        repeated("x" * 1_000_000, 900),
        pa.ListArray.from_arrays(pa.array([0, 900], pa.int32()), repeated("x" * 1_000_000, 900)),
    ):
        pq.write_table(pa.table({"question": array}), path, dictionary_pagesize_limit=1 << 28)
        with pytest.raises(BadInput, match="unpacks to more than 100 MB"):
            parquet.refuse_bomb(path, 100 << 20)
        parquet.refuse_bomb(path, 1 << 30)
    words = [[f"word {i} {j} " * 20 for j in range(4)] for i in range(20_000)]
    pq.write_table(
        pa.table({"choices": words, "text": [w[0] for w in words]}), path
    )  # dictionaries that end within a group
    parquet.refuse_bomb(path, 1 << 30)
    with pytest.raises(BadInput, match="no readable Parquet"):
        path.write_bytes(b"PAR1PAR1PAR1")
        parquet.refuse_bomb(path, 1 << 30)

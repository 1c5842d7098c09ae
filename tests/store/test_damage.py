"""Damage of every kind: the run or pack is named, with its file, and left out; the others are published."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.errors import BadInput
from harness.interchange import run_parquet, stored_runs
from harness.runs.plan import find_sealed
from harness.store import content, run_folder
from harness.store.check import check
from harness.store.public import HASHES, PACKS, with_hashes
from harness.store.rebuild import publish_all, rebuild
from tests.store.conftest import NOTHING, make_run, published_runs, reseal
from tests.store.test_ingest import make_public

Damage = Callable[[Path], object]


@contextmanager
def in_time(seconds: int = 60) -> Iterator[None]:
    """Fail instead of hanging, as a FIFO that is opened would."""
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def manifest(change: Callable[[dict[str, Any]], object]) -> Damage:
    """Edit a manifest, as an earlier version without hashes would have it."""

    def damage(folder: Path) -> None:
        path = folder / "manifest.json"
        entries = json.loads(path.read_text(encoding="utf-8"))
        del entries[content.KEY]
        change(entries)
        path.write_text(json.dumps(entries), encoding="utf-8")

    return damage


def text(change: Callable[[str], str | bytes]) -> Damage:
    def damage(folder: Path) -> None:
        path = folder / "manifest.json"
        new = change(path.read_text(encoding="utf-8"))
        path.write_bytes(new if isinstance(new, bytes) else new.encode())

    return damage


def rows(name: str, change: Callable[[pa.Table], pa.Table]) -> Damage:
    def damage(folder: Path) -> None:
        path = folder / f"{name}.parquet"
        pq.write_table(change(pq.read_table(path)), path)

    return damage


def column(name: str, values: Callable[[int], Any]) -> Callable[[pa.Table], pa.Table]:
    return lambda t: t.set_column(t.column_names.index(name), name, pa.array(values(len(t))))


def instead(name: str, make: Callable[[Path], object]) -> Damage:
    """Another thing under a file's name."""

    def damage(folder: Path) -> None:
        (folder / name).unlink()
        make(folder / name)

    return damage


def task(**change: object) -> Damage:
    return manifest(lambda m: m["suite"]["tasks"][1].update(change))


DAMAGES: dict[str, tuple[Damage, str]] = {
    "manifest cut": (text(lambda s: s[: len(s) // 3]), "manifest.json is not valid JSON"),
    "manifest empty": (text(lambda s: ""), "manifest.json is not valid JSON"),
    "manifest of zeros": (text(lambda s: b"\0" * len(s)), "manifest.json is not valid JSON"),
    "manifest in UTF-16": (text(lambda s: s.encode("utf-16")), "manifest.json is not valid JSON"),
    "manifest a list": (text(lambda s: "[]"), "is no run manifest"),
    "manifest with NaN": (text(lambda s: s.replace("36.0", "NaN")), "NaN is no JSON number"),
    "manifest with Infinity": (text(lambda s: s.replace("36.0", "-Infinity")), "-Infinity is no JSON number"),
    "manifest too deep": (text(lambda s: s.rstrip()[:-1] + ',"d":' + "[" * 60_000 + "]" * 60_000 + "}"), "too deeply"),
    "manifest rather deep": (text(lambda s: s.rstrip()[:-1] + ',"d":' + '{"a":' * 300 + "1" + "}" * 301), "too deeply"),
    "manifest a folder": (instead("manifest.json", lambda p: p.mkdir()), "lacks manifest.json"),
    "manifest a FIFO": (instead("manifest.json", lambda p: os.mkfifo(p)), "lacks manifest.json"),
    "manifest a device": (instead("manifest.json", lambda p: p.symlink_to("/dev/zero")), "lacks manifest.json"),
    "manifest gone": (instead("manifest.json", lambda p: None), "but no manifest.json"),
    "another id": (manifest(lambda m: m.update(run_id="someone")), "named otherwise"),
    "model id a number": (manifest(lambda m: m["model"].update(id=7)), "names no model.id"),
    "suite a text": (manifest(lambda m: m.update(suite="tiny")), "names no suite.name"),
    "tasks an object": (manifest(lambda m: m["suite"].update(tasks={"a": 1})), "suite.tasks is not a list"),
    "tasks of texts": (manifest(lambda m: m["suite"].update(tasks=["a"])), "suite.tasks is not a list"),
    "shots in words": (task(num_fewshot="several"), "suite.tasks[1].num_fewshot is not"),
    "redistribute in words": (task(redistribute="maybe"), "suite.tasks[1].redistribute is not"),
    "chance a list": (task(chance=[1]), "suite.tasks[1].chance is not"),
    "perf in words": (manifest(lambda m: m["perf"].update(wall_s="an hour")), "manifest.json cannot be published"),
    "perf a list": (manifest(lambda m: m.update(perf=[1])), "perf is not an object"),
    "partial in words": (manifest(lambda m: m.update(partial="somewhat")), "partial is not true or false"),
    "times in words": (manifest(lambda m: m.update(started="last week")), "manifest.json cannot be published"),
    "params too large": (manifest(lambda m: m["model"].update(params=10**40)), "manifest.json cannot be published"),
    "model edited": (text(lambda s: s.replace('"acme/one"', '"acme/best"')), "manifest.json has been changed"),
    "results cut": (lambda f: os.truncate(f / "results.parquet", 300), "results.parquet is no Parquet file"),
    "samples cut": (lambda f: os.truncate(f / "samples.parquet", 900), "samples.parquet is no Parquet file"),
    "samples empty": (lambda f: (f / "samples.parquet").write_bytes(b""), "samples.parquet is no Parquet file"),
    "samples a bent page": (lambda f: _flip(f / "samples.parquet", 200), "samples.parquet"),
    "results gone": (instead("results.parquet", lambda p: None), "lacks results.parquet"),
    "samples a device": (instead("samples.parquet", lambda p: p.symlink_to("/dev/null")), "lacks samples.parquet"),
    "results a FIFO": (instead("results.parquet", lambda p: os.mkfifo(p)), "lacks results.parquet"),
    "scores replaced": (rows("results", column("score", lambda n: [1.0] * n)), "results.parquet has been changed"),
    "answers replaced": (rows("samples", column("response", lambda n: ["no"] * n)), "samples.parquet has been changed"),
    "items left out": (rows("samples", lambda t: t.slice(1)), "samples.parquet has been changed"),
    "results twice": (rows("results", lambda t: pa.concat_tables([t, t])), "results.parquet cannot be published"),
    "samples twice": (rows("samples", lambda t: pa.concat_tables([t, t])), "samples.parquet has been changed"),
    "scores as words": (rows("results", column("score", lambda n: ["good"] * n)), "results.parquet"),
    "items as lists": (rows("samples", column("item", lambda n: [[1]] * n)), "samples.parquet"),
    "other columns": (rows("results", lambda t: pa.table({"a": [1]})), "results.parquet lacks the columns"),
    "a column gone": (rows("samples", lambda t: t.drop_columns(["value"])), "samples.parquet lacks the columns value"),
    "two runs' rows": (rows("samples", column("run_id", lambda n: ["x"] * n)), "rows of another run"),
}  # fmt: skip


def _flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    for i in range(at, at + 40):
        data[i] ^= 0xFF
    path.write_bytes(bytes(data))


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder of two runs, and the database of both."""
    folder = tmp_path_factory.mktemp("two")
    for number in (1, 2):
        make_run(folder / "runs", number)
    publish_all(folder / "land.duckdb", NOTHING, NOTHING, folder / "runs")
    return folder / "runs", folder / "land.duckdb"


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_run_is_named_and_left_out(two_runs: tuple[Path, Path], tmp_path: Path, kind: str) -> None:
    runs, db = shutil.copytree(two_runs[0], tmp_path / "runs"), shutil.copy(two_runs[1], tmp_path / "land.duckdb")
    damaged, sound = sorted(runs.iterdir())
    damage, sentence = DAMAGES[kind]
    damage(damaged)
    with in_time():
        problems = check(Path(db), NOTHING, NOTHING, runs)
        assert any(damaged.name in p and sentence in p for p in problems), problems
        assert not any(sound.name in p for p in problems), problems
        loaded = publish_all(Path(db), NOTHING, NOTHING, runs)
        assert len(loaded.problems) == 1 and loaded.damaged == {damaged.name}
        loaded = rebuild(Path(db), NOTHING, NOTHING, runs)
    assert len(loaded.problems) == 1 and damaged.name in loaded.problems[0] and sentence in loaded.problems[0]
    assert loaded.damaged == {damaged.name} and published_runs(Path(db)) == [sound.name]


def test_later_runs_are_published_beside_damaged_ones(db: Path, runs: Path) -> None:
    first, second = make_run(runs, 1), make_run(runs, 2)
    os.truncate(first / "samples.parquet", 500)
    publish_all(db, NOTHING, NOTHING, runs)
    third = make_run(runs, 3)
    loaded = publish_all(db, NOTHING, NOTHING, runs)
    assert loaded.runs == [third.name] and len(loaded.problems) == 1
    assert published_runs(db) == [second.name, third.name]


def test_a_run_of_an_earlier_version_has_no_hashes_and_is_published(db: Path, runs: Path) -> None:
    folder = make_run(runs, 1)
    manifest(lambda m: None)(folder)
    assert publish_all(db, NOTHING, NOTHING, runs).problems == []
    rows("samples", column("prompt", lambda n: ["changed"] * n))(folder)
    assert check(db, NOTHING, NOTHING, runs) == [f"Run {folder.name}: its folder has changed since it was published."]


def _without(*names: str) -> Damage:
    """Take out hashes (all of them without names), and change what they were of."""

    def damage(folder: Path) -> None:
        entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        for name in names:
            del entries[content.KEY][name]
        if not names:
            del entries[content.KEY]
            entries |= {"valid": True, "verdict": []}
        (folder / "manifest.json").write_text(json.dumps(entries), encoding="utf-8")
        rows("results", column("score", lambda n: [1.0] * n))(folder)

    return damage


@pytest.mark.parametrize(
    ("damage", "form"),
    [
        (_without(), 2),
        (_without("manifest"), 2),
        (_without("results", "samples", "manifest"), 2),
        (_without("results"), 2),
        (_without("results"), 1),
        (text(lambda s: json.dumps(json.loads(s) | {content.KEY: None})), 2),
        (text(lambda s: json.dumps(json.loads(s) | {content.KEY: []})), 1),
        (text(lambda s: json.dumps(json.loads(s) | {"format": True})), 2),
        (text(lambda s: json.dumps({k: v for k, v in json.loads(s).items() if k != content.KEY} | {"format": 0})), 2),
    ],
)
def test_a_run_whose_hashes_were_taken_out_is_refused_everywhere(
    damage: Damage, form: int, db: Path, runs: Path
) -> None:
    plan = {"hash": f"{1:08x}".ljust(64, "0"), "limit": None, "sample": None}
    folder, sound = make_run(runs, 1, format=form, plan=plan), make_run(runs, 2, format=form)
    assert find_sealed(runs, plan["hash"]) == folder
    damage(folder)
    assert find_sealed(runs, plan["hash"]) is None
    loaded = rebuild(db, NOTHING, NOTHING, runs)
    assert len(loaded.problems) == 1 and folder.name in loaded.problems[0] and loaded.notes == []
    assert published_runs(db) == [sound.name]
    assert any(folder.name in problem for problem in check(db, NOTHING, NOTHING, runs))
    assert loaded.problems == publish_all(db, NOTHING, NOTHING, runs).problems
    with pytest.raises(BadInput):
        stored_runs.load(folder.name, runs)


def test_a_run_of_the_earliest_versions_is_loaded_with_a_word_and_answers_no_command(db: Path, runs: Path) -> None:
    plan = {"hash": f"{1:08x}".ljust(64, "0"), "limit": None, "sample": None}
    folder = make_run(runs, 1, plan=plan)
    make_run(runs, 2)
    assert run_folder.unhashed(runs) == [] and find_sealed(runs, plan["hash"]) == folder
    manifest(lambda m: None)(folder)
    loaded = rebuild(db, NOTHING, NOTHING, runs)
    assert loaded.problems == [] and len(published_runs(db)) == 2
    assert loaded.notes == [run_folder.unhashed_note(folder)] and run_folder.unhashed(runs) == [folder]
    assert find_sealed(runs, plan["hash"]) is None


@pytest.mark.parametrize("form", [1, 2])
def test_a_pack_that_lost_its_hashes_is_refused_or_named(form: int, db: Path, runs: Path, tmp_path: Path) -> None:
    folder = make_run(runs, 1, format=form)
    run_parquet.write(tmp_path / "public", "few", [stored_runs.load(folder.name, runs)])
    path = tmp_path / "public" / "few.run.parquet"
    assert rebuild(db, NOTHING, tmp_path / "public", NOTHING).runs == [folder.name]
    pq.write_table(pq.read_table(path).replace_schema_metadata({}), path)
    loaded = rebuild(db, NOTHING, tmp_path / "public", NOTHING)
    assert (len(loaded.problems), len(loaded.notes), len(loaded.runs)) == ((0, 1, 1) if form == 1 else (1, 0, 0))
    assert str(path) in [*loaded.problems, *loaded.notes][0]


def test_hashes_speak_of_rows_not_of_bytes_or_ids(db: Path, runs: Path) -> None:
    folder = make_run(runs, 1, items=50)
    other = folder.with_name("20260101T090000Z-copy-tiny-00000009")
    folder.rename(other)
    for name in ("results", "samples"):
        table = column("run_id", lambda n: [other.name] * n)(pq.read_table(other / f"{name}.parquet"))
        pq.write_table(table, other / f"{name}.parquet", compression="none", row_group_size=7, use_dictionary=False)
    text(lambda s: json.dumps(json.loads(s) | {"run_id": other.name}))(other)
    assert publish_all(db, NOTHING, NOTHING, runs).problems == []
    assert published_runs(db) == [other.name]


def test_the_hash_of_a_table_is_that_of_its_parts() -> None:
    table = pa.table(
        {
            "run_id": ["r"] * 5,
            "words": ["a", None, "", "é" * 40, "b"],
            "numbers": [[1.0, None], [], None, [2.0], [3.0]],
            "flags": [True, None, False, True, True],
        }
    )
    whole, parts = content.table_hash(table), content.TableHash(table.schema)
    for batch in table.to_batches(max_chunksize=2):
        parts.update(batch)
    assert parts.hexdigest() == whole
    for name, other in (
        ("words", ["a", "", None, "é" * 40, "b"]),
        ("words", ["a", None, "é", "é" * 39, "b"]),
        ("numbers", [[1.0], [None], None, [2.0], [3.0]]),
        ("numbers", [[1.0, None], None, [], [2.0], [3.0]]),
        ("flags", [True, False, None, True, True]),
    ):
        at = table.column_names.index(name)
        changed = table.set_column(at, name, pa.array(other, table.schema.field(name).type))
        assert content.table_hash(changed) != whole, (name, other)


def hashed_pack(folder: Path, runs: Path, number: int) -> Path:
    """A pack as an import writes it, with the content hashes of its files."""
    make_public(folder, runs, number)
    for table in ("suite", "task"):
        (folder / f"set{number}.{table}.parquet").unlink()
    tables = {t: pq.read_table(folder / f"set{number}.{t}.parquet") for t in ("run", "result", "outcome", "perf")}
    hashes = {name: content.table_hash(table) for name, table in tables.items()}
    pq.write_table(with_hashes(tables["run"], hashes), folder / f"set{number}.run.parquet")
    return folder


PACK_DAMAGES: dict[str, tuple[str, Damage]] = {
    "cut": ("outcome", lambda p: os.truncate(p, 200)),
    "a device": ("perf", lambda p: (p.unlink(), p.symlink_to("/dev/null"))),
    "a FIFO": ("result", lambda p: (p.unlink(), os.mkfifo(p))),
    "a folder": ("run", lambda p: (p.unlink(), p.mkdir())),
    "gone": ("result", lambda p: p.unlink()),
    "scores replaced": ("result", lambda p: pq.write_table(column("score", lambda n: [1.0] * n)(pq.read_table(p)), p)),
    "model edited": ("run", lambda p: pq.write_table(column("model", lambda n: ["acme/x"] * n)(pq.read_table(p)), p)),
    "twice": ("outcome", lambda p: pq.write_table(pa.concat_tables([pq.read_table(p)] * 2), p)),
    "words": ("perf", lambda p: pq.write_table(column("wall_s", lambda n: ["long"] * n)(pq.read_table(p)), p)),
    "other columns": ("result", lambda p: pq.write_table(pa.table({"a": [1]}), p)),
    "of another run": ("perf", lambda p: pq.write_table(column("run_id", lambda n: ["x"] * n)(pq.read_table(p)), p)),
}


@pytest.mark.parametrize("kind", PACK_DAMAGES)
@pytest.mark.parametrize("place", ["public", PACKS])
def test_a_damaged_pack_is_named_and_left_out(db: Path, runs: Path, tmp_path: Path, kind: str, place: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder = tmp_path / "public" if place == "public" else runs / PACKS
    for number in (1, 2):
        hashed_pack(folder, elsewhere, number)
    own = make_run(runs, 5)
    table, damage = PACK_DAMAGES[kind]
    path = folder / f"set1.{table}.parquet"
    damage(path)
    with in_time():
        loaded = rebuild(db, NOTHING, tmp_path / "public", runs)
        assert len(loaded.problems) == 1 and "set1" in loaded.problems[0], loaded.problems
        assert len(published_runs(db)) == 2 and own.name in published_runs(db)
        assert check(db, NOTHING, tmp_path / "public", runs) == loaded.problems
        assert publish_all(db, NOTHING, tmp_path / "public", runs).problems == loaded.problems


def test_of_a_pack_that_was_damaged_later_only_the_damage_is_said(db: Path, runs: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    path = hashed_pack(runs / PACKS, tmp_path / "elsewhere", 1) / "set1.result.parquet"
    make_run(runs, 3)
    assert publish_all(db, NOTHING, NOTHING, runs).problems == []
    os.truncate(path, 100)
    (problem,) = check(db, NOTHING, NOTHING, runs)
    assert str(path) in problem
    assert publish_all(db, NOTHING, NOTHING, runs).problems == [problem]
    assert len(published_runs(db)) == 2, "what was published before stays until a rebuild"


def test_a_pack_that_is_whole_again_is_published(db: Path, runs: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = hashed_pack(runs / PACKS, elsewhere, 1) / "set1.result.parquet"
    sound = path.read_bytes()
    os.truncate(path, 100)
    assert publish_all(db, NOTHING, NOTHING, runs).problems
    path.write_bytes(sound)
    loaded = publish_all(db, NOTHING, NOTHING, runs)
    assert loaded.problems == [] and len(loaded.runs) == 1 == len(published_runs(db))
    assert check(db, NOTHING, NOTHING, runs) == []
    for file in (runs / PACKS).iterdir():
        file.unlink()
    assert publish_all(db, NOTHING, NOTHING, runs).changed and published_runs(db) == []


def test_a_shipped_pack_without_its_file_of_runs_is_named_and_an_imported_one_is_no_pack(
    db: Path, runs: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for folder in (tmp_path / "public", runs / PACKS):
        (hashed_pack(folder, elsewhere, 1) / "set1.run.parquet").unlink()
        shutil.rmtree(elsewhere)
        elsewhere.mkdir()
    loaded = publish_all(db, NOTHING, tmp_path / "public", runs)
    assert len(loaded.problems) == 1 and "public: set1.run.parquet is not there" in loaded.problems[0]


def test_hidden_files_are_no_packs_and_no_runs(db: Path, runs: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder = hashed_pack(runs / PACKS, elsewhere, 1)
    for path in list(folder.iterdir()):
        shutil.copy(path, folder / f".tmp-1-{path.name}")
    make_run(runs, 2).rename(runs / ".tmp-1-run")
    loaded = publish_all(db, NOTHING, NOTHING, runs)
    assert loaded.problems == [] and len(published_runs(db)) == 1
    assert run_folder.sealed(runs) == []


def test_metadata_of_a_pack_survives_a_rewrite(tmp_path: Path) -> None:
    table = with_hashes(pa.table({"run_id": ["a"]}), {"run": "x"})
    pq.write_table(table, tmp_path / "a.parquet")
    assert json.loads(pq.read_metadata(tmp_path / "a.parquet").metadata[HASHES]) == {"run": "x"}


def test_resealed_runs_are_published(db: Path, runs: Path) -> None:
    folder = make_run(runs, 1)
    rows("results", column("score", lambda n: [0.5] * n))(folder)
    reseal(folder)
    assert publish_all(db, NOTHING, NOTHING, runs).problems == []

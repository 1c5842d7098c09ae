"""Matrices of items: the same runs out of CSV, JSON lines and Parquet; what is missing, filtered, refused or judged."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.errors import BadInput
from harness.interchange import stored_runs
from harness.interchange.imported_run import ImportedRun, ImportReport
from harness.interchange.importing import import_path
from tests.interchange import builders as b
from tests.interchange.conftest import codes, rows

MAPPING = """
columns: {model: who, item: task, value: ok, agent: with, date: day, cost_usd: usd, output_tokens: out,
          seconds: {column: ms, factor: 0.001}}
constants: {benchmark: toy, source: Toy Index, repository: acme/toy, commit: abc, licence: MIT}
metric: resolved
missing: wrong
leave_out: {who: [broken]}
models: {strange: {id: gpt-5-4, effort: high}}
verdicts: [{model: strange, benchmark: toy, code: agent-breakdown, message: The agent broke down.}]
"""
PLAIN = """
columns: {model: who, item: task, value: ok, agent: with, date: day, cost_usd: usd, output_tokens: out, seconds: ms}
constants: {benchmark: toy}
"""
SHORT = "columns: {model: who, item: task, value: ok}\nconstants: {benchmark: toy}\n"
COLUMNS = ("who", "task", "ok", "with", "day", "usd", "out", "ms")
MATRIX: list[tuple[Any, ...]] = [
    ("openai/o3-mini (high reasoning)", "a", True, "Hands", "2026-01-02", 0.5, 100, 1500),
    ("openai/o3-mini (high reasoning)", "b", False, "Hands", "2026-01-03", 1.5, 300, 2500),
    ("openai/o3-mini (low reasoning)", "a", False, "Hands", "2026-01-02", None, None, None),
    ("openai/o3-mini (low reasoning)", "b", None, "Hands", "2026-01-02", None, None, None),
    ("strange", "c", True, "Hands", "2026-01-02", 0.1, 1, 1),
    ("strange", "c", False, "Hands", "2026-01-02", 0.3, 3, 1),
    ("strange", "a", True, "Feet", "2026-01-02", 0.1, 1, 1),
    ("broken", "d", True, "Hands", "2026-01-02", 0.1, 1, 1),
]


def matrix(path: Path, lines: list[tuple[Any, ...]] = MATRIX) -> Path:
    records = [dict(zip(COLUMNS, line, strict=True)) for line in lines]
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(records), path)
        return path
    if path.suffix == ".jsonl":
        return b.write(path, "\n".join(json.dumps(r) for r in records))
    cells = [["" if v is None else str(v) for v in line] for line in lines]
    return b.write(path, "\n".join(",".join(line) for line in [list(COLUMNS), *cells]) + "\n")


def imported(tmp_path: Path, path: Path, mapping: str = MAPPING) -> tuple[list[ImportedRun], ImportReport]:
    runs = tmp_path / "runs"
    report = import_path(path, runs_dir=runs, mapping=b.write(tmp_path / "map.yaml", mapping))
    return [stored_runs.load(run_id, runs) for run_id in report.imported], report


@pytest.fixture
def runs(tmp_path: Path) -> dict[tuple[str, str], ImportedRun]:
    found, report = imported(tmp_path, matrix(tmp_path / "m.parquet"))
    assert not report.refused
    return {(r.manifest["model"]["id"], r.manifest["source"]["agent"]): r for r in found}


def test_a_run_has_its_items_and_what_each_took(runs: dict[tuple[str, str], ImportedRun]) -> None:
    assert len(runs) == 4  # the broken model is left out, the other agent is a run of its own
    run = runs["openai/o3-mini (high reasoning)", "Hands"]
    results = {metric: (row["score"], row["n"]) for (_, metric, _), row in rows(run).items()}
    expected = {
        "resolved": (pytest.approx(1 / 3), 3),
        "cost_usd": (1.0, 2),
        "output_tokens": (200.0, 2),
        "seconds": (2.0, 2),
    }
    assert results == expected  # item c is missing, and wrong
    task = run.manifest["tasks"][0]
    assert (task["task"], task["metric"], task["higher_is_better"]) == ("toy", "resolved", True)
    assert run.manifest["started"] == "2026-01-03T00:00:00Z" and "missing-is-wrong" in codes(run)
    values = {(r["item"], r["metric"]): r["value"] for r in run.samples.to_pylist()}
    assert values[0, "cost_usd"] == 0.5 and values[1, "resolved"] == 0.0 and (2, "cost_usd") not in values


def test_efforts_are_runs_of_one_model_and_items_pair(runs: dict[tuple[str, str], ImportedRun]) -> None:
    high, low = (runs[f"openai/o3-mini ({level} reasoning)", "Hands"] for level in ("high", "low"))
    assert high.manifest["model"]["model_id"] == low.manifest["model"]["model_id"] == "o3-mini"
    assert [r.manifest["source"]["effort"] for r in (high, low)] == ["high", "low"]
    assert high.manifest["suite"]["version"] == low.manifest["suite"]["version"]
    hashes = [{r["doc_hash"] for r in run.samples.to_pylist() if r["metric"] == "resolved"} for run in (high, low)]
    assert hashes[0] == hashes[1] and len(hashes[0]) == 3
    feet = runs["strange", "Feet"]
    assert feet.manifest["suite"]["version"] != high.manifest["suite"]["version"]  # another agent, another set-up


def test_tries_are_averaged_and_a_verdict_takes_a_run_out(runs: dict[tuple[str, str], ImportedRun]) -> None:
    run = runs["strange", "Hands"]
    assert run.manifest["model"]["model_id"] == "gpt-5-4" and run.manifest["source"]["effort"] == "high"
    assert rows(run)["toy", "cost_usd", "none"]["score"] == pytest.approx(0.2)
    assert rows(run)["toy", "resolved", "none"]["score"] == pytest.approx(0.5 / 3)
    assert {"tries", "agent-breakdown"} <= codes(run) and not run.manifest["valid"]


def test_every_kind_of_file_gives_the_same_runs_once(tmp_path: Path) -> None:
    first = {r.run_id for r in imported(tmp_path, matrix(tmp_path / "m.parquet"))[0]}
    for name in ("m.csv", "m.jsonl", "m.parquet"):
        found, report = imported(tmp_path, matrix(tmp_path / name))
        assert not found and set(report.existing) == first and not report.refused


def test_where_a_missing_item_is_absent_the_run_is_partial(tmp_path: Path) -> None:
    found, report = imported(tmp_path, matrix(tmp_path / "m.csv"), MAPPING.replace("wrong", "absent"))
    run = next(r for r in found if "high" in r.manifest["model"]["id"])
    assert rows(run)["toy", "resolved", "none"]["n"] == 2 and run.manifest["partial"]
    assert [r.reason for r in report.refused] == []
    silent = [("m", "a", None, "Hands", "", None, None, None)]
    found, report = imported(tmp_path, matrix(tmp_path / "s.csv", silent), PLAIN)
    assert not found and "says of no item" in report.refused[0].reason


def test_a_row_that_cannot_be_read_refuses_the_file_by_its_line(tmp_path: Path) -> None:
    good = ("m", "a", 1, "Hands", "", 1, 1, 1)
    broken = [("m", "", 1), ("", "b", 1), ("m", "b", 7), ("m", "b", "perhaps"), ("m", "b", 1, "H", "", -1)]
    lines = [good, *(row + ("",) * (len(COLUMNS) - len(row)) for row in broken)]
    for missing in ("absent", "wrong"):
        found, report = imported(tmp_path, matrix(tmp_path / "m.csv", lines), PLAIN + f"missing: {missing}")
        reason = report.refused[0].reason
        assert not found and len(report.refused) == 1 and "nothing of it was imported" in reason
        reasons = ["3 names no item", "4 names no model", "5 has the value 7", "6 has no number under ok: perhaps"]
        assert all(f"line {part}" in reason for part in (*reasons, "7 has -1 under usd, which is not from 0"))
    _, report = imported(tmp_path, matrix(tmp_path / "m.parquet"), MAPPING.replace("out,", "o,"))
    assert "lacks the columns o" in report.refused[0].reason
    many = matrix(tmp_path / "many.csv", [("m", "a", "x", "", "", "", "", "")] * 30)
    assert "; and 10 more" in imported(tmp_path, many, PLAIN)[1].refused[0].reason


@pytest.mark.parametrize(
    ("cells", "word"),
    [
        ({"usd": "inf"}, "usd: inf"),
        ({"usd": "1e400"}, "1e400 under usd"),
        ({"usd": "1e308"}, "1e308 under usd"),
        ({"usd": "true"}, "usd: true"),
        ({"usd": "1_000"}, "usd: 1_000"),
        ({"usd": "２"}, "usd: ２"),
        ({"usd": "$5"}, "usd: $5"),
        ({"usd": "-0.1"}, "-0.1 under usd"),
        ({"ok": "inf"}, "ok: inf"),
        ({"ok": "-1"}, "-1 under ok"),
        ({"ok": "85"}, "value 85"),
        ({"day": "9999-12-31"}, "day: 9999"),
        ({"who": "\x1b[31mgpt"}, "control character in the name under who"),
        ({"who": "g" * 301}, "more than 300 characters under who"),
        ({"task": "a\0b"}, "control character in the name under task"),
    ],
)
def test_a_cell_without_one_reading_is_refused(tmp_path: Path, cells: dict[str, str], word: str) -> None:
    row = dict(zip(COLUMNS, ("m", "b", "1", "H", "", "1", "1", "1"), strict=True)) | cells
    lines = [("m", "a", 1, "H", "", 1, 1, 1), tuple(row.values())]
    found, report = imported(tmp_path, matrix(tmp_path / "m.csv", lines), PLAIN)
    assert not found and len(report.refused) == 1
    assert "line 3" in report.refused[0].reason and word in report.refused[0].reason


@pytest.mark.parametrize(
    ("name", "text", "word"),
    [
        ("m.csv", "who,task,ok\nm,a,1\nm,b\n", "2 cells under 3 columns in line 3"),
        ("m.csv", "who,task,ok\nm,a,1,2\n", "4 cells under 3 columns in line 2"),
        ("m.csv", "who,task,ok,ok\nm,a,1,0\n", "several columns named ok"),
        ("m.csv", 'who,task,ok\nm,"a,1\nm,b,1\n', "no readable CSV: unexpected end of data (line 3)"),
        ("m.csv", 'who,task,ok\nm,"a"b,1\n', "no readable CSV"),
        ("m.csv", "", "has no rows"),
        ("m.csv", "who,task,ok\n", "has no rows"),
        ("m.csv", "who,task\nm,a\n", "lacks the columns ok"),
        ("m.csv", "who,task,ok\n/home/a/m,a,1\n/home/b/m,a,1\n", "and so would another"),
        ("m.jsonl", '{"who": "m", "task": "a", "ok": 1, "ok": 0}', "line 1 has a key twice"),
        ("m.jsonl", '{"who": "m", "task": "a", "ok": 1}\n5\n', "line 2 is no JSON object"),
        ("m.jsonl", '{"who": ["m"], "task": "a", "ok": 1}', "line 1 has no word under who"),
        ("m.jsonl", '{"who": true, "task": "a", "ok": 1}', "line 1 has no name under who"),
        ("m.csv", "who,task,ok,effort\nm,a,1,high\nm,a,0,low\n", "several efforts (high, low)"),
    ],
)
def test_a_table_that_is_cut_or_has_two_readings_is_refused(tmp_path: Path, name: str, text: str, word: str) -> None:
    found, report = imported(tmp_path, b.write(tmp_path / name, text), SHORT)
    assert not found and len(report.refused) == 1 and word in report.refused[0].reason


def test_efforts_in_a_column_are_runs_of_their_own(tmp_path: Path) -> None:
    path = b.write(tmp_path / "m.csv", "who,task,ok,eff\n" + "m,a,1,high\nm,a,0,low\nm,b,1,high\nm,b,0,low\n")
    found, _ = imported(tmp_path, path, SHORT.replace("ok}", "ok, effort: eff}"))
    scores = {r.manifest["source"]["effort"]: rows(r)["toy", "acc", "none"]["score"] for r in found}
    assert scores == {"high": 1.0, "low": 0.0} and not any("tries" in codes(r) for r in found)


def test_items_of_long_names_stay_apart(tmp_path: Path) -> None:
    text = "who,task,ok\n" + "".join(f"m,{'q' * 250}{k},{k % 2}\n" for k in range(6))
    found, _ = imported(tmp_path, b.write(tmp_path / "m.csv", text), SHORT)
    assert rows(found[0])["toy", "acc", "none"]["n"] == 6 and "tries" not in codes(found[0])


def test_filters_read_truth_and_whole_numbers_of_parquet(tmp_path: Path) -> None:
    table = {
        "who": ["m"] * 3,
        "task": ["a", "b", "c"],
        "ok": [1.0, 0.0, 1.0],
        "use": [True, True, False],
        "n": [1.0, 1.0, 2.0],
    }
    pq.write_table(pa.table(table), tmp_path / "m.parquet")
    for keep in ("{use: [true]}", "{n: [1]}"):
        found, report = imported(tmp_path, tmp_path / "m.parquet", f"{SHORT}keep: {keep}\n")
        assert [rows(r)["toy", "acc", "none"]["n"] for r in found] in ([2], []) and not report.refused
    both = f"{SHORT}keep: {{use: [true]}}\nleave_out: {{n: [1]}}\n"
    assert "no row that passes" in imported(tmp_path, tmp_path / "m.parquet", both)[1].refused[0].reason


def test_an_unusable_mapping_is_refused_with_all_its_problems(tmp_path: Path) -> None:
    bad = """
columns: {model: who, value: {column: ok, factor: -1}, tokens: t}
constants: {colour: red}
metric: cost_usd
missing: maybe
keep: {who: me}
verdicts: [{model: x}]
extra: 1
"""
    with pytest.raises(BadInput) as caught:
        imported(tmp_path, matrix(tmp_path / "m.csv"), bad)
    told = " ".join(caught.value.problems)
    words = ("extra", "factor", "item", "tokens", "colour", "benchmark", "metric", "missing", "keep.who", "verdicts")
    assert len(caught.value.problems) == 10 and all(word in told for word in words)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ("verdicts: {model: m, benchmark: toy, code: c, message: x}", "line 3: `verdicts` is a list"),
        ("verdicts: [{model: m, benchmark: toy, code: '../x', message: x}]", "line 3: a verdict's code"),
        ("keep: [m]", "line 3: `keep` holds names"),
        ("keep: {who: []}", "line 3: `keep.who` is a list"),
        ("keep: {who: [m, m]}", "each once"),
        ("models: [m]", "line 3: `models` holds names"),
        ("models: {m: {id: no-such-id}}", "the catalog has no model no-such-id"),
        ("models: {m: {id: gpt-5-4, efort: high}}", "line 3: `models.m` is"),
        ("benchmarks: [a]", "line 3: `benchmarks` holds names"),
        ("metric: '../x'", "line 3: `metric`"),
        ("missing: [wrong]", "line 3: `missing`"),
        ("metric: a\nmetric: b", "line 4: `metric` is given twice"),
        ("nothing: 1", "line 3: `nothing` is no key"),
    ],
)
def test_what_a_mapping_says_and_is_not_understood_is_refused(tmp_path: Path, more: str, word: str) -> None:
    with pytest.raises(BadInput) as caught:
        imported(tmp_path, b.write(tmp_path / "m.csv", "who,task,ok\nm,a,1\n"), SHORT + more)
    assert word in " ".join(caught.value.problems)


@pytest.mark.parametrize(
    ("mapping", "word"),
    [
        (SHORT.replace("toy", "null"), "`constants.benchmark` is a word"),
        (SHORT.replace("toy", "[a]"), "`constants.benchmark` is a word"),
        (SHORT.replace("toy", "toy, date: soon"), "`constants.date`"),
        (SHORT.replace("ok}", "ok, date: [d]}"), "`columns.date` is a word"),
        (SHORT.replace("value: ok", "value: {column: ok, fctor: 0.01}"), "`columns.value`"),
        (SHORT.replace("value: ok", "value: {column: ok, factor: .nan}"), "`columns.value`"),
        (SHORT.replace("item: task", "item: who"), "the column who stands for two things"),
        ("", "it needs `columns` (matrix of items) or `scores`"),
        ("- a\n", "it needs `columns`"),
    ],
)
def test_a_mapping_of_wrong_types_is_refused(tmp_path: Path, mapping: str, word: str) -> None:
    with pytest.raises(BadInput) as caught:
        imported(tmp_path, b.write(tmp_path / "m.csv", "who,task,ok\nm,a,1\n"), mapping)
    assert word in " ".join(caught.value.problems)


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ("verdicts: [{model: n, benchmark: toy, code: c, message: x}]", "n on toy (`verdicts`, line 3"),
        ("models: {n: gpt-5-4}", "n (`models`, line 3"),
        ("benchmarks: {tay: toy-two}", "tay (`benchmarks`, line 3"),
        ("leave_out: {who: [n]}", "n (`leave_out`, line 3"),
        ("keep: {who: [m, n]}", "n (`keep`, line 3"),
    ],
)
def test_a_name_that_never_occurs_is_refused_with_its_place(tmp_path: Path, more: str, place: str) -> None:
    found, report = imported(tmp_path, b.write(tmp_path / "m.csv", "who,task,ok\nm,a,1\n"), SHORT + more)
    assert not found and place in report.refused[0].reason


def test_a_corrected_mapping_replaces_the_runs_of_its_rows_alone(tmp_path: Path) -> None:
    text = "who,task,ok,eff\nm,a,1,high\nm,b,0,low\nn,a,1,high\n"
    path = b.write(tmp_path / "m.csv", text)
    first, report = imported(tmp_path, path, SHORT)
    ids = {r.manifest["model"]["id"]: r.run_id for r in first}
    assert not report.replaced and not imported(tmp_path, path, SHORT)[1].replaced
    judged = SHORT + "verdicts: [{model: m, benchmark: toy, code: broken, message: It broke.}]\n"
    found, report = imported(tmp_path, path, judged)
    assert [r.manifest["valid"] for r in found] == [False] and report.replaced == (ids["m"],)
    assert report.existing == (ids["n"],)
    _, report = imported(tmp_path, path, SHORT.replace("ok}", "ok, effort: eff}"))
    assert {found[0].run_id, ids["n"]} == set(report.replaced)  # an effort for each of the rows
    other = SHORT.replace("toy", "toy-two") + "metric: again\n"
    assert not imported(tmp_path, path, other)[1].replaced


def test_a_matrix_without_its_mapping_is_refused_with_what_to_do(tmp_path: Path) -> None:
    for name in ("m.csv", "m.jsonl"):
        report = import_path(matrix(tmp_path / name), "items", runs_dir=tmp_path / "runs")
        assert "--mapping FILE" in report.refused[0].reason


def test_a_table_of_parquet_without_a_mapping_is_no_failure_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    matrix(folder / "m.parquet")
    report = import_path(folder, runs_dir=tmp_path / "runs")
    assert not report.refused[0].failed and "--mapping" in report.refused[0].reason


ANSWERS = "columns: {model: who, item: task, value: ok, answer: said}\nconstants: {benchmark: toy}\n"


def test_answers_are_hashes_that_pair_over_models_and_files(tmp_path: Path) -> None:
    lines = [("a", "t1", 0, " 3"), ("b", "t1", 0, " 3"), ("c", "t1", 0, "3"), ("a", "t2", 1, None), ("b", "t2", 0, ""),
             ("c", "t2", 0, "e\u0301"), ("c", "t3", 0, "\u00e9"), ("b", "t4", 0, "x"), ("b", "t4", 0, "y")]  # fmt: skip
    records = [dict(zip(("who", "task", "ok", "said"), line, strict=True)) for line in lines]
    pq.write_table(pa.Table.from_pylist(records), tmp_path / "m.parquet")
    runs, _ = imported(tmp_path, tmp_path / "m.parquet", ANSWERS)
    given = {
        run.manifest["model"]["id"]: {row["item"]: row["answer_hash"] for row in run.samples.to_pylist()}
        for run in runs
    }
    assert given["a"][0] == given["b"][0] == hashlib.sha256(b" 3").hexdigest()[:16] != given["c"][0]  # spaces count
    assert given["a"][1] is None and given["b"][1] is not None  # an empty answer is one, none is none
    assert given["c"][1] == given["c"][2]  # one letter, composed or not
    assert given["b"][3] is None  # two tries, two answers
    assert all(" 3" not in row.values() for run in runs for row in run.samples.to_pylist())
    text = "\n".join(["who,task,ok,said", *(f"{w},{t},{ok},{said or ''}" for w, t, ok, said in lines)])
    from_csv, _ = imported(tmp_path / "csv", b.write(tmp_path / "m.csv", text + "\n"), ANSWERS)
    second = next(run for run in from_csv if run.manifest["model"]["id"] == "b")
    assert second.samples.to_pylist()[1]["answer_hash"] is None  # a file of text cannot say which


def test_tries_that_a_source_counts_are_a_metric_of_the_item(tmp_path: Path) -> None:
    text = "who,task,ok,n\na,t1,0.4,5\na,t2,1,3\n"
    mapping = (
        "columns: {model: who, item: task, value: ok, tries: n}\nconstants: {benchmark: toy}\nmetric: item_score\n"
    )
    runs, _ = imported(tmp_path, b.write(tmp_path / "m.csv", text), mapping)
    values = {(r["metric"], r["item"]): r["value"] for r in runs[0].samples.to_pylist()}
    assert values == {("item_score", 0): 0.4, ("item_score", 1): 1, ("tries", 0): 5, ("tries", 1): 3}


def test_items_keep_their_names_only_where_the_mapping_says_that_they_are_public(tmp_path: Path) -> None:
    path = matrix(tmp_path / "m.csv")
    (silent, *_), _ = imported(tmp_path / "silent", path)
    assert "item_names" not in silent.manifest
    found, report = imported(tmp_path / "public", path, MAPPING + "item_names: public\n")
    assert not report.refused and all(run.manifest["item_names"] == ["a", "b", "c"] for run in found)
    with pytest.raises(BadInput, match="`item_names` is public"):
        imported(tmp_path / "odd", path, MAPPING + "item_names: secret\n")


def test_a_public_name_is_no_text(tmp_path: Path) -> None:
    long = [("one", "x" * 400, True, "Hands", "2026-01-02", 0.5, 100, 1500)]
    path = matrix(tmp_path / "m.jsonl", long)
    assert imported(tmp_path / "silent", path, PLAIN)[0]
    found, report = imported(tmp_path / "public", path, PLAIN + "item_names: public\n")
    assert not found and "more than 300 characters" in str(report.refused)

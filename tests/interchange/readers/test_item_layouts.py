"""Where the rows of a source of items lie: every shape that a mapping can name gives the same outcomes; the rest is refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.errors import BadInput
from harness.interchange.foreign.names_and_dates import item_hash
from tests.interchange import builders as b
from tests.interchange.conftest import codes, rows
from tests.interchange.readers.test_item_matrix import imported

TRUTH = {"m1": {"a": 1.0, "b": 0.0, "c": 0.5}, "m2": {"a": 0.0, "b": 1.0, "c": 1.0}}
TAIL = "constants: {benchmark: toy}\n"


def outcomes(tmp_path: Path, path: Path, mapping: str) -> dict[str, dict[str, float]]:
    """The value of each item of each model, as the runs hold it; nothing may be refused."""
    runs, report = imported(tmp_path, path, mapping)
    assert not report.refused, report.refused
    names = {item_hash("item", item): item for item in ("a", "b", "c")}
    return {
        run.manifest["model"]["id"]: {
            names[r["doc_hash"]]: r["value"] for r in run.samples.to_pylist() if r["metric"] == "acc"
        }
        for run in runs
    }


def refusal(tmp_path: Path, path: Path, mapping: str) -> str:
    """The one reason for which a source is refused whole."""
    runs, report = imported(tmp_path, path, mapping)
    assert not runs and len(report.refused) == 1
    return report.refused[0].reason


LISTS = {
    "board": "toy",
    "models": [{"name": m, "items": [{"id": i, "ok": v} for i, v in r.items()]} for m, r in TRUTH.items()],
}
NESTED = {m: {"scores": {i: {"metrics": {"accuracy": v}} for i, v in r.items()}} for m, r in TRUTH.items()}
FLAT = [{"who": m, "task": i, "ok": v} for m, r in TRUTH.items() for i, v in r.items()]


@pytest.mark.parametrize(
    ("document", "mapping"),
    [
        (FLAT, "columns: {model: who, item: task, value: ok}"),
        ({"results": FLAT}, "rows: results\ncolumns: {model: who, item: task, value: ok}"),
        ({"results": [FLAT[:2], [FLAT[2:]]]}, "rows: results.*\ncolumns: {model: who, item: task, value: ok}"),
        ({"r.s": {"all": FLAT}}, "rows: [r.s, all]\ncolumns: {model: who, item: task, value: ok}"),
        (LISTS, "rows: models.*.items.*\ncolumns: {model: models.name, item: id, value: ok}"),
        (LISTS, "rows: models.*.items\ncolumns: {model: models.name, item: id, value: ok, edition: $.board}"),
        (NESTED, "rows: '{who}.scores.{task}'\ncolumns: {model: who, item: task, value: metrics.accuracy}"),
        (TRUTH, "rows: '{who}.{task}'\ncolumns: {model: who, item: task, value: value}"),
        ({f"run-{m}": r for m, r in TRUTH.items()} | {"total": 6}, "rows: 'run-{who}.{task}'\ncolumns: {model: who, item: task, value: value}"),
    ],
)  # fmt: skip
def test_a_document_with_its_rows_at_a_path(tmp_path: Path, document: Any, mapping: str) -> None:
    assert outcomes(tmp_path, b.write(tmp_path / "d.json", document), f"{mapping}\n{TAIL}") == TRUTH


BY_MODEL = [{"who": m, **r} for m, r in TRUTH.items()]
BY_ITEM = [{"task": i, **{m: TRUTH[m][i] for m in TRUTH}} for i in ("a", "b", "c")]
WIDE_MODEL = f"rows: '{{task}}'\ncolumns: {{model: $.who, item: task, value: value}}\n{TAIL}"
WIDE_ITEM = f"rows: '{{who}}'\ncolumns: {{model: who, item: $.task, value: value}}\n{TAIL}"


@pytest.mark.parametrize(("records", "mapping"), [(BY_MODEL, WIDE_MODEL), (BY_ITEM, WIDE_ITEM)])
@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl", ".jsonl.gz", ".parquet"])
def test_a_wide_table_in_every_kind_of_file(
    tmp_path: Path, records: list[dict[str, Any]], mapping: str, ending: str
) -> None:
    path = tmp_path / f"m{ending}"
    lines = "\n".join(json.dumps(r) for r in records)
    if ending == ".parquet":
        pq.write_table(pa.Table.from_pylist(records), path)
    elif ending == ".jsonl.gz":
        path.write_bytes(gzip.compress(lines.encode()))
    elif ending == ".jsonl":
        b.write(path, lines)
    else:
        table = [list(records[0]), *([str(v) for v in r.values()] for r in records)]
        b.write(path, "\n".join(("\t" if ending == ".tsv" else ",").join(row) for row in table) + "\n")
    assert outcomes(tmp_path, path, mapping) == TRUTH


def test_other_columns_of_a_wide_table_are_left_out_by_name_or_refused(tmp_path: Path) -> None:
    path = b.write(tmp_path / "m.csv", "who,a,b,note,mean\nm1,1,0,fine,0.5\nm2,,1,,1\n")
    reason = refusal(tmp_path, path, WIDE_MODEL)
    assert "line 2, note has no number under value: fine" in reason
    runs, report = imported(tmp_path, path, f"{WIDE_MODEL}leave_out: {{task: [note, mean]}}\n")
    assert not report.refused
    assert {r.manifest["model"]["id"]: rows(r)["toy", "acc", "none"]["n"] for r in runs} == {"m1": 2, "m2": 1}
    prefixed = b.write(tmp_path / "p.csv", "who,score_a,score_b,cost\nm1,1,0,7\n")
    assert outcomes(tmp_path, prefixed, WIDE_MODEL.replace("{task}", "score_{task}")) == {"m1": {"a": 1.0, "b": 0.0}}


CELLS = [
    ({"a": True, "b": False}, "", {"a": 1.0, "b": 0.0}),
    ({"a": "PASS", "b": "FAIL"}, "values: {PASS: 1, FAIL: 0}", {"a": 1.0, "b": 0.0}),
    ({"a": "partly", "b": 1}, "values: {partly: 0.5}", {"a": 0.5, "b": 1.0}),
    ({"a": [1, 0, 1, 1], "b": [0]}, "", {"a": 0.75, "b": 0.0}),
    ({"a": [[True, False], [True, True]], "b": []}, "", {"a": 0.75}),
    ({"a": ["PASS", "FAIL"]}, "values: {PASS: 1, FAIL: 0}", {"a": 0.5}),
    ({"a": None, "b": 1}, "", {"b": 1.0}),
    ({"a": float("nan"), "b": 1}, "", {"b": 1.0}),
]


@pytest.mark.parametrize(("cells", "more", "expected"), CELLS)
def test_cells_of_every_kind(tmp_path: Path, cells: dict[str, Any], more: str, expected: dict[str, float]) -> None:
    path = b.write(tmp_path / "m.jsonl", json.dumps({"who": "m", "responses": cells}))
    mapping = f"rows: responses.{{task}}\ncolumns: {{model: $.who, item: task, value: value}}\n{TAIL}{more}\n"
    assert outcomes(tmp_path, path, mapping) == {"m": expected}


def test_a_share_of_tries_and_lists_of_what_each_took(tmp_path: Path) -> None:
    cells = {"a": {"successes": 4, "trials": 5, "usd": 1}, "b": {"successes": 0, "trials": 5, "usd": 3}}
    path = b.write(tmp_path / "m.jsonl", json.dumps({"who": "m", "responses": cells}))
    share = "columns: {model: $.who, item: task, value: {column: successes, of: trials}, cost_usd: usd}"
    mapping = f"rows: responses.{{task}}\n{share}\n{TAIL}"
    assert outcomes(tmp_path, path, mapping) == {"m": {"a": 0.8, "b": 0.0}}
    zero = b.write(
        tmp_path / "z.jsonl",
        json.dumps({"who": "m", "responses": {"a": {"successes": 0, "trials": 0}, "b": {"usd": 1}}}),
    )
    assert "nothing to divide successes by under trials: 0" in refusal(tmp_path, zero, mapping)
    tries = b.write(tmp_path / "t.jsonl", json.dumps({"who": "m", "task": "a", "ok": [1, 0], "usd": [1, 3]}))
    flat = f"columns: {{model: who, item: task, value: ok, cost_usd: usd}}\n{TAIL}"
    runs, _ = imported(tmp_path, tries, flat)
    assert rows(runs[0])["toy", "cost_usd", "none"]["score"] == 2.0 and "tries" in codes(runs[0])
    uneven = b.write(tmp_path / "u.jsonl", json.dumps({"who": "m", "task": "a", "ok": [1, 0], "usd": [1]}))
    assert "has 2 tries under ok and 1 under usd" in refusal(tmp_path, uneven, flat)


def source(folder: Path) -> Path:
    """A file for each model and benchmark, what is known of each model beside."""
    for model, results in TRUTH.items():
        b.write(folder / f"results/{model}/about.json", {"agent": {"name": "Hands"}, "label": f"{model} (2026)"})
        b.write(
            folder / f"results/{model}/runs.json",
            [{"bench": "toy", "when": "2026-01-02"}, {"bench": "other", "when": "2026-03-04"}],
        )
        b.write(folder / f"results/{model}/items/toy.json", {i: {"ok": v, "usd": 2} for i, v in results.items()})
    b.write(folder / "README.md", "nothing")
    b.write(folder / "results/summary.json", {"m1": 0.5})
    return folder


FOLDER = """
files: results/{who}/items/{bench}.json
rows: "{task}"
beside: {about: "results/{who}/about.json", run: {file: "results/{who}/runs.json", find: bench}}
columns: {model: who, item: task, value: ok, benchmark: bench, agent: about.agent.name, date: run.when, cost_usd: usd}
"""


def test_a_folder_with_a_file_for_each_model_and_benchmark(tmp_path: Path) -> None:
    folder = source(tmp_path / "in")
    assert outcomes(tmp_path, folder, FOLDER) == TRUTH
    runs, report = imported(tmp_path, folder, FOLDER)
    assert not runs and len(report.existing) == 2  # once more: the same runs
    run = next(iter(imported(tmp_path / "other", folder, FOLDER)[0]))
    assert run.manifest["source"]["agent"] == "Hands" and run.manifest["started"] == "2026-01-02T00:00:00Z"
    one = folder / "results/m2/items/toy.json"
    assert outcomes(tmp_path / "one", one, FOLDER) == {"m2": TRUTH["m2"]}
    assert outcomes(tmp_path / "part", folder / "results/m1", FOLDER) == {"m1": TRUTH["m1"]}


def test_words_out_of_names_and_cells(tmp_path: Path) -> None:
    for model, results in TRUTH.items():
        b.write(
            tmp_path / f"in/toy__{model}.jsonl",
            "\n".join(json.dumps({"id": f"{i} (v2)", "ok": v}) for i, v in results.items()),
        )
    mapping = "files: '{bench}__{who}.jsonl'\nsplit: {id: '{task} ({version})'}\n"
    mapping += "columns: {model: who, item: task, value: ok, benchmark: bench, edition: version}\n"
    assert outcomes(tmp_path, tmp_path / "in", mapping) == TRUTH
    odd = b.write(tmp_path / "odd/toy__m__x.jsonl", json.dumps({"id": "a (v2)", "ok": 1}))  # two readings of the name
    with pytest.raises(BadInput, match="no file below odd that the mapping names"):
        imported(tmp_path, odd.parent, mapping)
    unfit = b.write(tmp_path / "unfit/toy__m.jsonl", json.dumps({"id": "a v2", "ok": 1}))
    assert "lacks the columns task" in refusal(tmp_path, unfit.parent, mapping)
    some = json.dumps({"id": "a (v2)", "ok": 1}) + "\n" + json.dumps({"id": "b", "ok": 1})
    assert "line 2 names no item" in refusal(tmp_path, b.write(tmp_path / "some/toy__m.jsonl", some).parent, mapping)
    kept = f"{mapping}leave_out: {{task: [null]}}\n"
    assert outcomes(tmp_path / "kept", tmp_path / "some", kept) == {"m": {"a": 1.0}}


def test_a_column_is_found_where_it_is_named_and_nowhere_else(tmp_path: Path) -> None:
    # The board has a `score` of its own: an item without one must not get it.
    document = {"boards": [{"score": 0.9, "who": "m", "items": {"a": {"score": 1}, "b": {}}}]}
    path = b.write(tmp_path / "d.json", document)
    mapping = f"rows: boards.*.items.{{task}}\ncolumns: {{model: boards.who, item: task, value: score}}\n{TAIL}"
    assert outcomes(tmp_path, path, mapping) == {"m": {"a": 1.0}}
    bare = mapping.replace("boards.who", "who")
    assert "lacks the columns who" in refusal(tmp_path, path, bare) and "`$.model`" in refusal(tmp_path, path, bare)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"results": []}, "has no rows at the place that `rows`"),
        ({"other": [1]}, "has no rows at the place that `rows`"),
        ({"results": 5}, "has neither list nor object at results"),
        ([{"results": []}], "has no object with results at its root"),
        ({"results": [{"who": "m", "task": "a"}]}, "lacks the columns ok"),
        ({"results": [{"who": "m", "task": "a", "ok": 1}, {"who": "m", "task": "b", "ok": "?"}]}, "results.1 has no number under ok: ?"),
        ({"results": [{"who": "m", "task": "a", "ok": {"x": 1}}]}, "results.0 has no number under ok"),
        ({"results": [{"who": "m", "task": "a", "ok": 3}]}, "results.0 has the value 3"),
        ({"results": [5]}, "lacks the columns ok, task, who"),
        ('{"results": [{"who": "m", "who": "n", "task": "a", "ok": 1}]}', "has a key twice"),
        ('{"results": [{"who": "m", "task": "a", "ok": Infinity}]}', "results.0 has no number under ok: inf"),
        ('{"results": [', "is not valid JSON"),
        ("[" * 400 + "]" * 400, "nested too deeply"),
    ],
)  # fmt: skip
def test_a_document_that_is_not_as_its_mapping_says(tmp_path: Path, document: Any, reason: str) -> None:
    mapping = f"rows: results.*\ncolumns: {{model: who, item: task, value: ok}}\n{TAIL}"
    assert reason in refusal(tmp_path, b.write(tmp_path / "d.json", document), mapping)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("rows: {a: b}", "line 3: `rows` are 1 to 12 steps"),
        ("rows: a..b", "line 3: `rows` are 1 to 12 steps"),
        ("rows: '{task'", "line 3: `rows` are 1 to 12 steps"),
        ("rows: '{task}.{task}'", "line 3: a word in braces"),
        ("rows: ''", "line 3: `rows` are 1 to 12 steps"),
        ("rows: []", "line 3: `rows` are 1 to 12 steps"),
        ("files: 5", "line 3: `files` are the end of a path"),
        ("files: ../{who}.json", "line 3: `files` are the end of a path"),
        ("files: /etc/{who}", "line 3: `files` are the end of a path"),
        ("files: ['{who}.json', 'b.json']", "line 3: `files` have the same words"),
        ("files: '{a b}.json'", "line 3: `files` are the end of a path"),
        ("beside: {about: a.json}", "line 3: `beside` needs `files`"),
        ("files: '{who}.json'\nbeside: {about: '../{who}.json'}", "line 4: `beside.about` is a path"),
        ("files: '{who}.json'\nbeside: {about: '{what}.json'}", "line 4: `beside.about` is a path"),
        ("files: '{who:m*}.json'\nbeside: {about: '{who:m1}.txt'}", "line 4: `beside.about` is a path"),
        ("files: '{who}.json'\nbeside: {about: {file: '{who}.json', fnd: x}}", "line 4: `beside.about` is a path"),
        ("split: [a]", "line 3: `split` holds columns"),
        ("split: {a: b}", "line 3: `split.a` is a pattern"),
        ("values: [PASS]", "line 3: `values` holds words"),
        ("values: {PASS: 2}", "line 3: `values.PASS` is a number from 0 to 1"),
        ("values: {PASS: yes}", "line 3: `values.PASS` is a number from 0 to 1"),
    ],
)
def test_what_a_layout_says_and_is_not_understood_is_refused_with_its_line(
    tmp_path: Path, more: str, problem: str
) -> None:
    mapping = f"columns: {{model: who, item: task, value: ok}}\n{TAIL}{more}\n"
    with pytest.raises(BadInput) as caught:
        imported(tmp_path, b.write(tmp_path / "m.csv", "who,task,ok\nm,a,1\n"), mapping)
    assert problem in " ".join(caught.value.problems)


def test_a_mapping_that_is_none_and_names_that_are_not_shipped(tmp_path: Path) -> None:
    from harness.interchange.importing import import_path

    path = b.write(tmp_path / "m.csv", "who,task,ok\nm,a,1\n")
    with pytest.raises(BadInput, match="openhands-index"):
        import_path(path, runs_dir=tmp_path / "runs", mapping=Path("no-such-mapping"))
    for name in ("no-such", "../weirdml", "5"):
        with pytest.raises(BadInput, match="no mapping of that name is shipped"):
            imported(tmp_path, path, f"extends: {name}\ncolumns: {{model: who, item: task, value: ok}}\n")


def test_links_are_not_followed(tmp_path: Path) -> None:
    folder = source(tmp_path / "in")
    secret = b.write(tmp_path / "elsewhere/toy.json", {"a": {"ok": 1, "usd": 1}})
    (folder / "results/m3").symlink_to(secret.parent)
    (folder / "results/m1/items/extra.json").symlink_to(secret)
    (folder / "results/m2/about.json").unlink()
    (folder / "results/m2/about.json").symlink_to(folder / "results/m1/about.json")
    runs, report = imported(tmp_path, folder, FOLDER)
    assert [r.manifest["model"]["id"] for r in runs] == ["m1"]
    refused = {r.file: r.reason for r in report.refused}
    own = {f"results/{name}" for name in ("m3", "m1/items/extra.json", "m2/about.json", "m2/items/toy.json")}
    assert set(refused) == own
    assert all("symbolic link" in reason for reason in refused.values())

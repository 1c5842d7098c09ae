"""A fault in one file of a source of items: it is named, the other files are read, and no run is imported by half."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.interchange import corrected
from harness.interchange.foreign import bounded
from tests.interchange import builders as b
from tests.interchange.conftest import rows
from tests.interchange.readers.test_item_matrix import imported

BY_NAME = (
    "files: '{who}.json'\nrows: '{task}'\ncolumns: {model: who, item: task, value: ok}\nconstants: {benchmark: toy}\n"
)
INSIDE = "files: '*.jsonl'\ncolumns: {model: who, item: task, value: ok}\nconstants: {benchmark: toy}\n"


def document(**values: object) -> dict[str, object]:
    return {item: {"ok": value} for item, value in values.items()}


def lines(*records: tuple[str, str, object]) -> str:
    return "\n".join(json.dumps({"who": who, "task": task, "ok": ok}) for who, task, ok in records)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ('{"a": {"ok": 1}', "is not valid JSON"),
        ('{"a": {"ok": 1}, "a": {"ok": 0}}', "has a key twice"),
        ('{"a": {"right": 1}}', "lacks the columns ok"),
        ('{"a": {"ok": 7}}', "a has the value 7"),
        ('{"a": {"ok": Infinity}}', "a has no number under ok: inf"),
        ('{"a": {"ok": 1}, "b": {"ok": "yes"}}', "b has no number under ok: yes"),
        ("[]", "has no rows"),
        ("5", "has neither list nor object"),
        ("[" * 100_000, "nested too deeply"),
        ("\udcff", "is not UTF-8"),
        ("version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    ],
)
def test_a_broken_file_is_named_and_the_others_are_read(tmp_path: Path, broken: str, reason: str) -> None:
    folder = tmp_path / "in"
    b.write(folder / "m1.json", document(a=1, b=0))
    b.write(folder / "m3.json", document(a=0, b=0))
    (folder / "m2.json").write_bytes(broken.encode("utf-8", "surrogateescape"))
    runs, report = imported(tmp_path, folder, BY_NAME)
    assert {r.manifest["model"]["id"] for r in runs} == {"m1", "m3"}
    assert [r.file for r in report.refused] == ["m2.json"] and reason in report.refused[0].reason
    assert report.refused[0].failed
    b.write(folder / "m2.json", document(a=1, b=1))
    runs, report = imported(tmp_path, folder, BY_NAME)
    assert [r.manifest["model"]["id"] for r in runs] == ["m2"] and len(report.existing) == 2 and not report.refused


def test_a_file_that_is_too_large_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "MAX_JSON", 200)
    b.write(tmp_path / "in/m1.json", document(a=1))
    b.write(tmp_path / "in/m2.json", document(**{f"item{k}": 1 for k in range(100)}))
    runs, report = imported(tmp_path, tmp_path / "in", BY_NAME)
    assert len(runs) == 1 and "is larger than 200 bytes" in report.refused[0].reason


def test_a_key_that_would_take_for_ever_to_take_apart_is_refused(tmp_path: Path) -> None:
    b.write(tmp_path / "in/m1.json", document(a_1=1))
    b.write(tmp_path / "in/m2.json", document(**{"a" * 2_000_000: 1}))
    mapping = BY_NAME.replace("'{task}'", "'*{task}_{part}*a*b*'").replace("item: task", "item: part")
    reasons = [r.reason for r in imported(tmp_path, tmp_path / "in", mapping)[1].refused]
    assert any("more than 1,000 characters" in reason for reason in reasons)


def test_a_broken_file_beside_refuses_the_files_that_it_is_beside(tmp_path: Path) -> None:
    mapping = BY_NAME.replace("'{who}.json'", "'{who}/items.json'\nbeside: {about: '{who}/about.json'}")
    mapping = mapping.replace("model: who", "model: about.name")
    for who, about in (("m1", '{"name": "one"}'), ("m2", "{"), ("m3", '{"name": "three"}')):
        b.write(tmp_path / f"in/{who}/items.json", document(a=1))
        b.write(tmp_path / f"in/{who}/about.json", about)
    runs, report = imported(tmp_path, tmp_path / "in", mapping)
    assert {r.manifest["model"]["id"] for r in runs} == {"one", "three"}
    assert (
        report.refused[0].file == "m2/items.json" and "about.json, which is not valid JSON" in report.refused[0].reason
    )


def test_a_run_with_rows_in_a_broken_file_waits(tmp_path: Path) -> None:
    b.write(tmp_path / "in/1.jsonl", lines(("m1", "a", 1), ("m2", "a", 1)))
    b.write(tmp_path / "in/2.jsonl", lines(("m1", "b", 0), ("m1", "c", "perhaps")))
    runs, report = imported(tmp_path, tmp_path / "in", INSIDE)
    assert [r.manifest["model"]["id"] for r in runs] == ["m2"]
    reasons = [r.reason for r in report.refused]
    assert len(reasons) == 2 and "line 2 has no number under ok: perhaps" in reasons[0]
    assert "has rows of m1 on toy that may be in 2.jsonl" in reasons[1]
    b.write(tmp_path / "in/2.jsonl", lines(("m1", "b", 0), ("m1", "c", 1)))
    runs, report = imported(tmp_path, tmp_path / "in", INSIDE)
    assert not report.refused and rows(runs[0])["toy", "acc", "none"]["n"] == 3


def test_a_run_in_several_files_waits_for_one_that_does_not_say_whose_it_is(tmp_path: Path) -> None:
    b.write(tmp_path / "in/1.jsonl", lines(("m1", "a", 1), ("m2", "a", 1)))
    b.write(tmp_path / "in/2.jsonl", lines(("m1", "b", 0)))
    b.write(tmp_path / "in/3.jsonl", "{")
    runs, report = imported(tmp_path, tmp_path / "in", INSIDE)
    assert [r.manifest["model"]["id"] for r in runs] == ["m2"] and "may be in 3.jsonl" in report.refused[1].reason
    # Where the file's name says whose it is, only that model waits.
    for name, text in (("m1-1", lines(("m1", "a", 1))), ("m1-2", "{"), ("m1-3", lines(("m1", "b", 1)))):
        b.write(tmp_path / f"named/{name}.jsonl", text)
    for part in (1, 2):
        b.write(tmp_path / f"named/m2-{part}.jsonl", lines(("m2", f"item{part}", 1)))
    mapping = INSIDE.replace("'*.jsonl'", "'{name}-{part}.jsonl'").replace("model: who", "model: name")
    runs, _ = imported(tmp_path, tmp_path / "named", mapping)
    assert [r.manifest["model"]["id"] for r in runs] == ["m2"]


def test_what_a_mended_file_adds_replaces_the_runs_that_lacked_it(tmp_path: Path) -> None:
    mapping = f"{BY_NAME}missing: wrong\n"
    b.write(tmp_path / "in/m1.json", document(a=1))
    b.write(tmp_path / "in/m2.json", "{")
    first, _ = imported(tmp_path, tmp_path / "in", mapping)
    b.write(tmp_path / "in/m2.json", document(a=1, b=1))
    runs, report = imported(tmp_path, tmp_path / "in", mapping)
    scores = {r.manifest["model"]["id"]: rows(r)["toy", "acc", "none"]["score"] for r in runs}
    assert scores == {"m1": 0.5, "m2": 1.0}  # item b is missing, and wrong
    assert report.replaced == (first[0].run_id,)


def test_names_that_one_file_lacks_are_no_fault_of_the_others(tmp_path: Path) -> None:
    b.write(tmp_path / "in/m1.json", document(a=1))
    b.write(tmp_path / "in/m2.json", {"a": {"ok": 1, "usd": 5}})
    mapping = BY_NAME.replace("value: ok", "value: ok, cost_usd: usd") + "models: {m2: gpt-5-4}\n"
    runs, report = imported(tmp_path, tmp_path / "in", mapping)
    assert len(runs) == 2 and not report.refused  # m1 has no costs
    wrong = mapping.replace("usd: usd", "usd: dollars")
    assert "lacks the columns dollars" in imported(tmp_path / "x", tmp_path / "in", wrong)[1].refused[0].reason
    unknown = mapping.replace("m2: gpt", "m9: gpt")
    assert "m9 (`models`" in imported(tmp_path / "x", tmp_path / "in", unknown)[1].refused[0].reason
    two = b.write(tmp_path / "in/sub/m1.json", document(b=1)).parent.parent  # two files of one name are one model's
    runs, _ = imported(tmp_path / "y", two, mapping)
    assert {rows(r)["toy", "acc", "none"]["n"] for r in runs} == {1, 2}


def test_a_corrected_mapping_of_a_wide_table_replaces_the_runs_that_it_reads_again(tmp_path: Path) -> None:
    path = b.write(tmp_path / "m.csv", "task,m1,m2\na,1,0\nb,1,0\n")
    mapping = "rows: '{who}'\ncolumns: {model: who, item: $.task, value: value}\nconstants: {benchmark: toy}\n"
    first, _ = imported(tmp_path, path, mapping)
    ids = {r.manifest["model"]["id"]: r.run_id for r in first}
    kept = f"{mapping}keep: {{who: [m1]}}\nmodels: {{m1: gpt-5-4}}\n"
    runs, report = imported(tmp_path, path, kept)
    assert len(runs) == 1 and report.replaced == (ids["m1"],)  # not that of m2, which has the same lines
    assert set(corrected.matrix_runs(tmp_path / "runs")) >= {ids["m2"], runs[0].run_id}


FAULTS: list[Callable[[str], str]] = [
    lambda text: text[: len(text) // 2],
    lambda text: text.replace("1", "NaN"),
    lambda text: text.replace(":", ",", 1),
    lambda text: text.replace("{", "[", 1),
    lambda text: text.replace("ok", "\\ud800"),
    lambda text: text + text,
    lambda text: f"[{text}]",
    lambda text: json.dumps(text),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_of_one_file_stops_the_others(tmp_path: Path, fault: Callable[[str], str]) -> None:
    b.write(tmp_path / "in/m1.json", document(a=1, b=0))
    b.write(tmp_path / "in/m2.json", fault(json.dumps(document(a=1, b=1))))
    runs, report = imported(tmp_path, tmp_path / "in", BY_NAME)
    names = {r.manifest["model"]["id"] for r in runs}
    assert "m1" in names and bool(report.refused) == ("m2" not in names)
    assert all("shape that its reader does not know" not in r.reason for r in report.refused)


def test_models_whose_files_are_equal_stay_apart_where_one_is_read_again(tmp_path: Path) -> None:
    for who in ("m1", "m2"):
        b.write(tmp_path / f"in/{who}/toy.json", document(a=1, b=0))
    mapping = BY_NAME.replace("{who}.json", "{who}/toy.json")
    first, _ = imported(tmp_path, tmp_path / "in", mapping)
    ids = {r.manifest["model"]["id"]: r.run_id for r in first}
    _, report = imported(tmp_path, tmp_path / "in/m1", f"{mapping}models: {{m1: gpt-5-4}}\n")
    assert report.replaced == (ids["m1"],)


def test_efforts_are_not_averaged_unseen_though_another_file_is_broken(tmp_path: Path) -> None:
    row = {"who": "m1", "task": "a", "ok": 1}
    b.write(tmp_path / "in/1.jsonl", "\n".join(json.dumps({**row, "effort": effort}) for effort in ("high", "low")))
    b.write(tmp_path / "in/2.jsonl", "{")
    runs, report = imported(tmp_path, tmp_path / "in", INSIDE)
    assert not runs and any("at several efforts (high, low)" in r.reason for r in report.refused)

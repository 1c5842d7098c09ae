"""Own task files are data: what they are read as, and that everything that could run code is refused before it runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.errors import BadInput, MissingData
from harness.suites.own.data_only import AGGREGATIONS, FILTERS, METRICS
from harness.suites.own.definitions import read
from harness.suites.own.templates import refusals

TASK = """task: river
dataset_path: json
dataset_kwargs: {data_files: {test: items.jsonl}}
output_type: multiple_choice
test_split: test
doc_to_text: "Question: {{question|trim}}\\nAnswer:"
doc_to_target: "{{label}}"
doc_to_choice: "{{choices}}"
metric_list:
  - {metric: acc, aggregation: mean, higher_is_better: true}
metadata: {version: 1.0}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "tasks"
    place.mkdir()
    (place / "items.jsonl").write_text('{"question": "a", "choices": ["x", "y"], "label": 0}\n')
    (place / "river.yaml").write_text(TASK)
    return place


def refused(folder: Path, *texts: str) -> None:
    with pytest.raises(BadInput) as caught:
        read([folder])
    told = "\n".join(caught.value.problems) or str(caught.value)
    assert all(text in told for text in texts), told


def test_an_edited_task_is_another_one_and_other_files_are_not(folder: Path) -> None:
    first = read([folder])
    assert set(first.specs) == {"river"} and first.files["river"] == folder / "river.yaml"
    (folder / "lake.yaml").write_text(TASK.replace("river", "lake"))
    second = read([folder])
    assert second.specs["river"] == first.specs["river"] != second.specs["lake"]
    (folder / "river.yaml").write_text(TASK.replace("Answer", "Reply"))
    assert read([folder]).specs["river"] != first.specs["river"]


def test_what_is_included_is_checked_and_counts(folder: Path) -> None:
    (folder / "river.yaml").write_text("include: _common\ntask: river\n")
    (folder / "_common").write_text(TASK.replace("task: river\n", ""))
    first = read([folder]).specs["river"]
    (folder / "_common").write_text(TASK.replace("task: river\n", "").replace("Answer", "Reply"))
    assert read([folder]).specs["river"] != first
    (folder / "_common").write_text("\nprocess_docs: !function utils.run\n")
    refused(folder, "river.yaml:2: !function is a tag that makes Python objects")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("process_docs: !function utils.f", "river.yaml:12: !function is a tag"),
        ("x: !!python/object/apply:os.system [id]", "river.yaml:12: tag:yaml.org,2002:python/object"),
        ("class: os.path", "river.yaml:12: 'class' may not stand"),
        ("custom_dataset: f", "'custom_dataset' may not stand"),
        ("unsafe_code: true", "'unsafe_code' may not stand"),
        ("process_results: /x/y.f", "'process_results' may not stand"),
        ("group: g", "'group' may not stand"),
        ("include: ../up.yaml", "river.yaml:12: include names '../up.yaml'"),
        ("include: /etc/passwd", "include names '/etc/passwd'"),
        ("gen_prefix: \"{{ ''.__class__ }}\"", "river.yaml:12: the template reads the attribute '__class__'"),
        ("fewshot_config: {sampler: evil}", "river.yaml:12: fewshot_config has 'sampler'"),
        ("fewshot_config: {doc_to_text: '{{a|attr(b)}}'}", "uses the filter 'attr'"),
        ("filter_list: [{name: f, filter: [{function: custom, filter_fn: f}]}]", "the filter 'custom' is none of"),
        ("filter_list: 7", "filter_list must be a list"),
        ("tag: &a [x]\nrepeats: *a", "aliases"),
    ],
)
def test_code_is_refused_with_file_and_line(line: str, said: str, folder: Path) -> None:
    (folder / "river.yaml").write_text(TASK + line + "\n")
    refused(folder, said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("items.jsonl", "../items.jsonl", "river.yaml:3: the data file '../items.jsonl' is no"),
        ("items.jsonl", "/etc/items.json", "is no .json or .jsonl file of the task's folder"),
        ("items.jsonl", "'https://x.example/items.json'", "is no .json or .jsonl file"),
        ("items.jsonl", "none.json", "the data file none.json is not there"),
        ("items.jsonl", "link.jsonl", "link.jsonl"),
        ("path: json", "path: squad", "dataset_path is 'squad'; own tasks read files: json, csv, parquet"),
        ("test: items.jsonl}", "test: items.jsonl}, trust_remote_code: true", "data_files alone"),
        ("metric: acc,", "metric: code_eval,", "river.yaml:10: the metric is none of lm-eval's own"),
        ("metric: acc,", "metric: acc, hf_evaluate: true,", "the metric is none of lm-eval's own"),
        ("aggregation: mean", "aggregation: os.system", "the aggregation is none of"),
        ("task: river", "task: [river]", "task must be a name"),
        ("task: river", "task: landscape_tnews", "begins as the names of Landscape's own tasks do"),
    ],
)
def test_data_from_elsewhere_and_foreign_metrics_are_refused(old: str, new: str, said: str, folder: Path) -> None:
    (folder / "link.jsonl").symlink_to(folder / "items.jsonl")
    if "link" not in new:
        (folder / "link.jsonl").unlink()
    (folder / "river.yaml").write_text(TASK.replace(old, new))
    refused(folder, said)


def test_python_files_and_links_are_refused_and_nothing_is_imported(folder: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    (folder / "utils.py").write_text(f"open({str(mark)!r}, 'w')")
    (folder / "more").symlink_to(tmp_path)
    refused(folder, f"{folder / 'utils.py'}: is code", f"{folder / 'more'}: is a link")
    assert not mark.exists()
    with pytest.raises(MissingData):
        read([folder / "none"])


def test_trusted_code_counts_in_the_hash_and_is_not_run_by_reading(folder: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    (folder / "river.yaml").write_text(TASK + "process_docs: !function utils.f\n")
    (folder / "utils.py").write_text(f"open({str(mark)!r}, 'w')")
    first = read([folder], trusted=True)
    assert first.files == {"river": folder / "river.yaml"} and not mark.exists()
    (folder / "utils.py").write_text("def f(docs): return docs")
    assert read([folder], trusted=True).specs != first.specs


@pytest.mark.parametrize(
    "template",
    [
        "{{ x['__class__'] }}", "{{ x['__cl' ~ 'ass__'] }}", "{{ x|map(attribute='__class__') }}", "{{ '{0.x}'.format(x) }}",
        "{{ '%s'|format(x) }}", "{{ lipsum() }}", "{{ cycler.__init__ }}", "{% include 'x' %}", "{% import 'x' as y %}",
        "{% macro m() %}{% endmacro %}", "{{ x.mro() }}", "{{ a[b][c] }}", "{{ self._TemplateReference__context }}",
        "{% set y = x.y.__globals__ %}", "{{ x[('_' * 2) + 'class'] }}", "{{ x[y|join] }}", "{{", "{{ _x }}",
        "{% set k = '__cl' ~ 'ass__' %}{{ x[k] }}", "{% for k in ks %}{{ x[k] }}{% endfor %}", "{{ lipsum[a] }}",
        "{% set y = x[a] %}{{ y[b] }}", "{% for c in cs %}{{ loop[a] }}{% endfor %}", "{{ ({'k': a ~ b}).k }}{{ x[({'k': a ~ b}).k] }}",
        "{{ range[a] }}", "{% set d = {'k': a ~ b} %}{{ x[d.k] }}",
    ],
)  # fmt: skip
def test_templates_that_reach_into_python_are_refused(template: str) -> None:
    assert list(refusals(template))


@pytest.mark.parametrize(
    "template",
    [
        "plain", "{{question.strip()}}\nA. {{choices[0]}}", "{{ choices[label] }}", "{{ answers.text[0] }}",
        "{% for c in choices %}{{loop.index}}. {{c}}\n{% endfor %}", "{{ ['a', 'b'][label|int] }}", "{{ doc.q|lower }}",
        "{% if x == 1 %}yes{% else %}no{% endif %}", "{{ text.split('\\n')[1:]|join(' ') }}", "{{ range(3)|list }}",
    ],
)  # fmt: skip
def test_ordinary_templates_pass(template: str) -> None:
    assert list(refusals(template)) == []


def test_the_names_that_are_known_are_lm_evals() -> None:
    import lm_eval.api.metrics
    import lm_eval.filters  # noqa: F401
    from lm_eval.api import registry

    assert set(registry.METRIC_REGISTRY.keys()) - {"bypass"} == METRICS
    assert set(registry.AGGREGATION_REGISTRY.keys()) - {"bypass"} == AGGREGATIONS
    assert set(registry.FILTER_REGISTRY.keys()) - {"custom"} == FILTERS


ROWS: list[dict[str, Any]] = [{"q": f"q{n}", "n": n} for n in range(3)]


@pytest.mark.parametrize("form", ["lines.jsonl", "list.json", "long.json", "t.csv", "t.parquet"])
def test_every_kind_of_file_gives_the_same_rows(form: str, tmp_path: Path) -> None:
    from harness.suites.own.data_files import data_files

    path = tmp_path / form
    if form.endswith("jsonl"):
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    elif form.endswith("json"):
        path.write_text(json.dumps(ROWS, indent=2 if form == "long.json" else None))
    elif form.endswith("csv"):
        path.write_text("q,n\nq0,0\nq1,1\nq2,2\n")
    else:
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    kind = path.suffix.removeprefix(".").removesuffix("l")
    kind = "json" if kind.startswith("json") else path.suffix[1:]
    config = {"dataset_path": kind, "dataset_kwargs": {"data_files": {"test": form}}}
    files = data_files(config, tmp_path, tmp_path)
    assert files()["test"].to_list() == ROWS and files.rows("test") == 3 and files.columns("test") == ["q", "n"]

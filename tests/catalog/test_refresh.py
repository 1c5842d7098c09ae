"""A refresh adds, keeps history, repeats without change, and refuses as a whole."""

from __future__ import annotations

import csv
import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from harness import places
from harness.catalog import checks, tables
from harness.catalog.refresh import refresh
from harness.errors import BadInput, MissingData
from tests.catalog.conftest import TODAY


def snapshot(price: float, **more: Any) -> str:
    offer = {
        "id": "acme/acme-7b:free",
        "name": "Acme 7B (free)",
        "release_date": "2026-01",
        "open_weights": True,
        "limit": {"context": 4096},
        "modalities": {"input": ["text"], "output": ["text"]},
        "cost": {"input": price, "output": 2},
    }
    new = {**offer, "id": "acme/acme-9b", "name": "Acme: Acme 9B", "release_date": "2026-06-30", "cost": {"input": -1}}
    odd = {**offer, "id": "stranger/thing-1", "name": "Thing", "cost": None}
    models = {o["id"]: o for o in (offer, new, odd)}
    return json.dumps(
        {"cloudy": {"id": "cloudy", "name": "Cloudy", "doc": "https://cloudy.example/d", "models": models}, **more}
    )


@pytest.fixture
def work(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small catalog stands for the packaged one; the folder to refresh starts empty."""
    monkeypatch.setattr(places, "packaged_catalog", lambda: small)
    return tmp_path / "work"


def saved(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def test_into_an_empty_catalog_and_twice(work: Path, tmp_path: Path) -> None:
    file = saved(tmp_path, "api-2026-07-15.json", snapshot(0.5))
    report = refresh(work, "models.dev", [file], today=TODAY)
    first = bytes_of(work)
    again = refresh(work, "models.dev", [file], today=TODAY)
    assert bytes_of(work) == first
    assert (dict(again.added), again.changed, again.files) == ({}, [], [])
    assert checks.check(work, TODAY) == []
    assert (report.offers, report.offers_with_vendor) == (3, 2)
    assert [(u.kind, u.name) for u in report.unmatched] == [("offer", "stranger/thing-1")]
    catalog, _ = tables.read(work)
    assert {r["offer_id"]: r["model_id"] for r in catalog.rows["prices"]} == {
        "acme/acme-7b:free": "acme-7b-instruct",
        "acme/acme-9b": "acme-9b",
        "stranger/thing-1": "",
    }
    added = next(r for r in catalog.rows["models"] if r["model_id"] == "acme-9b")
    assert (added["vendor_id"], added["name"], added["released"], added["params_b"]) == (
        "acme",
        "Acme 9B",
        "",  # a reseller's date says nothing
        "9",
    )
    # the reviewed rows came along from the packaged catalog, with their sources
    assert {r["vendor_id"] for r in catalog.rows["vendors"]} == {"acme"}
    assert {r["source_id"] for r in catalog.rows["sources"]} == {"page", "models-dev-2026-07-15"}
    # a negative price is no price
    assert next(r for r in catalog.rows["prices"] if r["model_id"] == "acme-9b")["input_per_mtok"] == ""


def test_a_new_price_is_a_further_row(work: Path, tmp_path: Path) -> None:
    for day, price in (("2026-07-15", 0.5), ("2026-07-20", 0.25)):
        report = refresh(work, "models.dev", [saved(tmp_path, f"api-{day}.json", snapshot(price))], today=TODAY)
    catalog, _ = tables.read(work)
    history = [(r["as_of"], r["input_per_mtok"]) for r in catalog.rows["prices"] if r["model_id"] == "acme-7b-instruct"]
    assert history == [("2026-07-15", "0.5"), ("2026-07-20", "0.25")]
    change = next(c for c in report.price_changes if c.column == "input_per_mtok")
    assert (change.old, change.new) == ("0.5", "0.25")
    assert report.as_json()["offers"] == 3


def test_rows_of_hand_are_filled_but_not_overwritten(small: Path, work: Path, tmp_path: Path) -> None:
    listed = {
        "id": "acme/acme-large",
        "name": "Other Name",
        "release_date": "2026-02-03",
        "open_weights": True,
        "limit": {"context": 8000},
        "modalities": {"input": ["text"], "output": ["text"]},
        "benchmarks": [
            {
                "name": "SciCode",
                "score": 41.5,
                "metric": "percent correct",
                "source": "https://artificialanalysis.ai/x",
            },
            {
                "name": "SciCode",
                "score": 42.5,
                "metric": "percent correct",
                "source": "https://artificialanalysis.ai/x",
            },
            {"name": "Unheard Of", "score": 1, "metric": "x"},
        ],
    }
    file = saved(
        tmp_path,
        "models-2026-07-15.json",
        json.dumps({"acme/acme-large": listed, "who/what": {**listed, "id": "who/what"}}),
    )
    report = refresh(small, "models.dev", [file], today=TODAY)
    catalog, _ = tables.read(small)
    row = next(r for r in catalog.rows["models"] if r["model_id"] == "acme-large")
    assert (row["name"], row["open_weights"], row["released"], row["source_id"]) == (
        "Acme Large",
        "false",
        "2026-02-03",
        "page",
    )
    assert {c.column for c in report.changed} >= {"released", "context_tokens"}
    scores = [
        (r["score"], r["unit"], r["setting"], r["reporter"])
        for r in catalog.rows["reported_scores"]
        if r["benchmark_id"] == "scicode-artificial-analysis"
    ]
    assert scores == [
        ("0.415", "fraction", "", "third-party"),
        ("0.425", "fraction", "figure 2 of this source", "third-party"),
    ]
    assert {(u.kind, u.name) for u in report.unmatched} == {("benchmark", "Unheard Of"), ("model", "who/what")}


def test_wrong_use_is_refused_in_words(work: Path, tmp_path: Path) -> None:
    good = snapshot(1)
    with pytest.raises(BadInput, match=r"There are: models\.dev, litellm"):
        refresh(work, "nowhere", [], today=TODAY)
    with pytest.raises(MissingData, match="no file"):
        refresh(work, "models.dev", [tmp_path / "absent.json"], today=TODAY)
    with pytest.raises(BadInput, match="--date YYYY-MM-DD"):
        refresh(work, "models.dev", [saved(tmp_path, "api.json", good)], today=TODAY)
    with pytest.raises(BadInput, match="--date YYYY-MM-DD"):
        refresh(work, "models.dev", [saved(tmp_path, "api-2026-13-40.json", good)], today=TODAY)
    with pytest.raises(BadInput, match="future"):
        refresh(
            work, "models.dev", [saved(tmp_path, "api-2026-07-15.json", good)], date=dt.date(2030, 1, 1), today=TODAY
        )
    with pytest.raises(BadInput, match="is no JSON"):
        refresh(work, "models.dev", [saved(tmp_path, "api-2026-07-16.json", "{")], today=TODAY)
    with pytest.raises(BadInput, match="neither"):
        refresh(work, "models.dev", [saved(tmp_path, "api-2026-07-17.json", "[]")], today=TODAY)
    assert not work.exists()


def test_without_a_network_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.catalog import download as module

    monkeypatch.setattr(module, "TIMEOUT_S", 2)
    with pytest.raises(MissingData, match="--file"):
        module.fetch("http://127.0.0.1:9/api.json")


def test_a_live_address_is_read(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.catalog import download as module

    saved(tmp_path, "api.json", snapshot(3))
    assert module.fetch((tmp_path / "api.json").as_uri()).name == "api.json"
    monkeypatch.setattr(module, "MAX_DOWNLOAD", 10)
    with pytest.raises(BadInput, match="sends more than"):
        module.fetch((tmp_path / "api.json").as_uri())


def test_the_real_snapshot_into_an_empty_catalog_twice(
    market: Path, tmp_path: Path, offers_of_july_2026: set[tuple[str, str]]
) -> None:
    file = market / "models.dev" / "api-2026-07-02.json"
    report = refresh(tmp_path / "new", "models.dev", [file])
    first = bytes_of(tmp_path / "new")
    refresh(tmp_path / "new", "models.dev", [file])
    assert bytes_of(tmp_path / "new") == first
    assert checks.check(tmp_path / "new", dt.date.today()) == []
    assert report.offers == len(offers_of_july_2026)
    assert report.offers_with_vendor / report.offers >= 0.90


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "files"),
    [
        ("open-llm-leaderboard-v1", ["leaderboards/2025-05-13-huggingface_v1.csv"]),
        ("open-llm-leaderboard-v2", ["leaderboards/2025-05-13-huggingface_v2.csv"]),
        ("arena", ["leaderboards/2025-08-06-lmarena_text.csv"]),
        ("livebench", ["livebench/table_2025_11_25.csv", "livebench/categories_2025_11_25.json"]),
        ("epoch-models", ["epoch_ai/notable_ai_models.csv", "epoch_ai/training_costs_paper.csv"]),
        ("epoch-companies", ["epoch_ai/ai_companies_funding_rounds.csv", "epoch_ai/ai_companies_staff_reports.csv"]),
        ("epoch-scores", ["epoch_ai/reported/external_benchmark_mmlu.csv", "epoch_ai/reported/model_versions.csv"]),
        ("litellm", ["litellm/model_prices-2025-09-01.json"]),
        ("hardware-prices", ["epoch_ai/hardware_prices.csv"]),
        ("ecosystem-graphs", ["ecosystem_graphs/all_assets.csv"]),
        ("llms-in-china", ["llms_in_china/llms_in_china.csv"]),
    ],
)
def test_every_real_source_into_an_empty_catalog_twice(
    market: Path, tmp_path: Path, source: str, files: list[str]
) -> None:
    paths, day = [market / f for f in files], dt.date(2026, 4, 30)
    report = refresh(tmp_path / "new", source, paths, date=day)
    assert report.added
    first = bytes_of(tmp_path / "new")
    refresh(tmp_path / "new", source, paths, date=day)
    assert bytes_of(tmp_path / "new") == first
    assert checks.check(tmp_path / "new", dt.date.today()) == []


REPEATED: list[tuple[str, str, list[str]]] = [
    ("open-llm-leaderboard-v2", "2025-05-13", ["leaderboards/2025-05-13-huggingface_v2.csv"]),
    ("arena", "2025-08-06", ["leaderboards/2025-08-06-lmarena_text.csv"]),
    ("livebench", "2025-11-25", ["livebench/table_2025_11_25.csv", "livebench/categories_2025_11_25.json"]),
    ("models.dev", "2026-07-02", ["models.dev/api-2026-07-02.json", "models.dev/models-2026-07-02.json"]),
    ("litellm", "2025-09-01", ["litellm/model_prices-2025-09-01.json"]),
    ("epoch-models", "2025-12-31", ["epoch_ai/notable_ai_models.csv", "epoch_ai/training_costs_*.csv"]),
    ("epoch-companies", "2025-12-31", ["epoch_ai/ai_companies_*.csv"]),
    ("epoch-scores", "2025-12-31", ["epoch_ai/reported/*.csv"]),
    ("epoch-hub", "2026-04-19", ["epoch_ai/hub-2026-04-19/*.csv"]),
    ("cloud-gpus", "2025-04-21", ["cloud_gpus/*-gpus.csv"]),
    ("hardware-prices", "2026-04-30", ["epoch_ai/hardware_prices.csv"]),
    ("ecosystem-graphs", "2025-01-24", ["ecosystem_graphs/all_assets.csv"]),
    ("fmti", "2025-12-31", ["fmti/Dec2025_scores.csv"]),
    ("llms-in-china", "2024-11-30", ["llms_in_china/llms_in_china.csv"]),
    ("collected", "2026-11-28", ["reported_2026/*_2026.csv"]),
]


@pytest.mark.slow
@pytest.mark.parametrize(("source", "day", "globs"), REPEATED)
def test_a_snapshot_read_again_undoes_no_repair(
    market: Path, tmp_path: Path, source: str, day: str, globs: list[str]
) -> None:
    files = [path for pattern in globs for path in sorted(market.glob(pattern))]
    assert len(files) >= len(globs)
    folder = shutil.copytree(places.packaged_catalog(), tmp_path / "catalog")
    with (folder / "sources.csv").open(encoding="utf-8", newline="") as lines:
        today = max(row["retrieved"] for row in csv.DictReader(lines))  # the day on which the catalog was last read
    report = refresh(folder, source, files, date=dt.date.fromisoformat(day), today=dt.date.fromisoformat(today))
    changed = [change for change in report.changed if (change.table, change.column) != ("sources", "retrieved")]
    assert (dict(report.added), changed) == ({}, [])  # but the day on which the snapshot was read


@pytest.mark.parametrize(
    ("source", "text", "words"),
    [
        (
            "models.dev",
            '{"cloudy": {"id": "cloudy", "models": {"acme/acme-7b": null}}}',
            "of a shape that the importer",
        ),
        ("litellm", '{"acme-7b": "dear"}', "of a shape that the importer"),
        ("litellm", "{}", "holds nothing that the importer of litellm reads"),
        ("livebench", "a,b\n1,2\n", "holds nothing that the importer of livebench reads"),
    ],
)
def test_files_of_another_shape_or_of_nothing_are_refused(
    work: Path, tmp_path: Path, source: str, text: str, words: str
) -> None:
    refresh(work, "models.dev", [saved(tmp_path, "api-2026-07-15.json", snapshot(0.5))], today=TODAY)
    before = bytes_of(work)
    with pytest.raises(BadInput, match=words) as caught:
        refresh(work, source, [saved(tmp_path, "other-2026-07-16.json", text)], today=TODAY)
    assert "other-2026-07-16.json" in str(caught.value) and bytes_of(work) == before

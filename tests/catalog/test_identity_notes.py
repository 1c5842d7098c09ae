"""What a refresh says of identity: no name is read silently."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import pytest

from harness import places
from harness.catalog import commands
from harness.catalog.import_context import ImportContext, Imported
from harness.catalog.importers.new_models import FAMILY, add_model
from harness.catalog.importers.scored import Hints, Score, report, scored
from harness.catalog.names.identity_notes import HEADINGS, Note, by_kind, set_ups
from harness.catalog.names.matching import index_names
from harness.catalog.refresh import refresh
from tests.catalog.conftest import TODAY, small_rows
from tests.catalog.test_refresh import bytes_of, saved, snapshot

MOVED = [("2026-01-01", "2026-03-31", "acme-large"), ("2026-07-01", "", "acme-7b-instruct")]


def context_on(day: str) -> ImportContext:
    rows = small_rows()
    moving = {"kind": "model", "alias": "acme-chat", "as_of": "2026-07-01", "source_id": "page"}
    rows["aliases"] += [{**moving, "id": i, "valid_from": start, "valid_to": end} for start, end, i in MOVED]
    names = index_names(rows["models"], rows["vendors"], rows["providers"], rows["aliases"], rows["benchmarks"], day)
    return ImportContext(names, dt.date.fromisoformat(day), "page")


def notes(out: Imported) -> list[tuple[str, str, str, str]]:
    return [(n.kind, n.name, n.model_id, n.says) for n in out.notes]


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("acme/acme-chat", ("period-alias", "acme/acme-chat", "acme-7b-instruct", "2026-07-01 to now, read on 2026-07-15")),
        ("acme-large-2026-02-03", ("date", "acme-large-2026-02-03", "acme-large", "the catalog has no model of that date")),
        ("acme-large", None),
        ("acme/Acme-7B-Instruct-AWQ", None),
    ],
)  # fmt: skip
def test_how_a_name_was_read(name: str, note: tuple[str, str, str, str] | None) -> None:
    out = Imported()
    context_on("2026-07-15").model(out, name)
    assert notes(out) == ([note] if note else [])


def test_a_moving_name_between_its_periods() -> None:
    context, out = context_on("2026-05-01"), Imported()
    assert context.model(out, "acme/acme-chat") is None
    assert scored(out, context, "acme-chat") is None
    assert [n[:2] for n in notes(out)] == [("moving-name", "acme/acme-chat"), ("moving-name", "acme-chat")]
    assert notes(out)[0][3] == "acme-chat has no alias for 2026-05-01"


def test_an_effort_is_listed_once_a_name() -> None:
    context, out = context_on("2026-07-15"), Imported()
    for name in ("acme-large_64k", "acme-large_64k", "acme-large-thinking", "acme-large"):
        scored(out, context, name)
    assert notes(out) == [
        ("effort", "acme-large_64k", "acme-large", "64k"),
        ("effort", "acme-large-thinking", "acme-large", "thinking"),
    ]


def test_a_name_that_says_more_than_its_model() -> None:
    rows = small_rows()
    row = {**rows["models"][1], "model_id": "acme-next", "product_id": "acme-next", "name": "Acme Next-latest"}
    names = index_names([*rows["models"], row], rows["vendors"], rows["providers"], [])
    out = Imported()
    ImportContext(names, TODAY, "page").model(out, "acme-next-latest")
    assert notes(out) == [("beyond-model", "acme-next-latest", "acme-next", "latest, without an alias of its period")]


@pytest.mark.parametrize(
    ("model_id", "kind", "product", "says"),
    [
        ("acme-9b", "new-product", "acme-9b", "vendor acme by family"),
        ("acme-large-0905", "snapshot", "acme-large-0905", "without its date it is acme-large; vendor acme by family"),
        ("acme-large-2026-05", "snapshot", "acme-large-2026-05", "without its date it is acme-large; vendor acme by family"),
        ("acme-chat-20260115", "snapshot", "acme-chat-20260115", "without its date it is the moving name acme-chat; vendor acme by family"),
        ("acme-7b-fp8-instruct", "same-weights", "acme-7b-instruct", "product acme-7b-instruct; vendor acme by family"),
    ],
)  # fmt: skip
def test_the_product_of_a_new_model(model_id: str, kind: str, product: str, says: str) -> None:
    context, out = context_on("2026-07-15"), Imported()
    cells = {"model_id": model_id, "vendor_id": "acme", "input_modalities": "text", "output_modalities": "text"}
    add_model(out, context, FAMILY, **cells)
    add_model(out, context, FAMILY, **cells)  # a second time is no second row
    assert notes(out) == [(kind, model_id, model_id, says)]
    (row,) = out.rows["models"]
    assert (row["product_id"], row["kind"]) == (product, "text")


def test_a_product_is_never_another_vendors() -> None:
    context, out = context_on("2026-07-15"), Imported()
    add_model(out, context, FAMILY, model_id="acme-7b-fp8-instruct", vendor_id="acme-labs")
    assert out.rows["models"][0]["product_id"] == "acme-7b-fp8-instruct"
    assert notes(out)[0][0] == "new-product"


def test_the_owner_or_the_family_names_the_vendor() -> None:
    context, out = context_on("2026-07-15"), Imported()
    scored(out, context, "acme-11b")
    scored(out, context, "acme/acme-12b")
    scored(out, context, "Acme 13B", Hints(organisation="Acme"))
    assert [n[3] for n in notes(out)] == [f"vendor acme by {rule}" for rule in ("family", "owner", "owner")]


def test_tests_without_a_row_are_counted_once() -> None:
    context, out = context_on("2026-07-15"), Imported()
    model = scored(out, context, "acme-large")
    assert model is not None
    for value in ("0.1", "0.2"):
        report(out, context, model, Score("unheard", Decimal(value), "fraction", "", "X", False, "2026-07-15", "page"))
    assert set_ups(u.name for u in out.unmatched) == [Note("unknown-set-up", "unheard", "", "2 scores left out")]
    assert list(by_kind([])) == list(HEADINGS)


def test_the_report_lists_each_kind_in_text_and_whole_in_json(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(places, "packaged_catalog", lambda: small)
    monkeypatch.setattr(commands, "LISTED_LINES", 1)
    document = json.loads(snapshot(1))
    offer = document["cloudy"]["models"]["acme/acme-9b"]
    document["cloudy"]["models"] |= {f"acme/acme-{n}b": {**offer, "name": f"Acme {n}B"} for n in (13, 14)}
    file = saved(tmp_path, "api-2026-07-15.json", json.dumps(document))
    commands.run_refresh(tmp_path / "text", "models.dev", [file], "", TODAY)
    text = capsys.readouterr().out
    assert "identity: 3 new products:\n  Acme 13B -> acme-13b: vendor acme by owner\n  ... and 2 more" in text
    commands.run_refresh(tmp_path / "json", "models.dev", [file], "", TODAY, as_json=True)
    identity = json.loads(capsys.readouterr().out)["identity"]
    assert list(identity) == list(HEADINGS)
    assert identity["new-product"] == [
        {"name": f"Acme {n}B", "model_id": f"acme-{n}b", "says": "vendor acme by owner"} for n in (13, 14, 9)
    ]
    commands.run_refresh(tmp_path / "json", "models.dev", [file], "", TODAY, as_json=True)
    assert json.loads(capsys.readouterr().out)["identity"]["new-product"] == []  # known by now


@pytest.mark.slow
def test_two_real_snapshots_a_second_time_change_nothing(market: Path, tmp_path: Path) -> None:
    snapshots = [
        [market / "models.dev" / "api-2025-10-01.json"],
        [market / "models.dev" / f"{name}-2026-07-02.json" for name in ("api", "models")],
    ]
    for files in snapshots:
        refresh(tmp_path / "new", "models.dev", files)
    first = bytes_of(tmp_path / "new")
    for files in snapshots:
        again = refresh(tmp_path / "new", "models.dev", files)
        assert (dict(again.added), again.changed, again.files) == ({}, [], [])
        assert not any(again.identity[kind] for kind in ("new-product", "same-weights", "snapshot"))
        assert bytes_of(tmp_path / "new") == first

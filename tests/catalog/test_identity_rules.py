"""Each rule on models, names, scores and prices finds its fault, and lets a near miss pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.catalog import checks, commands, registry
from harness.catalog.rules import reviewed, row_rules
from harness.catalog.schema import BY_NAME
from harness.catalog.tables import Finding, Row
from harness.catalog.writing import write
from tests.catalog.conftest import TODAY, small_rows

Rows = dict[str, list[Row]]
Edit = Callable[[Rows], None]
STAMP = {"as_of": "2026-07-01", "source_id": "page"}


def found(folder: Path, edit: Edit) -> list[Finding]:
    """Findings of the small catalog after an edit; no reviewed entry of the packaged catalog touches it."""
    rows = small_rows()
    adds("models", model("labs-one", vendor_id="acme-labs"))(rows)  # a vendor without a model is a warning
    edit(rows)
    write(folder, rows)
    return checks.findings(folder, TODAY)


def cells(table: str, row: int, **new: str) -> Edit:
    """An edit that overwrites cells of one row."""
    return lambda rows: rows[table][row].update(new)


def adds(table: str, *new: dict[str, str]) -> Edit:
    """An edit that adds rows; what they do not state is empty."""

    def edit(rows: Rows) -> None:
        for row in new:
            rows[table].append(dict.fromkeys(BY_NAME[table].names, "") | STAMP | row)

    return edit


def both(*edits: Edit) -> Edit:
    """One edit after the other."""

    def edit(rows: Rows) -> None:
        for each in edits:
            each(rows)

    return edit


def model(model_id: str, **new: str) -> dict[str, str]:
    """A model of acme, its own product."""
    own = {"model_id": model_id, "product_id": model_id, "vendor_id": "acme", "name": model_id}
    return own | {"kind": "text", "open_weights": "false"} | new


def alias(name: str, model_id: str, start: str = "", end: str = "") -> dict[str, str]:
    """An alias of a model for a period."""
    return {"kind": "model", "alias": name, "id": model_id, "valid_from": start, "valid_to": end}


def offer(name: str, price: str, **new: str) -> dict[str, str]:
    """An offer of Acme 7B Instruct by the provider cloudy, at one price for input and output."""
    own = {
        "provider_id": "cloudy",
        "offer_id": name,
        "model_id": "acme-7b-instruct",
        "tier": "standard",
        "per": "token",
    }
    return own | {"currency": "USD", "input_per_mtok": price, "output_per_mtok": price} | new


def score(model_id: str, **new: str) -> dict[str, str]:
    """A score on MMLU that the vendor published on 2026-07-01."""
    own = {"model_id": model_id, "benchmark_id": "mmlu", "effort": "default", "score": "0.5", "unit": "fraction"}
    return own | {"reported_by": "acme", "reporter": "vendor", "evidence": "primary"} | new


def fact(value: str, day: str, key: str = "revenue", note: str = "") -> dict[str, str]:
    """A figure of acme, in dollars; its revenue, unless another key is named."""
    own = {"vendor_id": "acme", "dimension": "capital", "key": key, "value": value, "unit": "USD"}
    return own | {"note": note, "as_of": day}


OTHER = {"vendor_id": "other", "name_en": "Other", "segment": "startup", "country": "US", "founded": "2020"}
MAKER = {"provider_id": "acme", "name": "Acme", "kind": "maker", "vendor_id": "acme"}
CLOSED = cells("models", 0, open_weights="false", hub_id="")


OPEN_7B = model("acme-7b", open_weights="true", licence="Apache-2.0")


def by_source(source_id: str) -> Edit:
    """An edit that hangs every row on one source."""

    def edit(rows: Rows) -> None:
        for table in rows.values():
            for row in table:
                if "as_of" in row:
                    row["source_id"] = source_id

    return edit


def clouds(name: str) -> Edit:
    """A second cloud that rents the same GPU."""
    return lambda rows: rows["gpu_prices"].append({**rows["gpu_prices"][0], "cloud": name})


ERRORS: list[tuple[str, Edit, Edit]] = [
    (
        "period-of-figure",
        adds("facts", fact("9", "2025-12-31", note="annualised, end of 2025")),
        adds("facts", fact("9", "2025-12-31", note="four quarters to December 2025")),
    ),
    (
        "period-of-figure",
        adds("facts", fact("9", "2025-12-31", "capex", "first half of 2026")),
        adds("facts", fact("9", "2025-12-31", "capex_part", "first half of 2026")),
    ),
    # the rule, an edit that it must find, and one that it must not
    (
        "tested-before-release",
        cells("reported_scores", 0, as_of="2026-01-14"),
        cells("reported_scores", 0, as_of="2026-01-01"),  # a paper of that month
    ),
    (
        "tested-before-release",
        cells("task_costs", 0, as_of="2025-12-31"),
        cells("task_costs", 0, as_of="2026-01-15"),
    ),
    ("sold-before-release", cells("prices", 0, as_of="2026-01-01"), cells("prices", 0, as_of="2026-01-10")),
    (
        "product-chain",
        both(cells("models", 0, product_id="acme-large"), adds("models", model("acme-a", product_id="acme-7b-instruct"))),
        adds("models", model("acme-a", product_id="acme-7b-instruct")),
    ),
    (
        "product-vendor",
        adds("models", model("acme-a", product_id="acme-large", vendor_id="acme-labs")),
        adds("models", model("acme-a", derived_from="acme-large", vendor_id="acme-labs")),
    ),
    (
        "derived-circle",
        both(cells("models", 0, derived_from="acme-large"), cells("models", 1, derived_from="acme-7b-instruct")),
        cells("models", 0, derived_from="acme-large"),
    ),
    (
        "released-before-founding",
        cells("models", 1, released="2021-02-28"),
        cells("models", 1, released="2021-03-01"),
    ),
    ("active-above-total", cells("models", 0, active_params_b="8"), cells("models", 0, active_params_b="7")),
    ("context-too-long", cells("models", 0, context_tokens="99999999"), cells("models", 0, context_tokens="10000000")),
    ("stderr-above-range", cells("reported_scores", 0, stderr="1.2"), cells("reported_scores", 0, stderr="0.012")),
    ("cost-unit", cells("task_costs", 0, unit="tokens"), cells("task_costs", 0, key="output_tokens", unit="tokens")),
    (
        "rate-jump",
        adds("fx", {"currency": "EUR", "usd_per_unit": "0.7", "as_of": "2026-03-31"}),  # turned round
        adds("fx", {"currency": "EUR", "usd_per_unit": "1.08", "as_of": "2026-03-31"}),
    ),
    (
        "rate-jump",
        adds("fx", {"currency": "EUR", "usd_per_unit": "2", "as_of": "2026-03-31"}),
        adds("fx", {"currency": "EUR", "usd_per_unit": "0.6", "as_of": "2020-03-31"}),  # years before
    ),
    (
        "alias-period",
        adds("aliases", alias("acme-new", "acme-large", "2026-02-01", "2026-01-31")),
        adds("aliases", alias("acme-new", "acme-large", "2026-01-31", "2026-01-31")),
    ),
    (
        "alias-overlap",
        adds("aliases", alias("Acme New", "acme-large", "", "2026-02-01"), alias("acme-new", "acme-7b-instruct", "2026-02-01")),
        adds("aliases", alias("Acme New", "acme-large", "", "2026-01-31"), alias("acme-new", "acme-7b-instruct", "2026-02-01")),
    ),
    (
        "alias-hides-row",
        adds("aliases", alias("acme-large", "acme-7b-instruct")),
        adds("aliases", alias("acme-large", "acme-7b-instruct", "", "2026-01-31")),  # the name moved
    ),
    (
        "unit-of-price",
        cells("prices", 0, per="minute"),
        both(cells("prices", 0, per="minute"), cells("models", 0, input_modalities="text;audio")),
    ),
    (
        "latest-as-product",
        adds("models", model("acme-large-latest"), model("acme-large-2607")),
        adds("models", model("acme-large-latest", product_id="acme-large-2607"), model("acme-large-2607")),
    ),
    ("prompt-as-model", adds("models", model("acme-7b-8-shot")), adds("models", model("acme-one-shot"))),
    ("mode-as-product", adds("models", model("gemini-2-5-flash-nothinking")), adds("models", model("kimi-k2-thinking"))),
    (
        "mode-as-product",
        adds("models", model("o4-mini-high"), model("o4-mini")),
        adds("models", model("o4-mini-high", product_id="o4-mini"), model("o4-mini"), model("qwen3-7-max"), model("gpt2-medium")),
    ),
]  # fmt: skip

WARNINGS: list[tuple[str, Edit, Edit]] = [
    ("early-access", cells("prices", 0, as_of="2026-01-10"), cells("prices", 0, as_of="2026-01-15")),
    (
        "offer-name",
        adds("prices", offer("acme/acme-70b-instruct", "0.2")),
        adds("prices", offer("acme/acme-7b-instruct-32k", "0.2")),  # its own context
    ),
    ("offer-name", adds("prices", offer("acme-7b-200k", "0.2")), adds("prices", offer("acme-7b", "0.2"))),
    (
        "offer-name",
        adds("prices", offer("acme-7b-instruct-fast", "0.2")),
        adds("prices", offer("acme-7b-instruct-fast", "0.2", tier="fast")),
    ),
    (
        "offer-name",
        adds("prices", offer("acme-7b-instruct-highspeed", "0.2")),
        adds("prices", offer("acme-7b-instruct-highspeed", "0.2", tier="plan")),  # its speed is not compared
    ),
    (
        "offer-name",  # the exact model stands in the catalog
        both(adds("prices", offer("acme-7b", "0.2")), adds("models", model("acme-7b"))),
        adds("prices", offer("acme-7b", "0.2")),
    ),
    (
        "offer-name",
        both(adds("prices", offer("acme-7b-base", "0.2")), adds("models", OPEN_7B | {"model_id": "acme-7b-base"})),
        both(adds("prices", offer("acme-7b", "0.2")), adds("models", OPEN_7B)),  # APIs serve the chat version
    ),
    (
        "offer-name",
        adds("prices", offer("acme-latest", "0.2")),
        both(adds("prices", offer("acme-latest", "0.2")), adds("aliases", alias("acme-latest", "acme-7b-instruct", "2026-01-15"))),
    ),
    (
        "score-name",
        adds("reported_scores", score("acme-7b-instruct", setting="5-shot; as acme-7b-medium")),
        adds("reported_scores", score("acme-7b-instruct", setting="5-shot; as Acme-7B-Instruct-20260115")),
    ),
    (
        "id-and-name",
        adds("models", model("acme-9b-it", hub_id="acme/Acme-9B", open_weights="true", licence="MIT")),
        adds("models", model("acme-9b-it", hub_id="acme/Acme-9B-it", open_weights="true", licence="MIT")),
    ),
    ("id-and-name", cells("models", 0, name="Acme 7B VL"), cells("models", 0, name="Acme 7B")),
    ("size-and-name", cells("models", 0, params_b="5"), cells("models", 0, params_b="7.6")),
    (
        "active-as-total",
        cells("models", 0, name="Acme 30B-A3B Instruct", params_b="3"),
        cells("models", 0, name="Acme 30B-A3B Instruct", params_b="30.5", active_params_b="3.3"),
    ),
    (
        "hub-owner",
        both(
            adds("vendors", OTHER),
            adds("models", model("acme-b", hub_id="acme/b"), model("other-a", vendor_id="other", hub_id="acme/a")),
        ),
        both(
            adds("vendors", OTHER),  # one group
            adds("models", model("acme-b", hub_id="acme/b"), model("labs-a", vendor_id="acme-labs", hub_id="acme/a")),
        ),
    ),
    (
        "family-vendor",
        both(adds("vendors", OTHER), adds("models", model("acme-b", vendor_id="other"))),
        both(adds("vendors", OTHER), adds("models", model("acme-b", vendor_id="other", derived_from="acme-large"))),
    ),
    (
        "open-unfounded",
        cells("models", 1, open_weights="true"),
        cells("models", 1, open_weights="true", licence="Apache-2.0"),
    ),
    ("open-denied", cells("models", 0, open_weights=""), cells("models", 0, open_weights="", hub_id="")),
    (
        "same-name",
        adds("models", model("large-acme-v1-3"), model("acme-1-3-large")),
        adds("models", model("large-acme-v1-3"), model("acme-1-4-large")),
    ),
    (
        "same-hub",
        adds("models", model("acme-b", hub_id="acme/acme-7b-instruct")),
        adds("models", model("acme-b", product_id="acme-7b-instruct", hub_id="acme/Acme-7B-Instruct")),
    ),
    (
        "below-list",
        both(CLOSED, adds("providers", MAKER), adds("prices", offer("a", "0.5", provider_id="acme"))),
        both(
            CLOSED,
            cells("providers", 0, kind="reseller"),
            adds("providers", MAKER),
            adds("prices", offer("a", "0.5", provider_id="acme")),
        ),
    ),
    (
        "far-from-others",
        adds("prices", offer("a", "0.2"), offer("b", "0.3"), offer("c", "200")),
        adds("prices", offer("a", "0.2"), offer("b", "0"), offer("c", "0.9")),
    ),
    ("cloud-twice", clouds("Cloudy Labs"), clouds("Cloudier")),
    ("cloud-twice", both(clouds("AWS"), clouds("Amazon Web Services")), both(clouds("AWS"), clouds("Google Cloud"))),
    (
        "vendor-without-model",
        adds("vendors", OTHER),
        both(adds("vendors", OTHER), cells("vendors", 1, parent_id="other")),  # a daughter has one
    ),
    (
        "vendor-without-model",
        adds("vendors", OTHER),
        both(adds("vendors", OTHER), adds("models", model("b", vendor_id="other"))),
    ),
    ("no-kind", cells("models", 0, kind=""), cells("models", 0, kind="", released="2025-12-31")),
    (
        "figure-falls",
        adds("facts", fact("13000", "2026-01-01", "valuation"), fact("3000", "2026-02-01", "valuation")),
        adds("facts", fact("13000", "2026-01-01", "valuation"), fact("8000", "2026-02-01", "valuation")),
    ),
    (
        "edition-day",
        both(cells("benchmarks", 0, edition="2026-06-24"), cells("reported_scores", 0, as_of="2026-06-24")),
        both(cells("benchmarks", 0, edition="2026-01-15"), cells("reported_scores", 0, as_of="2026-01-15")),
    ),
    (
        "edition-day",
        both(cells("benchmarks", 0, edition="2026-06-24"), cells("reported_scores", 0, as_of="2026-06-24")),
        both(  # a source whose snapshots are dated by their edition
            cells("benchmarks", 0, edition="2026-06-24"),
            cells("sources", 0, source_id="livebench-2026-06-24"),
            by_source("livebench-2026-06-24"),
            cells("reported_scores", 0, as_of="2026-06-24"),
        ),
    ),
    (
        "thinking-twin",
        both(
            adds("models", model("acme-7b-thinking")),
            adds("reported_scores", score("acme-7b-instruct", effort="thinking")),
        ),
        both(
            adds("models", model("acme-7b-thinking", product_id="acme-7b-instruct")),
            adds("reported_scores", score("acme-7b-instruct", effort="thinking")),
        ),
    ),
    ("benchmark-unstated", cells("benchmarks", 0, domain=""), cells("benchmarks", 0, domain="language")),
    (
        "kind-and-domain",
        cells("models", 0, kind="speech"),
        both(cells("models", 0, kind="speech"), cells("benchmarks", 0, domain="multimodal")),
    ),
]  # fmt: skip


def named(cases: list[tuple[str, Edit, Edit]]) -> list[object]:
    """Parameters with the name of their rule."""
    return [pytest.param(*case, id=f"{case[0]}-{at}") for at, case in enumerate(cases)]


def test_the_small_catalog_has_no_warning(tmp_path: Path) -> None:
    assert found(tmp_path, lambda rows: None) == []


@pytest.mark.parametrize(("rule", "fault", "near_miss"), named(ERRORS))
def test_an_error_is_found_and_a_near_miss_is_not(tmp_path: Path, rule: str, fault: Edit, near_miss: Edit) -> None:
    hits = [f for f in found(tmp_path, fault) if f.rule == rule]
    assert hits
    assert all(f.level == "error" and f.row >= 2 and f.column and f.key for f in hits)
    assert [f for f in found(tmp_path, near_miss) if f.rule == rule] == []


@pytest.mark.parametrize(("rule", "fault", "near_miss"), named(WARNINGS))
def test_a_warning_is_given_and_a_near_miss_is_not(tmp_path: Path, rule: str, fault: Edit, near_miss: Edit) -> None:
    hits = [f for f in found(tmp_path, fault) if f.rule == rule]
    assert hits
    assert all(f.level == "warning" and f.row >= 2 and f.column and f.key for f in hits)
    assert [f for f in found(tmp_path, near_miss) if f.rule == rule] == []


def test_a_warning_fails_nothing_and_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found(tmp_path, cells("models", 1, open_weights="true"))
    checks.require_sound(tmp_path, TODAY)
    assert checks.check(tmp_path, TODAY) == []
    assert commands.run_check(tmp_path, TODAY, as_json=True) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["findings"] == []
    assert [(w["rule"], w["key"]) for w in document["warnings"]] == [("open-unfounded", "acme-large")]
    assert commands.run_check(tmp_path, TODAY) == 0
    printed = capsys.readouterr()
    assert "warning: models.csv, row" in printed.out
    assert "[open-unfounded: acme-large]" in printed.out
    assert "Warnings: 1." in printed.err


def listed(tmp_path: Path, *lines: str) -> Path:
    """A list of reviewed warnings."""
    place = tmp_path / "reviewed.csv"
    place.write_text("\n".join(("rule,key,reason", *lines, "")), encoding="utf-8")
    return place


WARNING = Finding("models.csv", 3, "open_weights", "is true", "warning", "open-unfounded", "acme-large")


def test_a_reviewed_warning_is_silent(tmp_path: Path) -> None:
    place = listed(tmp_path, "open-unfounded,acme-large,the maker's page was read")
    assert reviewed.unreviewed([WARNING], own=True, place=place) == []


def test_an_error_cannot_be_reviewed_away(tmp_path: Path) -> None:
    error = Finding("models.csv", 3, "released", "is before", "error", "released-before-founding", "acme-large")
    place = listed(tmp_path, "released-before-founding,acme-large,so be it")
    kept = reviewed.unreviewed([error], own=True, place=place)
    assert kept[0] == error
    assert [(f.file, f.row, f.level) for f in kept[1:]] == [("reviewed.csv", 2, "warning")]


def test_a_stale_entry_is_a_finding_of_the_packaged_catalog_alone(tmp_path: Path) -> None:
    place = listed(tmp_path, "open-unfounded,gone,the maker's page was read")
    assert reviewed.unreviewed([], own=False, place=place) == []
    (stale,) = reviewed.unreviewed([], own=True, place=place)
    assert "delete the entry" in stale.message


def test_an_entry_without_a_reason_is_an_error(tmp_path: Path) -> None:
    (fault,) = reviewed.unreviewed([], own=True, place=listed(tmp_path, "open-unfounded,acme-large,"))
    assert (fault.level, fault.row, fault.column) == ("error", 2, "reason")


def test_sources_dated_by_edition_are_the_importers_that_say_so() -> None:
    stated = {f"{importer.slug}-" for importer in registry.IMPORTERS if importer.by_edition}
    assert stated == set(row_rules.BY_EDITION)


def test_the_guide_names_every_rule() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "catalog.md").read_text(encoding="utf-8")
    section = guide.split("## What the check knows")[1].split("\n## ")[0]
    levels = {rule: "error" for rule, *_ in ERRORS} | {rule: "warning" for rule, *_ in WARNINGS}
    for rule, level in levels.items():
        assert any(f"`{rule}`" in line and f"| {level} |" in line for line in section.splitlines()), rule

"""Each rule on what careless contributors and importers add finds its fault, and lets a near miss pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.catalog import checks
from harness.catalog.writing import write
from tests.catalog.conftest import TODAY, small_rows
from tests.catalog.test_identity_rules import (
    CLOSED,
    MAKER,
    Edit,
    adds,
    alias,
    both,
    cells,
    fact,
    found,
    model,
    named,
    offer,
    score,
)

OPEN = {"open_weights": "true", "licence": "MIT"}


def gpu(price: str, day: str = "2026-06-01") -> dict[str, str]:
    """An hour of an H100 at Cloudy on a day."""
    own = {"cloud": "Cloudy", "gpu": "H100", "gpus": "8", "terms": "on-demand", "currency": "USD"}
    return own | {"per_gpu_hour": price, "as_of": day}


def page(source_id: str, url: str) -> Edit:
    """A source, and a fact that rests on it."""
    source = {"source_id": source_id, "title": source_id, "publisher": "Acme", "url": url, "retrieved": "2026-07-02"}
    staff = {
        "vendor_id": "acme",
        "dimension": "rnd",
        "key": "staff",
        "value": "40",
        "unit": "people",
        "note": source_id,
    }
    return both(adds("sources", source), adds("facts", staff | {"source_id": source_id}))


def counted(value: str, models: int) -> dict[str, str]:
    """How many of acme's models are open, counted in the catalog."""
    own = {"vendor_id": "acme", "dimension": "ecosystem", "key": "open_weight_models", "value": value, "unit": "models"}
    return own | {"note": f"of its {models} models in models.csv, counted 2026-07-01", "as_of": "2026-07-01"}


POINTS = {"benchmark_id": "points", "name_en": "Points", "set_up_by": "vendor", "domain": "coding", "unit": "points"}


def twice(*values: str, test: str = "mmlu", unit: str = "fraction") -> Edit:
    """Scores of Acme 7B on one test at one effort, under settings of their own."""
    own = {"benchmark_id": test, "unit": unit}
    scores = [score("acme-7b-instruct", score=v, setting=f"prompt {n}") | own for n, v in enumerate(values)]
    points = POINTS | {"ceiling": "100", "higher_is_better": "true", "role": "scale"}
    return both(adds("benchmarks", points), adds("reported_scores", *scores))


def field(own: str, lowest: str = "0.4") -> Edit:
    """A score of Acme 7B on a test beside those of three other models: the lowest, and two of 0.6."""
    others = (("acme-large", lowest), ("labs-one", "0.6"), ("acme-b", "0.6"))
    scores = [score(m, score=v) | {"benchmark_id": "scicode"} for m, v in (("acme-7b-instruct", own), *others)]
    return both(adds("models", model("acme-b")), adds("reported_scores", *scores))


def pages(*accounts: str) -> Edit:
    """Open models of acme, one a hub account."""
    new = [model(f"acme-hub-{n}", hub_id=f"{account}/acme-hub-{n}", **OPEN) for n, account in enumerate(accounts)]
    return adds("models", *new)


LARGE = "acme-large"
TOKENS = {"dimension": "application", "unit": "tokens per day"}
BUYERS = {"dimension": "business", "unit": "companies"}

ERRORS: list[tuple[str, Edit, Edit]] = [
    ("prompt-as-model", adds("models", model("acme-large-few-shot")), adds("models", model("acme-few-shot"))),
    ("prompt-as-model", adds("models", model("acme-large-5shot")), adds("models", model("acme-shot"))),
    ("prompt-as-model", adds("models", model("acme-large-maj-64")), adds("models", model("acme-large-64"))),
    ("prompt-as-model", adds("models", model("acme-large-with-tools")), adds("models", model("acme-large-search"))),
    ("parameters-too-many", cells("models", 0, params_b="7000000000"), cells("models", 0, params_b="7")),
    (
        "tested-before-release",  # the snapshot has no day of its own: its product's counts
        both(
            adds("models", model("acme-snap", product_id="acme-7b-instruct")),
            adds("reported_scores", score("acme-snap", as_of="2025-12-20")),
        ),
        both(
            adds("models", model("acme-snap", product_id="acme-7b-instruct")),
            adds("reported_scores", score("acme-snap", as_of="2026-02-20")),
        ),
    ),
    (
        "tested-before-release",  # the day that its id states
        both(adds("models", model("acme-x-20260601")), adds("reported_scores", score("acme-x-20260601", as_of="2026-05-20"))),
        both(adds("models", model("acme-x-20260601")), adds("reported_scores", score("acme-x-20260601", as_of="2026-06-20"))),
    ),
    (
        "period-of-figure",
        adds("facts", fact("9", "2026-06-30", note="1H26")),
        adds("facts", fact("9", "2026-06-30", note="fiscal year 2026")),
    ),
    (
        "period-of-figure",
        adds("facts", fact("9", "2026-06-30", note="year to date")),
        adds("facts", fact("9", "2026-06-30", "revenue_part", note="year to date")),
    ),
    (
        "period-of-figure",
        adds("facts", fact("9", "2026-06-30", "cloud_revenue", note="fourth quarter of fiscal 2026")),
        adds("facts", fact("9", "2026-06-30", "cloud_revenue_part", note="fourth quarter of fiscal 2026")),
    ),
    (
        "part-of-figure",
        adds("facts", fact("9", "2026-06-30", "tokens_processed", "Large 2 through one gateway") | TOKENS),
        adds("facts", fact("9", "2026-06-30", "tokens_processed", "all models, as told to investors") | TOKENS),
    ),
    (
        "part-of-figure",
        adds("facts", fact("9", "2026-06-30", "customers", "that spend 50,000 EUR a year") | BUYERS),
        adds("facts", fact("9", "2026-06-30", "customers_part", "that spend 50,000 EUR a year") | BUYERS),
    ),
]  # fmt: skip

WARNINGS: list[tuple[str, Edit, Edit]] = [
    (
        "agent-as-model",
        adds("models", model("acme-open", name="Acme Large + OpenHands")),
        adds("models", model("acme-open", name="Acme Large+")),
    ),
    ("effort-as-product", adds("models", model("acme-large-thinking")), adds("models", model("acme-thinking"))),
    (
        "effort-as-product",
        adds("models", model("acme-large-max-effort")),
        adds("models", model("acme-large-max-effort", product_id=LARGE)),
    ),
    (
        "effort-as-product",
        adds("models", model("acme-large-thinking")),
        adds("models", model("acme-large-thinking", hub_id="acme/acme-large-thinking", **OPEN)),  # weights of its own
    ),
    ("fast-as-product", adds("models", model("acme-large-fast")), adds("models", model("acme-quick-fast"))),
    ("moving-as-product", adds("models", model("acme-latest")), adds("models", model("acme-latest-2026-07-01"))),
    ("moving-as-product", cells("models", 1, name="Acme Large (latest)"), cells("models", 1, name="Acme Latestone")),
    ("size-cut-off", cells("models", 0, name="Acme 2.6B", params_b="2"), cells("models", 0, name="Acme 2.6B", params_b="2.61")),
    ("size-cut-off", cells("models", 0, name="Acme 1T", params_b="1"), cells("models", 0, name="Acme 1T", params_b="1000")),
    ("all-active", cells("models", 0, active_params_b="7"), cells("models", 0, active_params_b="3")),
    (
        "active-as-total",  # no size in the name, but the number of its sister's active ones
        both(cells("models", 1, params_b="900", active_params_b="40"), adds("models", model("acme-next", params_b="40"))),
        both(cells("models", 1, params_b="900", active_params_b="40"), adds("models", model("acme-next-40b", params_b="40", name="Acme 40B"))),
    ),
    ("context-too-short", cells("models", 1, context_tokens="128"), cells("models", 1, context_tokens="2048")),
    (
        "context-too-short",
        cells("models", 1, context_tokens="512"),
        cells("models", 1, context_tokens="512", kind="embedding"),
    ),
    (
        "context-and-name",
        adds("models", model("acme-32k", context_tokens="128000")),
        adds("models", model("acme-32k", context_tokens="32768")),
    ),
    (
        "day-and-id",
        adds("models", model("acme-large-2607", released="2025-08-12")),
        adds("models", model("acme-large-2607", released="2026-06-30")),
    ),
    (
        "licence-and-weights",
        cells("models", 0, licence="Proprietary"),
        cells("models", 0, licence="acme-community"),
    ),
    ("licence-and-weights", cells("models", 1, licence="Apache-2.0"), cells("models", 1, licence="proprietary")),
    (
        "open-by-sellers",
        both(
            adds("sources", {"source_id": "models-dev-2026-07-02", "title": "t", "publisher": "p", "url": "https://m.example"}),
            adds("models", model("acme-o", source_id="models-dev-2026-07-02", **OPEN)),
        ),
        adds("models", model("acme-o", **OPEN)),
    ),
    ("size-of-closed", cells("models", 1, params_b="1200"), cells("models", 1, params_b="12", name="Acme Large 12B")),
    ("hub-account", pages("acme", "acme", "acme", "stranger"), pages("acme", "acme", "acme", "acme")),
    ("hub-account", pages("acme", "acme", "stranger"), pages("acme", "acme-ai", "acme-ai", "acme")),
    (
        "kind-and-name",
        adds("models", model("acme-embedding-8b")),
        adds("models", model("acme-embedding-8b", kind="embedding")),
    ),
    (
        "kind-and-name",
        adds("models", model("acme-draw", output_modalities="image")),
        adds("models", model("acme-draw", input_modalities="text;image", output_modalities="text")),
    ),
    ("model-twice", adds("models", model("large-of-acme", name="Acme Large")), adds("models", model("acme-larger", name="Acme Larger"))),
    ("model-twice", adds("models", model("acme-m2-5"), model("acme-m25")), adds("models", model("acme-m2-5"), model("acme-m26"))),
    (
        "model-twice",
        adds("models", model("acme-m2-5b"), model("acme-m25b")),
        adds("models", model("acme-m2-5b", params_b="2.5"), model("acme-m25b", params_b="25")),
    ),
    ("model-twice", adds("models", model("acme-large-fp8")), adds("models", model("acme-large-fp8", product_id=LARGE))),
    (
        "model-twice",
        both(cells("models", 1, released="2026-02-05"), adds("models", model("acme-large-20260205", released="2026-02-05"))),
        both(cells("models", 1, released="2026-02-05"), adds("models", model("acme-large-20260601", released="2026-06-01"))),
    ),
    ("price-out-of-range", adds("prices", offer("a", "0.0000002")), adds("prices", offer("a", "0.002"))),
    ("price-out-of-range", adds("prices", offer("a", "1750", model_id="")), adds("prices", offer("a", "600", model_id=""))),
    (
        "price-unit",  # of another day: there is no other offer of that day
        adds("prices", offer("a", "30", as_of="2026-05-01")),
        adds("prices", offer("a", "2", as_of="2026-05-01")),
    ),
    (
        "price-unit",  # euros count as dollars of the newest rate
        adds("prices", offer("a", "300", as_of="2026-05-01", currency="EUR")),
        adds("prices", offer("a", "0.2", as_of="2026-05-01", currency="EUR")),
    ),
    (
        "media-price",
        both(cells("models", 0, kind="image"), adds("prices", offer("a", "0.04"))),
        both(cells("models", 0, kind="image"), adds("prices", offer("a", "0.04", per="image"))),
    ),
    (
        "prices-swapped",
        adds("prices", offer("a", "0.8", output_per_mtok="0.2")),
        adds("prices", offer("a", "0.2", output_per_mtok="0.8")),
    ),
    (
        "cache-price",
        adds("prices", offer("a", "0.2", cache_read_per_mtok="2")),
        adds("prices", offer("a", "0.2", cache_read_per_mtok="0.02")),
    ),
    (
        "cache-price",
        adds("prices", offer("a", "0.2", cache_read_per_mtok="0.00000002")),
        adds("prices", offer("a", "0.2", cache_read_per_mtok="0")),
    ),
    ("free-as-standard", adds("prices", offer("a", "0")), adds("prices", offer("a", "0", tier="free"))),
    ("fee-of-language-model", cells("prices", 0, per="request"), both(cells("prices", 0, per="request"), cells("prices", 0, tier="plan"))),
    (
        "below-list",  # the maker's list of an earlier day
        both(CLOSED, adds("providers", MAKER), adds("prices", offer("a", "0.9", provider_id="acme", as_of="2026-02-01"))),
        both(CLOSED, adds("providers", MAKER), adds("prices", offer("a", "0.9", provider_id="acme", as_of="2026-07-20"))),
    ),
    (
        "gpu-far-from-others",
        adds("gpu_prices", gpu("2.4"), gpu("2.6", "2026-06-02"), gpu("20", "2026-06-03")),
        adds("gpu_prices", gpu("2.4"), gpu("2.6", "2026-06-02"), gpu("12", "2026-06-03")),
    ),
    (
        "seller-twice",
        adds("providers", {"provider_id": "cloudy-2", "name": "CLOU-DY", "kind": "host"}),
        adds("providers", {"provider_id": "cloudy-2", "name": "Cloudy Two", "kind": "host"}),
    ),
    *(
        ("cloud-twice", both(adds("gpu_prices", gpu("2.5") | {"cloud": a}, gpu("2.5") | {"cloud": b})),
         adds("gpu_prices", gpu("2.5") | {"cloud": a}, gpu("2.5") | {"cloud": "Nimbus"}))
        for a, b in (("Run Pod", "RunPod"), ("OVH", "OVHcloud"), ("Oracle Cloud", "OCI"), ("Google Cloud", "GCP"), ("AWS", "Amazon"))
    ),
    ("alias-name", adds("aliases", alias("acme-14b-chat", "acme-7b-instruct")), adds("aliases", alias("acme-7b-chat", "acme-7b-instruct"))),
    ("alias-name", both(adds("models", model("acme-v4-8")), adds("aliases", alias("acme-v4-9-chat", "acme-v4-8"))), both(adds("models", model("acme-v4-8")), adds("aliases", alias("acme-v48-chat", "acme-v4-8")))),
    ("alias-name", adds("aliases", alias("acme-newest-latest", LARGE)), adds("aliases", alias("acme-newest-latest", LARGE, "2026-01-15"))),
    (
        "alias-early",
        adds("aliases", alias("acme-old", "acme-7b-instruct", "2025-10-01")),
        adds("aliases", alias("acme-old", "acme-7b-instruct", "2026-01-10")),
    ),
    (
        "product-name",
        adds("models", model("acme-70b-instruct", product_id="acme-7b-instruct")),
        adds("models", model("acme-7b-instruct-0115", product_id="acme-7b-instruct")),
    ),
    (
        "offer-name",  # the name is that of another row
        both(adds("models", model("acme-air")), adds("prices", offer("x/acme-air", "0.2"))),
        both(adds("models", model("acme-air")), adds("prices", offer("x/acme-air", "0.2", model_id="acme-air"))),
    ),
    (
        "offer-name",
        adds("prices", offer("acme-7b-instruct-int4", "0.2")),
        adds("prices", offer("acme-7b-instruct-fp8", "0.2")),
    ),
    (
        "offer-name",
        both(adds("models", model("acme-k2-thinking")), adds("prices", offer("acme-k2-no-thinking", "0.2", model_id="acme-k2-thinking"))),
        both(adds("models", model("acme-k2-thinking")), adds("prices", offer("acme-k2-thinking", "0.2", model_id="acme-k2-thinking"))),
    ),
    (
        "id-and-name",
        adds("models", model("acme-5-5", name="Acme 5.4")),
        adds("models", model("acme-5-5", name="Acme 5.5")),
    ),
    (
        "effort-as-product",
        adds("models", model("acme-large-adaptive-reasoning")),
        adds("models", model("acme-adaptive-reasoning")),
    ),
    ("id-and-name", adds("models", model("acme-9b", name="Acme 12B")), adds("models", model("acme-9b", name="Acme 9B"))),
    ("source-twice", both(page("one", "https://www.acme.example/a/"), page("two", "http://acme.example/A")),
     both(page("one", "https://www.acme.example/a/"), page("two", "https://acme.example/b"))),
    ("source-twice", both(page("one", "https://acme.example/a"), page("two", "https://acme.example/a")),
     both(page("one-2026-06-01", "https://acme.example/a"), page("two-2026-07-01", "https://acme.example/a"))),
    ("count-stale", adds("facts", counted("2", 2)), adds("facts", counted("1", 2))),  # a closed one and an open one
    ("count-stale", adds("facts", counted("1", 3)), adds("facts", counted("1", 2))),
    (
        "offer-name",  # an offer of the preview, which is a row of its own
        both(adds("models", model("acme-large-preview")), adds("prices", offer("x/acme-large-preview", "0.2", model_id=LARGE))),
        both(adds("models", model("acme-large-preview")), adds("prices", offer("x/acme-large-preview", "0.2", model_id="acme-large-preview"))),
    ),
    (
        "score-name",  # a board's own name stands among the parts of its setting
        both(adds("models", model("acme-large-preview")), adds("reported_scores", score(LARGE, setting="±5; 200 votes; acme-large-preview"))),
        both(adds("models", model("acme-large-preview")), adds("reported_scores", score(LARGE, setting="±5; user simulator acme-large-preview"))),
    ),
    (
        "score-name",
        both(adds("models", model("acme-9b-it"), model("acme-9b")), adds("reported_scores", score("acme-9b", setting="version Acme-9B-it"))),
        both(adds("models", model("acme-9b-it"), model("acme-9b")), adds("reported_scores", score("acme-9b", setting="version 2.1"))),
    ),
    (
        "score-effort",
        adds("reported_scores", score("acme-7b-instruct", setting="as gpt-5.1-codex-max-high")),
        adds("reported_scores", score("acme-7b-instruct", setting="as gpt-5.1-codex-max-high", effort="high")),
    ),
    (
        "score-effort",  # Max is the model's name
        both(adds("models", model("acme-codex-max")), adds("reported_scores", score("acme-codex-max", effort="max"))),
        both(adds("models", model("acme-codex-max")), adds("reported_scores", score("acme-codex-max", effort="high"))),
    ),
    ("score-unit", twice("0.875", "0.00875"), twice("0.875", "0.0125")),
    ("score-unit", field("0.00875"), field("0.05")),
    ("score-unit", field("0.00875"), field("0.00875", lowest="0.01")),  # a hard test
    ("score-unit", twice("87.5", "0.875", test="points", unit="points"), twice("87.5", "88", test="points", unit="points")),
    (
        "alias-undated",
        both(adds("models", model("acme-s-2506"), model("acme-s-2509")), adds("aliases", alias("acme-s", "acme-s-2509"))),
        both(adds("models", model("acme-s-2506"), model("acme-s-2509")), adds("aliases", alias("acme-s", "acme-s-2509", "2025-09-18"))),
    ),
    (
        "alias-undated",  # one release alone has not moved
        both(adds("models", model("acme-s-2506"), model("acme-s-2509")), adds("aliases", alias("acme-s", "acme-s-2506"))),
        both(adds("models", model("acme-s-2506"), model("acme-s-mini-2509")), adds("aliases", alias("acme-s", "acme-s-2506"))),
    ),
    (
        "figure-falls",  # what was raised in all cannot fall
        adds("facts", fact("13000", "2026-01-01", "funding_total"), fact("12000", "2026-02-01", "funding_total")),
        adds("facts", fact("13000", "2026-01-01", "funding_total"), fact("13000", "2026-02-01", "funding_total")),
    ),
    (
        "figure-falls",
        adds("facts", fact("13000", "2026-01-01", "valuation"), fact("7000", "2026-02-01", "valuation")),
        adds("facts", fact("13000", "2026-01-01", "valuation"), fact("8000", "2026-02-01", "valuation")),
    ),
    (
        "figure-falls",  # 1.2 million euros before
        adds("facts", fact("500000", "2026-02-01")),
        adds("facts", fact("1300000", "2026-02-01")),
    ),
    (
        "figure-leaps",
        adds("facts", fact("13", "2026-01-01", "valuation"), fact("13000", "2026-02-01", "valuation")),
        adds("facts", fact("13", "2026-01-01", "valuation"), fact("130", "2026-02-01", "valuation")),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("level", "rule", "fault", "near_miss"),
    [("error", *case) for case in ERRORS] + [("warning", *case) for case in WARNINGS],
    ids=[str(getattr(case, "id", "")) for case in named(ERRORS) + named(WARNINGS)],
)
def test_a_fault_is_found_and_a_near_miss_is_not(
    tmp_path: Path, level: str, rule: str, fault: Edit, near_miss: Edit
) -> None:
    hits = [f for f in found(tmp_path, fault) if f.rule == rule]
    assert hits
    assert all(f.level == level and f.row >= 2 and f.column and f.key and f.message for f in hits)
    assert [f for f in found(tmp_path, near_miss) if f.rule == rule] == []


def test_the_guide_names_every_rule() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "catalog.md").read_text(encoding="utf-8")
    section = guide.split("## What the check knows")[1].split("\n## ")[0].splitlines()
    for level, cases in (("error", ERRORS), ("warning", WARNINGS)):
        for rule, *_ in cases:
            assert any(f"`{rule}`" in line and f"| {level} |" in line for line in section), rule


@pytest.mark.parametrize(
    ("table", "column", "text"),
    [
        ("models", "name", "A" * 10_000_000),
        ("prices", "input_per_mtok", "١٢"),
        ("fx", "usd_per_unit", "1e-999"),
        ("models", "released", "２０２６-01-01"),
        ("models", "name", "\u200bAcme"),
    ],
    ids=("ten megabytes", "arabic digits", "vanishing", "wide digits", "zero width"),
)
def test_a_cell_that_looks_like_a_value_is_refused_at_its_place(
    tmp_path: Path, table: str, column: str, text: str
) -> None:
    rows = small_rows()
    rows[table][0][column] = text
    write(tmp_path, rows)
    assert (f"{table}.csv", column) in {(f.file, f.column) for f in checks.check(tmp_path, TODAY) if f.row >= 2}

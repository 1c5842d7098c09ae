"""Faults of known kinds in another guise: the check finds each, and lets a near miss pass."""

from __future__ import annotations

from pathlib import Path

import pytest

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
    offer,
    score,
)

LARGE = "acme-large"
OPEN = {"open_weights": "true", "licence": "MIT"}


def cloud(name: str) -> dict[str, str]:
    """An hour of a GPU at a cloud."""
    own = {"cloud": name, "gpu": "L4", "gpus": "1", "terms": "on-demand", "currency": "USD", "per_gpu_hour": "0.7"}
    return own | {"as_of": "2026-06-01"}


def clouds(*names: str) -> Edit:
    """Prices of several clouds."""
    return adds("gpu_prices", *(cloud(n) for n in names))


def edition(stated: str, day: str) -> Edit:
    """A score of a day on a test of an edition; the model came long before."""
    test = {
        "benchmark_id": "exam",
        "name_en": "Exam",
        "edition": stated,
        "set_up_by": "vendor",
        "domain": "mathematics",
    }
    scale = {"unit": "fraction", "ceiling": "1", "higher_is_better": "true", "role": "scale"}
    tested = score("acme-7b-instruct", as_of=day) | {"benchmark_id": "exam"}
    return both(
        cells("models", 0, released="2024-01-15"), adds("benchmarks", test | scale), adds("reported_scores", tested)
    )


def named(model_id: str, name: str, **new: str) -> Edit:
    """A model of acme with a name of its own."""
    return adds("models", model(model_id, name=name, **new))


def pages(product: str, hub_id: str) -> Edit:
    """A second name under a product, with a hub page, beside another product's page."""
    one, two = (model(f"acme-{m}", hub_id=f"acme/{m}", **OPEN) for m in ("one", "two"))
    return adds("models", one, two, model("acme-other-name", product_id=product, hub_id=hub_id, **OPEN))


def board(edition_of_row: str, released: str, source_id: str = "page") -> Edit:
    """A board of two editions and a score on one of them of a model of a day."""
    test = {"name_en": "Board", "family": "Board", "set_up_by": "board", "domain": "coding", "unit": "fraction"}
    test |= {"ceiling": "1", "higher_is_better": "true", "role": "scale"}
    tests = (test | {"benchmark_id": f"board-{e[:4]}", "edition": e} for e in ("2024-11-25", "2025-05-30"))
    tested = score("acme-late", as_of="2026-05-01", source_id=source_id) | {"benchmark_id": f"board-{edition_of_row}"}
    listed = {"source_id": source_id, "title": "Board", "publisher": "Board"}
    own = [] if source_id == "page" else [adds("sources", listed)]
    return both(
        *own,
        adds("benchmarks", *tests),
        adds("models", model("acme-late", released=released)),
        adds("reported_scores", tested),
    )


def columns(*easy: str) -> Edit:
    """Three models with their figures on a hard test, and on an easy one of the same page."""
    tests = ({"benchmark_id": b, "name_en": b, "set_up_by": "vendor", "domain": "knowledge", "unit": "fraction", "ceiling": "1",
              "higher_is_better": "true", "role": "scale"} for b in ("easy", "hard"))  # fmt: skip
    of = ("acme-a", "acme-b", "acme-c")
    rows = [
        score(m, score=s) | {"benchmark_id": b}
        for b, scores in (("hard", ("0.5", "0.6", "0.7")), ("easy", easy))
        for m, s in zip(of, scores, strict=True)
    ]
    return both(adds("benchmarks", *tests), adds("models", *map(model, of)), adds("reported_scores", *rows))


def line(own: str, *contexts: str) -> Edit:
    """A closed model and its smaller sisters, each with a context."""
    sisters = (model(f"acme-max-{w}", context_tokens=c) for w, c in zip(("mini", "nano", "pro"), contexts, strict=True))
    return adds("models", model("acme-max", context_tokens=own), *sisters)


CASES: list[tuple[str, Edit, Edit]] = [
    *(
        ("prompt-as-model", adds("models", model(f"acme-large-{words}")), adds("models", model(f"acme-{words}")))
        for words in ("zero-shot-cot", "majority-vote", "swe-agent", "k-64", "few-shots-prompt", "best-of-n", "tool-use", "avg-8", "agentic",
                      "system-prompt", "browsing", "cot-sc", "openhands")
    ),
    ("effort-as-product", adds("models", model("acme-large-high-reasoning-effort")), adds("models", model("acme-high-reasoning-effort"))),
    ("model-twice", adds("models", model("acme-v4x"), model("ac-me-v4x")), adds("models", model("acme-v4x"), model("ac-me-v5x"))),
    *(
        ("alias-undated", both(adds("models", model("acme-s-1-6"), model("acme-s-1-7")), adds("aliases", alias("acme-s", "acme-s-1-7"))),
         both(adds("models", model("acme-s-1-6"), model(other)), adds("aliases", alias("acme-s", "acme-s-1-6", start))))
        for other, start in (("acme-s-1-7", "2025-07-09"), ("acme-s-mini-1-7", ""))
    ),
    ("offer-name", adds("prices", offer("acme-7b-4bit", "0.2")), adds("prices", offer("acme-7b-bf16", "0.2"))),
    ("offer-name", adds("prices", offer("acme-7b-deep-research", "0.2")), adds("prices", offer("acme-7b-original", "0.2"))),
    ("moving-as-product", named("acme-pro-newest", "Acme Pro"), named("acme-pro-newesta", "Acme Pro")),
    ("moving-as-product", named("acme-now", "Acme (current)"), named("acme-now", "Acme Currents")),
    ("alias-name", adds("aliases", alias("acme-large-newest", LARGE)), adds("aliases", alias("acme-large-newest", LARGE, "2026-02-01"))),
    (
        "offer-name",  # a size in the middle of a name is no effort
        both(adds("models", model("claude-opus-4-5")), adds("prices", offer("claude-medium-4-5", "0.2", model_id="claude-opus-4-5"))),
        both(adds("models", model("claude-opus-4-5")), adds("prices", offer("claude-opus-4-5-medium", "0.2", model_id="claude-opus-4-5"))),
    ),
    ("offer-name", adds("prices", offer("acme-7b-codex", "0.2")), adds("prices", offer("acme-7b-turbo", "0.2"))),
    ("offer-name", adds("prices", offer("acme-7b-audio", "0.2")), adds("prices", offer("acme-7b-instruct", "0.2"))),
    (
        "active-and-name",
        named("acme-80b-a3b", "Acme 80B-A3B", params_b="80", active_params_b="8"),
        named("acme-80b-a3b", "Acme 80B-A3B", params_b="80", active_params_b="3.3"),
    ),
    ("size-cut-off", named("acme-1-7b", "Acme 1.7B", params_b="2"), named("acme-1-7b", "Acme 1.7B", params_b="2.03")),
    ("context-too-short", cells("models", 1, context_tokens="1047"), cells("models", 1, context_tokens="1024")),
    ("context-too-short", cells("models", 1, context_tokens="2000"), cells("models", 1, context_tokens="2048")),
    ("context-too-long", cells("models", 1, context_tokens="13107200"), cells("models", 1, context_tokens="10485760")),
    (
        "media-price",  # a second of film
        both(cells("models", 0, kind="video"), adds("prices", offer("a", "0.75"))),
        both(cells("models", 0, kind="video"), cells("prices", 0, per="video"), cells("prices", 1, per="video"), adds("prices", offer("a", "12"))),
    ),
    (
        "below-list",  # the maker's list is in dollars: 0.7 euros are 0.82
        both(CLOSED, adds("providers", MAKER), adds("prices", offer("m", "2", provider_id="acme"), offer("a", "0.7", currency="EUR"))),
        both(CLOSED, adds("providers", MAKER), adds("prices", offer("m", "2", provider_id="acme"), offer("a", "0.9", currency="EUR")),
             cells("prices", 0, tier="plan"), cells("prices", 1, tier="plan")),
    ),
    *(
        ("cloud-twice", clouds(a, b), clouds(a, "Nimbus"))
        for a, b in (("AWS", "Amazon EC2"), ("Google Compute", "GCP"), ("Alibaba Cloud", "Aliyun"), ("Microsoft Azure", "Azure"))
    ),
    *(
        ("kind-and-name", named("acme-x", name, input_modalities="text", output_modalities="text"),
         named("acme-x", near, input_modalities="text", output_modalities="text"))
        for name, near in (("Sora 3", "Soral 3"), ("FLUX 3", "Fluxion 3"), ("Multilingual E5", "Acme E52"), ("Acme ImageGen", "Acme Imagine"),
                           ("Wan 3 T2V", "Wan 3 T2"), ("Nano Banana 3", "Nano 3"), ("Lyria 3", "Lyrian 3"))
    ),
    *(
        ("kind-and-modalities", named("acme-x", "X", kind=kind, input_modalities="text", output_modalities="text"),
         named("acme-x", "X", kind=kind, input_modalities=reads, output_modalities=writes))
        for kind, reads, writes in (("speech", "audio", "text"), ("speech", "text", "audio"), ("image", "text", "text;image"),
                                    ("video", "image", "video"), ("image", "", ""))
    ),
    ("hub-of-another", pages("acme-one", "acme/two"), pages("acme-one", "acme/one")),
    ("edition-day", edition("2024-08 to 2025-05", "2024-08-01"), edition("2024-08 to 2025-05", "2024-08-20")),
    ("edition-passed", board("2024", "2025-11-13"), board("2025", "2025-11-13")),
    ("edition-passed", board("2024", "2025-06-01"), board("2024", "2025-05-30")),
    ("edition-passed", board("2024", "2025-11-13"), board("2024", "2025-11-13", "livebench-2024-11-25")),  # the board's own list
    ("column-twice", columns("0.5", "0.6", "0.7"), columns("0.5", "0.6", "0.8")),
    (
        "two-figures",
        adds("reported_scores", score("acme-large"), score("acme-large", score="0.6", setting="figure 2 of this source")),
        adds("reported_scores", score("acme-large"), score("acme-large", score="0.54", setting="figure 2 of this source")),
    ),
    (
        "two-figures",
        adds("reported_scores", score("acme-large", setting="5-shot"), score("acme-large", score="0.6", setting="5-shot; figure 2 of this source")),
        adds("reported_scores", score("acme-large", setting="5-shot"), score("acme-large", score="0.6", setting="4-shot")),
    ),
    (
        "part-of-figure",  # one site beside another company's all
        adds("facts", fact("8", "2026-06-30", "compute_capacity", "one site leased for 20 years") | {"dimension": "rnd", "unit": "GW"}),
        adds("facts", fact("8", "2026-06-30", "compute_capacity_part", "one site leased for 20 years") | {"dimension": "rnd", "unit": "GW"}),
    ),
    ("size-unstated", named("acme-x", "Acme X (13.1B)"), named("acme-x", "Acme X13b")),
    ("context-far-above", line("4000000", "400000", "400000", "400000"), line("400000", "400000", "128000", "400000")),
    ("context-far-above", line("1000000", "400000", "400000", "400000"), line("800000", "400000", "400000", "600000")),
    (
        "context-of-product",
        adds("models", model("acme-p", context_tokens="400000"), model("acme-p-2607", product_id="acme-p", context_tokens="1000000")),
        adds("models", model("acme-p", context_tokens="400000"), model("acme-p-2607", product_id="acme-p", context_tokens="262144")),
    ),
    *(("alias-name", adds("aliases", alias(f"acme-large-{w}", LARGE)), adds("aliases", alias(f"acme-large-{w}", LARGE, "2026-02-01")))
      for w in ("stable", "default", "production")),
    ("offer-name", adds("prices", offer("acme-7b-stable", "0.2")), adds("prices", offer("acme-7b-instruct@default", "0.2"))),
    ("moving-as-product", named("acme-pro-stable", "Acme Pro"), named("acme-stable-3b", "Acme Stable 3B")),
    (
        "offer-name",  # a mode that the model has not
        both(adds("models", model("grok-4")), adds("prices", offer("grok-4-non-reasoning", "0.2", model_id="grok-4"))),
        both(adds("models", model("grok-4-fast")), adds("prices", offer("grok-4-fast-non-reasoning", "0.2", model_id="grok-4-fast"))),
    ),
    ("offer-name", adds("prices", offer("acme-7b-reasoning", "0.2")), adds("prices", offer("acme-7b-reasonable", "0.2"))),
    *(("prompt-as-model", adds("models", model(f"acme-large-{words}")), adds("models", model(f"acme-{words}")))
      for words in ("vote-32", "sweagent", "terminus-2", "rag", "code-interpreter")),
    ("moving-as-product", named("acme-auto", "Acme"), named("acme-autos", "Acme")),
    ("offer-name", adds("prices", offer("acme-7b-pt", "0.2")), adds("prices", offer("acme-7b-sft", "0.2"))),
    ("offer-name", adds("prices", offer("acme-7b-w4a16", "0.2")), adds("prices", offer("acme-7b-bf16", "0.2"))),
    (
        "offer-name",  # a version further
        both(adds("models", model("acme-v3")), adds("prices", offer("acme-v3.1", "0.2", model_id="acme-v3"))),
        both(adds("models", model("acme-v3")), adds("prices", offer("acme-v3.0", "0.2", model_id="acme-v3"))),
    ),
    (
        "context-digit",  # a digit lost
        both(line("20000", "200000", "200000", "200000"), adds("models", model("acme-z", context_tokens="200000"))),
        both(line("20000", "200000", "200000", "200000"), adds("models", model("acme-z", context_tokens="20000"))),
    ),
    *(
        ("kind-and-name", named("acme-x", name, input_modalities="text", output_modalities="text"),
         named("acme-x", near, input_modalities="text", output_modalities="text"))
        for name, near in (("Hailuo 03", "Hail 03"), ("Grok Imagine 2", "Grok Imagined 2"), ("CosyVoice 4", "Cosy 4"), ("ColBERT 3", "Bert 3"),
                           ("Omni Moderation 2", "Omni Moderate 2"), ("Stable Diffusion 4", "Stable 4"))
    ),
    ("id-and-name", named("acme-x", "X", hub_id="acme/X-8k"), named("acme-x-8k", "X 8k", hub_id="acme/X-8k")),
    ("edition-day", edition("2026", "2026-01-01"), edition("v2 (from 2026-02)", "2026-02-01")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "fault", "near_miss"), CASES, ids=[f"{rule}-{n}" for n, (rule, *_) in enumerate(CASES)]
)
def test_a_disguised_fault_is_found_and_a_near_miss_is_not(
    tmp_path: Path, rule: str, fault: Edit, near_miss: Edit
) -> None:
    hits = [f for f in found(tmp_path, fault) if f.rule == rule]
    assert hits
    assert all(f.row >= 2 and f.column and f.key and f.message for f in hits)
    assert [f for f in found(tmp_path, near_miss) if f.rule == rule] == []


def test_the_guide_names_every_rule() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "catalog.md").read_text(encoding="utf-8")
    section = guide.split("## What the check knows")[1].split("\n## ")[0]
    assert [rule for rule, *_ in CASES if f"`{rule}`" not in section] == []

"""The market sources of ``harness catalog refresh --from``, declared in one list."""

from __future__ import annotations

from harness.catalog.import_context import Importer
from harness.catalog.importers import (
    collected,
    epoch_companies,
    epoch_hub,
    epoch_models,
    epoch_scores,
    leaderboards,
    litellm,
    market_facts,
    models_dev,
)
from harness.errors import BadInput

IMPORTERS: tuple[Importer, ...] = (
    Importer(
        "models.dev",
        "models.dev: providers, offers and models",
        "models.dev contributors",
        "https://github.com/anomalyco/models.dev",
        "MIT",
        ("https://models.dev/api.json", "https://models.dev/models.json"),
        models_dev.read,
        "offers to prices, models.json to models and reported_scores",
    ),
    Importer(
        "litellm",
        "LiteLLM model price map",
        "BerriAI",
        "https://github.com/BerriAI/litellm/blob/main/model_prices_and_context_window.json",
        "MIT",
        ("https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json",),
        litellm.read,
        "USD per token to prices per million tokens",
    ),
    Importer(
        "epoch-models",
        "Epoch AI: notable AI models and training costs",
        "Epoch AI",
        "https://epoch.ai/data/ai-models",
        "CC BY 4.0",
        ("https://epoch.ai/data/notable_ai_models.csv",),
        epoch_models.read,
        "training compute, cost and counts to facts; parameters to models",
    ),
    Importer(
        "epoch-companies",
        "Epoch AI: AI companies",
        "Epoch AI",
        "https://epoch.ai/data/ai-companies",
        "CC BY 4.0",
        (
            "https://epoch.ai/data/ai_companies_funding_rounds.csv",
            "https://epoch.ai/data/ai_companies_revenue_reports.csv",
            "https://epoch.ai/data/ai_companies_staff_reports.csv",
            "https://epoch.ai/data/ai_companies_compute_spend.csv",
        ),
        epoch_companies.read,
        "funding, valuation, revenue, staff and compute spend to facts",
    ),
    Importer(
        "epoch-scores",
        "Epoch AI: reported benchmark scores",
        "Epoch AI",
        "https://github.com/epoch-research/benchmark-stitching",
        "CC BY 4.0",
        tuple(
            f"https://raw.githubusercontent.com/epoch-research/benchmark-stitching/main/data/{name}.csv"
            for name in (
                "model_versions",
                "benchmarks_runs",
                *(f"external_benchmark_{f}" for f in sorted(epoch_scores.FILES)),
            )
        ),
        epoch_scores.read,
        "one file a benchmark to reported_scores, one source a link",
    ),
    Importer(
        "epoch-hub",
        "Epoch AI: Benchmarking Hub",
        "Epoch AI",
        "https://epoch.ai/benchmarks",
        "CC BY 4.0",
        (),
        epoch_hub.read,
        "Epoch's own runs and those it took over to reported_scores, one file a benchmark",
        files="the CSV files of Epoch's benchmark_data archive, such as gpqa_diamond.csv",
    ),
    Importer(
        "collected",
        "Scores, task costs and models of 2026, collected from public pages",
        "editors of the catalog",
        "data/catalog/sources.csv",
        "facts, each with its page",
        (),
        collected.read,
        "models to models, scores to reported_scores, costs and times to task_costs, one source a page",
        files="reported_scores_2026.csv, task_costs_2026.csv, models_2026.csv and sources_2026.csv",
    ),
    Importer(
        "cloud-gpus",
        "GPU rental prices",
        "The Full Stack; Epoch AI",
        "https://github.com/the-full-stack/website",
        "MIT",
        (
            "https://raw.githubusercontent.com/the-full-stack/website/main/docs/cloud-gpus/cloud-gpus.csv",
            "https://raw.githubusercontent.com/the-full-stack/website/main/docs/cloud-gpus/serverless-gpus.csv",
        ),
        market_facts.read_gpus,
        "price of one GPU for one hour to gpu_prices",
    ),
    Importer(
        "hardware-prices",
        "Epoch AI: prices of training hardware",
        "Epoch AI",
        "https://github.com/epoch-research/training-cost-trends",
        "CC BY 4.0",
        ("https://raw.githubusercontent.com/epoch-research/training-cost-trends/main/data/hardware_prices.csv",),
        market_facts.read_gpus,
        "prices per chip-hour to gpu_prices; purchase prices stay out",
    ),
    Importer(
        "ecosystem-graphs",
        "Ecosystem Graphs: assets of foundation models",
        "Stanford CRFM",
        "https://github.com/stanford-crfm/ecosystem-graphs",
        "MIT",
        ("https://raw.githubusercontent.com/stanford-crfm/ecosystem-graphs/main/resources/all_assets.csv",),
        market_facts.read_ecosystem,
        "data sets, applications and dependencies to facts",
    ),
    Importer(
        "fmti",
        "Foundation Model Transparency Index",
        "Stanford CRFM",
        "https://github.com/stanford-crfm/fmti",
        "CC BY 4.0",
        ("https://raw.githubusercontent.com/stanford-crfm/fmti/main/scores/Dec2025_scores.csv",),
        market_facts.read_fmti,
        "fulfilled indicators to the fact transparency_index",
    ),
    Importer(
        "open-llm-leaderboard-v1",
        "Open LLM Leaderboard v1",
        "Hugging Face",
        "https://github.com/fboulnois/llm-leaderboard-csv",
        "MPL-2.0",
        ("https://raw.githubusercontent.com/fboulnois/llm-leaderboard-csv/main/csv/huggingface_v1.csv",),
        leaderboards.read_v1,
        "models of catalog vendors to reported_scores",
    ),
    Importer(
        "open-llm-leaderboard-v2",
        "Open LLM Leaderboard v2",
        "Hugging Face",
        "https://github.com/fboulnois/llm-leaderboard-csv",
        "MPL-2.0",
        ("https://raw.githubusercontent.com/fboulnois/llm-leaderboard-csv/main/csv/huggingface_v2.csv",),
        leaderboards.read_v2,
        "models of official providers to reported_scores, raw values",
    ),
    Importer(
        "arena",
        "Chatbot Arena, text",
        "LMArena",
        "https://github.com/fboulnois/llm-leaderboard-csv",
        "MPL-2.0",
        ("https://raw.githubusercontent.com/fboulnois/llm-leaderboard-csv/main/csv/lmarena_text.csv",),
        leaderboards.read_arena,
        "rating to reported_scores, interval and votes to the setting",
    ),
    Importer(
        "livebench",
        "LiveBench",
        "LiveBench",
        "https://github.com/LiveBench/livebench.github.io",
        "Apache-2.0",
        (
            "https://raw.githubusercontent.com/LiveBench/livebench.github.io/main/public/table_2025_11_25.csv",
            "https://raw.githubusercontent.com/LiveBench/livebench.github.io/main/public/categories_2025_11_25.json",
        ),
        leaderboards.read_livebench,
        "means of categories and of all to reported_scores",
        by_edition=True,
    ),
    Importer(
        "llms-in-china",
        "Awesome LLMs In China",
        "wgwang",
        "https://github.com/wgwang/awesome-LLMs-In-China",
        "Apache-2.0",
        ("https://raw.githubusercontent.com/wgwang/awesome-LLMs-In-China/main/LLMs-In-China.csv",),
        market_facts.read_china,
        "products and domains of catalog vendors to facts",
    ),
)


def importer_named(name: str) -> Importer:
    """The importer of that name; BadInput with all names where there is none."""
    for importer in IMPORTERS:
        if importer.name == name:
            return importer
    raise BadInput(f"There is no market source {name!r}. There are: {', '.join(i.name for i in IMPORTERS)}.")

"""Each source's traps, in small files written as the source writes them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from harness.catalog.import_context import ImportContext, Imported, SourceFile
from harness.catalog.importers import (
    epoch_companies,
    epoch_models,
    epoch_scores,
    leaderboards,
    litellm,
    market_facts,
    models_dev,
    offers,
)
from harness.catalog.names.matching import index_names
from harness.catalog.registry import IMPORTERS, importer_named
from harness.errors import BadInput
from tests.catalog.conftest import small_rows

BENCHMARKS = """mmlu-vendor gpqa-diamond-epoch metr-time-horizon metr-task-success chatbot-arena terminal-bench-terminus
lmarena-text livebench-2026-07-01 livebench-coding-2025-05-30 livebench-reasoning-2026-01-08 livebench-2024-07-26 livebench-coding-2024-06-24
truthfulqa gpqa musr ifeval-open-llm-leaderboard-v2 bbh-open-llm-leaderboard-v2 math-level-5-open-llm-leaderboard-v2 gpqa-open-llm-leaderboard-v2
musr-open-llm-leaderboard-v2 mmlu-pro-open-llm-leaderboard-v2 arc-challenge-open-llm-leaderboard-v1
hellaswag-open-llm-leaderboard-v1 mmlu-open-llm-leaderboard-v1 truthfulqa-open-llm-leaderboard-v1 mmlu-helm-lite
winogrande-open-llm-leaderboard-v1 gsm8k-open-llm-leaderboard-v1"""


@pytest.fixture
def context() -> ImportContext:
    rows = small_rows()
    benchmarks = [{"benchmark_id": b} for b in BENCHMARKS.split()]
    index = index_names(rows["models"], rows["vendors"], rows["providers"], rows["aliases"], benchmarks, "2026-07-01")
    return ImportContext(index, dt.date(2026, 7, 1), "snapshot-2026-07-01")


def csv_file(name: str, *lines: str, mark: str = "") -> SourceFile:
    return SourceFile(name, (mark + "\n".join(lines) + "\n").encode())


def column(out: Imported, table: str, *names: str) -> list[tuple[str, ...]]:
    return [tuple(r[n] for n in names) for r in out.rows[table]]


def test_litellm_prices_are_per_token_and_some_are_text(context: ImportContext) -> None:
    entries = {
        "sample_spec": {"litellm_provider": "cloudy", "input_cost_per_token": 1},
        "openrouter/acme/acme-7b": {
            "litellm_provider": "cloudy",
            "input_cost_per_token": "3e-06",
            "output_cost_per_token": 1.5e-05,
        },
        "ollama/acme-7b": {"litellm_provider": "ollama", "input_cost_per_token": 0, "output_cost_per_token": 0},
        "cloudy-image": {"litellm_provider": "cloudy", "mode": "image_generation", "input_cost_per_token": 1},
        "by-the-second": {"litellm_provider": "cloudy", "input_cost_per_second": 1},
        "elsewhere": {"litellm_provider": "unheard", "input_cost_per_token": 1e-6},
        "unknown-model": {"litellm_provider": "cloudy", "input_cost_per_token": 1e-6},
        "acme-70b": {"litellm_provider": "cloudy", "input_cost_per_token": -1, "output_cost_per_token": 1e-6},
    }
    out = litellm.read([SourceFile("m.json", json.dumps(entries).encode())], context)
    assert column(out, "prices", "offer_id", "model_id", "input_per_mtok", "output_per_mtok") == [
        ("acme-70b", "", "", "1"),
        ("acme/acme-7b", "acme-7b-instruct", "3", "15"),
        ("unknown-model", "", "1", ""),
    ]
    assert {u.kind for u in out.unmatched} == {"provider", "offer"}
    for broken in (b"{", b"[]"):
        with pytest.raises(BadInput):
            litellm.read([SourceFile("m.json", broken)], context)


def test_a_token_cheaper_than_a_character_of_its_own_is_left_out(context: ImportContext) -> None:
    right = {"litellm_provider": "cloudy", "input_cost_per_token": 1e-6, "input_cost_per_character": 2.5e-7}
    wrong = {**right, "output_cost_per_token": 1e-8, "output_cost_per_character": 4e-8}
    entries = {"acme-7b": right, "acme-70b": wrong}
    out = litellm.read([SourceFile("m.json", json.dumps(entries).encode())], context)
    assert column(out, "prices", "offer_id", "input_per_mtok") == [("acme-7b", "1")]
    (left,) = [u for u in out.unmatched if u.kind == "price"]
    assert left.name == "acme-70b" and "output_cost_per_token" in left.why


def test_reported_scores_know_per_cent_fractions_shots_and_marks(context: ImportContext) -> None:
    mmlu = csv_file(
        "external_benchmark_mmlu.csv",
        "id,Name,EM,Model version,Shots,Source,Source link,Notes",
        "1,Acme,75.0%,Acme-7B-Instruct,5-shot,Acme report,http://arxiv.org/abs/2603.12345,",
        "2,Acme 7B,70.0%,,5,Acme report,https://arxiv.org/pdf/2603.12345v2,",
        "3,X,70.0%,nobody-1b,5,Acme report,https://arxiv.org/pdf/2603.12345,",
        "6,X,71.0%,acme-7b,5,An old paper,https://arxiv.org/abs/2405.00001,",
        "4,X,about 70,acme-7b,5,,,",
        "5,X,,acme-7b,5,,,",
        mark="\ufeff",
    )
    metr = csv_file(
        "external_benchmark_metr.csv",
        "id,Model version,Time horizon,Source,Source link,average_score",
        "1,acme-large_16K,18.25,METR,https://metr.org/x,0.476797",
    )
    runs = csv_file(
        "benchmarks_runs.csv",
        "id,task,model,Best score (across scorers),Scores,started_at,Status",
        "1,GPQA diamond,acme-large_high,0.850,choice:0.85±0.02,17 November 2025 4:28pm,Success",
        "2,Unheard task,acme-large,0.5,,,Success",
        "3,GPQA diamond,acme-large,0.1,,,Error",
    )
    versions = csv_file(
        "model_versions.csv", "id,Version release date,Hugging Face developer id", "acme-large,2026-02-02,acme"
    )
    out = epoch_scores.read([mmlu, metr, runs, versions, csv_file("other.csv", "a", "1")], context)
    assert sorted(
        column(out, "reported_scores", "model_id", "benchmark_id", "score", "effort", "setting", "stderr")
    ) == [
        ("acme-7b-instruct", "mmlu-vendor", "0.7", "default", "5-shot; figure 2 of this source", ""),
        ("acme-7b-instruct", "mmlu-vendor", "0.75", "default", "5-shot", ""),
        ("acme-large", "gpqa-diamond-epoch", "0.85", "high", "Epoch's own run", "0.02"),
        ("acme-large", "metr-task-success", "0.476797", "16k", "", ""),
        ("acme-large", "metr-time-horizon", "18.25", "16k", "", ""),
    ]
    assert {r["as_of"] for r in out.rows["reported_scores"] if r["benchmark_id"] == "mmlu-vendor"} == {"2026-03-01"}
    assert {r["as_of"] for r in out.rows["reported_scores"] if r["benchmark_id"] == "gpqa-diamond-epoch"} == {
        "2025-11-17"
    }
    assert {r["url"] for r in out.rows["sources"]} == {
        "https://arxiv.org/abs/2603.12345",
        "https://arxiv.org/abs/2405.00001",
        "https://metr.org/x",
    }
    assert {u.kind for u in out.unmatched} == {"model", "score", "benchmark", "file"}


def test_a_model_that_the_collection_has_wrong_is_mended_by_its_row() -> None:
    today = {"Model version": "claude-3-5-sonnet-20240620", "Name": "Claude 3.5 Sonnet"}
    assert epoch_scores.version_of({**today, "Agent": "Claude 3.5 Sonnet (50 steps)"}) == "claude-3-5-sonnet-20241022"
    assert epoch_scores.version_of({**today, "Agent": "An agent of others"}) == "claude-3-5-sonnet-20240620"
    assert epoch_scores.version_of({"Model version": "text-davinci-001", "Name": "GPT-3 (few-shot)"}) == "gpt-3-175b"
    assert epoch_scores.version_of({"Model version": "text-davinci-001", "Name": "InstructGPT"}) == "text-davinci-001"


@pytest.mark.parametrize(
    ("row", "meant"),
    [({"Name": "Llama 2 (7B)", "Model version": "Llama-2-70b-hf ", "Source": "Standford HELM"}, "Llama-2-7b"),
     ({"Name": "Llama 2 (7B)", "Model version": "Llama-2-70b-hf", "Source": "Another board"}, "Llama-2-70b-hf"),
     ({"Name": "DeepSeek-V3 Base", "Model version": "DeepSeek-V3", "Source": "DeepSeek-V3 Technical Report", "id": "recx"}, "DeepSeek-V3-Base"),
     ({"Name": "DeepSeek-V3 Base", "Model version": "DeepSeek-V3", "Source": "DeepSeek-V3 Technical Report", "id": "recyTTQiA1OzvdQei"}, ""),
     ({"id": "claude-3-7-sonnet-thinking", "Model version": "claude-3-7-sonnet-20250219", "Source": "LiveBench Leaderboard"},
      "claude-3-7-sonnet-thinking"),
     ({"Model": "OpenHands + LLama-3.3-70b", "Model version": "Llama-3.1-70B-Instruct", "Source": "TheAgentCompany experiment"},
      "Llama-3.3-70B-Instruct")],
)  # fmt: skip
def test_a_row_whose_own_name_is_another_models_goes_to_that_model(row: dict[str, str], meant: str) -> None:
    assert epoch_scores.version_of(row) == meant


def test_a_figure_that_was_copied_from_the_other_column_is_left_out(context: ImportContext) -> None:
    head = "Challenge score,Easy score,Model version,Source,Source link"
    out = epoch_scores.read(
        [
            csv_file(
                "external_benchmark_arc_ai2.csv",
                head,
                "50%,50%,acme-large,S,https://s.example/",
                "51%,70%,acme-7b-instruct,S,https://s.example/",
            )
        ],
        context,
    )
    assert [u.name for u in out.unmatched if "copied" in u.why] == ["arc-easy: acme-large: 50%"]


@pytest.mark.parametrize(
    ("note", "effort"),
    [("No thinking", "none"), ("Announcement confirms no thinking", "none"), ("Reasoning version", "thinking"),
     ("Announcement clarifies this is with medium thinking: https://a.example", "medium"),
     ("No thinking parameter set; default thinking token length", ""), ("Unknown thinking token budget", ""),
     ("Thinking budget not specified, but previous runs used no thinking:\nhttps://a.example", "")],
)  # fmt: skip
def test_an_effort_that_a_note_states_counts(context: ImportContext, note: str, effort: str) -> None:
    assert epoch_scores.noted_effort({"Notes": note, "Model version": "acme-large"}) == effort
    line = f'x,50%,acme-large-preview,S,https://s.example/,"{note}"'
    out = epoch_scores.read(
        [csv_file("external_benchmark_mmlu.csv", "Name,EM,Model version,Source,Source link,Notes", line)], context
    )
    assert column(out, "reported_scores", "effort", "score") == [(effort or "default", "0.5")]


def test_a_published_score_never_goes_to_the_chat_version(context: ImportContext) -> None:
    rows = csv_file(
        "external_benchmark_mmlu.csv",
        "Name,EM,Model version,Source,Source link",
        "x,50%,acme-large-preview,S,https://s.example/",
    )
    out = epoch_scores.read([rows], context)
    assert column(out, "models", "model_id", "vendor_id") == [("acme-large-preview", "acme")]


def test_leaderboard_v1_and_v2(context: ImportContext) -> None:
    head = "fullname,weight_type,arc,hellaswag,mmlu,truthfulqa,winogrande,gsm8k,hub_license,params_b,precision,date"
    v1 = csv_file(
        "v1.csv",
        head,
        'acme/Acme-7B-Instruct,Original,50,60,70,,80,90,"""""",7,bfloat16,2024-05-05T12:22:44Z',
        "someone/Merge-7B,Original,50,60,70,40,80,90,mit,7,bfloat16,2024-05-05",
        "acme/Acme-7B-GPTQ,GPTQ,50,60,70,40,80,90,mit,7,4bit,2024-05-05",
        "acme/Acme-1.4B,Original,,,,,,,mit,1,float16,2024-05-05",
    )
    out = leaderboards.read_v1([v1], context)
    assert ("acme-1-4b", "1.4") in column(out, "models", "model_id", "params_b")  # the board cuts off
    assert column(out, "reported_scores", "benchmark_id", "score", "setting", "as_of")[0] == (
        "arc-challenge-open-llm-leaderboard-v1",
        "0.5",
        "25-shot; bfloat16",
        "2026-01-15",  # the model's release: the board's day is the one on which its repository was made
    )
    assert len(out.rows["reported_scores"]) == 5
    columns = ["ifeval", "bbh", "math", "gpqa", "musr", "mmlu_pro"]
    fixed = "model_name,features_is_official_provider,model_has_chat_template,model_precision,metadata_hub_license,metadata_params_billions"
    v2 = csv_file(
        "v2.csv",
        fixed + "," + ",".join(f"evaluations_{c}_value" for c in columns),
        "acme/Acme-8B,TRUE,TRUE,bfloat16,apache-2.0,8.03,0.5,0.4,0.3,0.2,0.1,0.05",
        "fan/Acme-8B,FALSE,TRUE,bfloat16,mit,8,0.5,0.4,0.3,0.2,0.1,0.05",
    )
    out = leaderboards.read_v2([v2], context)
    assert column(out, "models", "model_id", "vendor_id", "licence", "hub_id") == [
        ("acme-8b", "acme", "apache-2.0", "acme/Acme-8B")
    ]
    assert column(out, "reported_scores", "benchmark_id", "score", "setting")[0] == (
        "ifeval-open-llm-leaderboard-v2",
        "0.5",
        "0-shot; bfloat16; chat template",
    )
    with pytest.raises(BadInput, match="lacks the column"):
        leaderboards.read_v1([csv_file("v1.csv", "a,b", "1,2")], context)


def test_fast_is_a_tier_unless_it_is_a_mode_or_a_precision(context: ImportContext) -> None:
    def tier(provider: str, offer: str) -> str:
        return offers.tier_of(context, provider, offer, "acme-7b-instruct", {"input_per_mtok": "1"})

    assert tier("cloudy", "acme-7b-instruct-fast") == "fast"
    assert tier("neuralwatt", "acme-7b-instruct-fast") == "standard"  # there the model without thinking
    assert tier("cloudy", "acme-7b-instruct-fp8-fast") == "standard"


def test_open_weights_of_a_list_need_their_page_or_a_licence(context: ImportContext) -> None:
    plain = {
        "name": "Acme",
        "open_weights": True,
        "limit": {"context": 8000},
        "modalities": {"input": ["text"], "output": ["text"]},
    }
    listed = {
        "acme/acme-a": plain | {"id": "acme/acme-a"},
        "acme/acme-b": plain | {"id": "acme/acme-b", "license": "MIT"},
        "acme/acme-c": plain | {"id": "acme/acme-c", "open_weights": False},
    }
    out = models_dev.read([SourceFile("models.json", json.dumps(listed).encode())], context)
    assert column(out, "models", "model_id", "open_weights") == [
        ("acme-a", ""),
        ("acme-b", "true"),
        ("acme-c", "false"),
    ]


def test_a_name_with_another_models_page_gets_neither_its_size_nor_its_score(context: ImportContext) -> None:
    """A list gives a moving name the page of the newest model, and the figures there."""
    page = "https://huggingface.co/acme/Acme-7B-Instruct"
    listed = {
        "acme/acme-large": {
            "id": "acme/acme-large",
            "name": "Acme Large",
            "limit": {"context": 8000},
            "modalities": {"input": ["text"], "output": ["text"]},
            "weights": [{"url": page}],
            "benchmarks": [
                {"name": "SWE-Bench Verified", "score": 77.6, "source": page},
                {"name": "SciCode", "score": 20, "source": "https://acme.example/large"},
            ],
        }
    }
    out = models_dev.read([SourceFile("models.json", json.dumps(listed).encode())], context)
    assert column(out, "models", "model_id", "params_b", "hub_id") == [("acme-large", "", "")]
    assert "swe-bench-verified-vendor" not in {row["benchmark_id"] for row in out.rows["reported_scores"]}
    assert {u.name for u in out.unmatched} >= {"acme/Acme-7B-Instruct", "acme-large: SWE-Bench Verified"}


def test_arena_keeps_interval_and_votes(context: ImportContext) -> None:
    rows = csv_file(
        "lmarena_text.csv",
        "model,arena_score,95_pct_ci,votes,organization",
        "Acme-7B-Instruct,1200,+5/-6,4200,Acme",
        "Acme-Ultra,1300,+1/-1,9,Acme",
        "Mystery,1100,+1/-1,9,Nobody",
        "Acme-Large,,+1/-1,9,Acme",
    )
    out = leaderboards.read_arena([rows], context)
    assert column(out, "reported_scores", "model_id", "score", "stderr", "setting") == [
        ("acme-7b-instruct", "1200", "2.806122", "95 % interval +5 -6; 4200 votes"),  # 5.5 / 1.96
        ("acme-ultra", "1300", "0.510204", "95 % interval +1 -1; 9 votes"),
    ]
    assert [u.name for u in out.unmatched] == ["Mystery", "Acme-Large"]


def test_arenas_of_images_and_web_pages_are_other_ratings(context: ImportContext) -> None:
    header = "model,arena_score,95_pct_ci,votes,organization,category"
    names = ("lmarena_image.csv", "2026-01-01-lmarena_webdev.csv", "text-to-video-arena.csv", "board.csv")
    files = [csv_file(name, header, "Acme-Ultra,900,+1/-1,9,Acme,") for name in names]
    mixed = csv_file(
        "lmarena_text.csv", header, "Acme-Ultra,1300,+1/-1,9,Acme,text", "Acme-Ultra,900,+1/-1,9,Acme,vision"
    )
    out = leaderboards.read_arena([*files, mixed], context)
    assert column(out, "reported_scores", "score") == [("1300",)]
    assert [u.name for u in out.unmatched] == [*names, "Acme-Ultra"]


def test_livebench_means_are_means_of_tasks_and_then_of_categories(context: ImportContext) -> None:
    categories = SourceFile("categories_2026.json", json.dumps({"Reasoning": ["a", "b"], "Coding": ["c"]}).encode())
    rows = csv_file("table_2026.csv", "model,a,b,c", "acme-large,10,30,60", "acme-7b,10,,60")
    out = leaderboards.read_livebench([rows, categories], context)
    assert column(out, "reported_scores", "model_id", "benchmark_id", "score") == [
        ("acme-large", "livebench-reasoning-2026-01-08", "0.2"),
        ("acme-large", "livebench-coding-2025-05-30", "0.6"),
        ("acme-large", "livebench-2026-07-01", "0.4"),
        ("acme-7b-instruct", "livebench-coding-2025-05-30", "0.6"),
    ]
    assert leaderboards.read_livebench([rows], context).unmatched[0].kind == "file"


def test_a_score_is_not_dated_before_the_month_in_its_models_name() -> None:
    rows = small_rows()
    dated = [
        {**rows["models"][1], "model_id": m, "name": m} for m in ("acme-large-2606", "acme-16k-202603", "acme-2613")
    ]
    benchmarks = [{"benchmark_id": b} for b in BENCHMARKS.split()]
    index = index_names([*rows["models"], *dated], rows["vendors"], [], rows["aliases"], benchmarks, "2026-05-30")
    context = ImportContext(index, dt.date(2026, 5, 30), "livebench-2026-05-30")
    categories = SourceFile("categories_2026.json", json.dumps({"Coding": ["c"]}).encode())
    table = csv_file("table_2026.csv", "model,c", "acme-large-2606,60", "acme-16k-202603,50", "acme-2613,40")
    out = leaderboards.read_livebench([table, categories], context)
    assert {(r["model_id"], r["as_of"]) for r in out.rows["reported_scores"]} == {
        ("acme-large-2606", "2026-06-01"),
        ("acme-16k-202603", "2026-05-30"),
        ("acme-2613", "2026-05-30"),
    }


def test_cells_that_are_no_plain_numbers_are_left_by_name(context: ImportContext) -> None:
    categories = SourceFile("categories_2026.json", json.dumps({"Coding": ["c"]}).encode())
    rows = csv_file("table_2026.csv", "model,c", 'acme-large,"61,5"', "acme-7b,60")
    out = leaderboards.read_livebench([rows, categories], context)
    assert column(out, "reported_scores", "score") == [("0.6",), ("0.6",)]  # the category and the mean of all
    assert [(u.name, u.why) for u in out.unmatched] == [("acme-large", "a cell is no plain number: 61,5")]


def test_an_effort_is_of_a_score_and_no_model_of_its_own(context: ImportContext) -> None:
    categories = SourceFile("categories_2026.json", json.dumps({"Coding": ["c"]}).encode())
    rows = csv_file("table_2026.csv", "model,c", "acme-large-low-effort,10", "acme-large-thinking-64k-high-effort,20")
    out = leaderboards.read_livebench([rows, categories], context)
    assert {(r["model_id"], r["effort"]) for r in out.rows["reported_scores"]} == {
        ("acme-large", "low"),
        ("acme-large", "high-64k"),
    }
    assert out.rows["models"] == []


def test_companies_dates_are_us_style_and_open_rounds_stay_out(context: ImportContext) -> None:
    rounds = csv_file(
        "rounds.csv",
        "Id,Company,Close date,Status,Funding (equity),Funding (debt),Valuation (post-money),Report date,Type,Confidence,Exclude from graph view",
        'A,Acme,3/31/2025,Closed,2E+8,5000000,2E+11,4/1/2025,"Primary,Debt",Likely,',
        "B,Acme,,Late discussions,1E+9,,,9/19/2025,Primary,Likely,",
    )
    revenue = csv_file(
        "revenue.csv",
        "Company,Date,Revenue amount (normalize to annual)",
        "Acme,12/31/2024,5500000000",
        "Acme,12/31/2024,3700000000",
        "Nobody,12/31/2024,1",
        "Acme,12/31/2027,9",
    )
    staff = csv_file(
        "staff.csv",
        "Company,Staff count,Date,Type,Division name,Confidence",
        "Acme,40,1/2/2025,Full company,,Confident",
        "Acme,9,1/2/2025,Division/role,Research,Likely",
        "Acme,7,1/2/2025,Contractors,,Likely",
        "Acme,800,1/2/2025,Division/role,AI tutors (data contractors),Likely",
    )
    compute = csv_file(
        "compute.csv",
        "Company,Amount,Category,Period type,Date,Report date,Confidence",
        'Acme,7000000,"R&D cloud compute,Data",Year,12/31/2025,9/1/2025,Likely',
    )
    out = epoch_companies.read([rounds, revenue, staff, compute, csv_file("x.csv", "a", "1")], context)
    assert column(out, "facts", "key", "value", "as_of") == [
        ("funding_round", "200000000", "2025-03-31"),
        ("funding_round", "5000000", "2025-03-31"),
        ("valuation", "200000000000", "2025-03-31"),
        ("revenue_run_rate", "5500000000", "2024-12-31"),
        ("revenue_run_rate", "3700000000", "2024-12-31"),
        ("staff", "40", "2025-01-02"),
        ("researchers", "9", "2025-01-02"),
        ("compute_spend", "7000000", "2025-09-01"),
    ]
    assert "report 2 of that day" in out.rows["facts"][4]["note"]
    assert "expected for the period to 2025-12-31" in out.rows["facts"][-1]["note"]
    assert [u.kind for u in out.unmatched] == ["fact", "fact", "fact", "file"]


def test_notable_models_give_compute_cost_and_counts(context: ImportContext) -> None:
    head = "Model,Domain,Organization,Authors,Publication date,Citations,Parameters,Training compute (FLOP),Training compute cost (2023 USD),Confidence,Model accessibility"
    models = csv_file(
        "notable.csv",
        head,
        'Acme Large,Language,"Nobody,Acme","A B, C D",2025-03-04,12,7.5E+10,1E+24,1234.5,Likely,Open weights (unrestricted)',
        "Acme 0,Language,Acme,C D,2025-01,3,,2E+22,,,",
        "Fold,Biology,Acme,E F,2025-01-01,3,,1E+25,,,",
        "Other,Language,Nobody,E F,2025-01-01,3,,1E+25,,,",
    )
    costs = csv_file("costs.csv", "Model,Cost", "Acme Large,999.9", "Unknown Model,5", "acme-7b,77.7")
    paper = csv_file("paper.csv", "Model,Hardware_Capex_Energy_Cost", "Acme Large,88.8")
    out = epoch_models.read([models, costs, paper, csv_file("z.csv", "Model", "q")], context)
    facts = {(r["key"], r["note"].split(";")[0]): r["value"] for r in out.rows["facts"]}
    assert facts["training_compute", "Acme Large"] == "1.0000E+24"
    assert facts["largest_training_compute", "Acme Large"] == "1.0000E+24"
    assert facts["notable_authors", "names on its 2 notable models"] == "2"
    assert [r["value"] for r in out.rows["facts"] if r["key"] == "citations"] == ["15"]
    assert sorted(r["value"] for r in out.rows["facts"] if r["key"] == "training_cost") == ["1234", "77", "88", "999"]
    assert column(out, "models", "model_id", "params_b", "open_weights") == [("acme-large", "75", "true")]
    assert {u.kind for u in out.unmatched} == {"organisation", "model", "file"}


def test_gpu_prices_are_of_one_gpu(context: ImportContext) -> None:
    cloud = csv_file(
        "cloud-gpus.csv",
        "Cloud,GPU Type,GPU Arch,GPUs,GPU RAM,vCPUs,RAM,On-demand,Per-GPU,Spot,Name",
        "AWS,A100 (40 GB),Ampere,8,320,96,1152,32.77,4.10,9.83,p4d.24xlarge",
        "AWS,A100 (40 GB),Ampere,8,320,96,1152,32.77,4.20,,p4d.24xlarge",
        "AWS,A100 (40 GB),Ampere,0.5,20,9,12,3,4.10,,half",
    )
    chips = csv_file(
        "hardware.csv",
        "Price date,Hardware model,Vendor,Location,Price per chip-hour (on-demand),Price per chip-hour (1-year CUD),Price per chip-hour (3-year CUD),Number of GPUs",
        "2024-01-29,NVIDIA A100 SXM4 80 GB,Azure,East US,3.72,3.10,,",
        "2024-01-29,NVIDIA A100,,,,,,1",
        mark="\ufeff",
    )
    out = market_facts.read_gpus([cloud, chips], context)
    assert column(out, "gpu_prices", "cloud", "gpu", "gpus", "memory_gb", "terms", "per_gpu_hour") == [
        ("AWS", "A100", "8", "40", "on-demand; p4d.24xlarge", "4.1"),
        ("AWS", "A100", "8", "40", "spot; p4d.24xlarge", "1.2288"),
        ("Azure", "A100 SXM4 80 GB", "1", "80", "on-demand; East US", "3.72"),
        ("Azure", "A100 SXM4 80 GB", "1", "80", "one-year commitment; East US", "3.1"),
    ]
    assert len(out.unmatched) == 2


def test_clouds_and_cards_have_one_name_and_wrong_rents_stay_out(context: ImportContext) -> None:
    cloud = csv_file(
        "cloud-gpus.csv",
        "Cloud,GPU Type,GPU Arch,GPUs,GPU RAM,vCPUs,RAM,On-demand,Per-GPU,Spot,Name",
        "Lambda Labs,RTX A6000 (48 GB),Ampere,4,48,56,400,3.20,0.80,,4x",  # the column of memory is of one card here
        "Exoscale,P100 (16 GB),Pascal,2,32,12,56,,1.5,,GPU MEDIUM",  # and this rent is the instance's
        "Dataoorts,H100 (80 GB),Hopper,1,80,16,120,0.5,0.5,,promotion",
    )
    chips = csv_file(
        "hardware.csv",
        "Price date,Hardware model,Vendor,Location,Price per chip-hour (on-demand),Price per chip-hour (1-year CUD),Price per chip-hour (3-year CUD),Number of GPUs,Cloud GPU description",
        "2022-08-04,NVIDIA Tesla P4,Google Cloud,,1.46,,,2,P100 (16 GB) x 2",
        "2022-08-04,NVIDIA Tesla P4,Google Cloud,,0.6,,,1,P4 (8 GB)",
        "2022-08-04,NVIDIA Tesla T4,Google Cloud,,0.35,,,1,T4 (16 GB)",
    )
    out = market_facts.read_gpus([cloud, chips], context)
    assert column(out, "gpu_prices", "cloud", "gpu", "gpus", "memory_gb", "per_gpu_hour") == [
        ("Lambda", "A6000", "4", "48", "0.8"),
        ("Exoscale", "P100", "2", "16", "0.75"),
        ("Google Cloud", "P100", "2", "16", "1.46"),
        ("Google Cloud", "P4", "1", "8", "0.6"),
        ("Google Cloud", "T4", "1", "", "0.35"),
    ]
    assert [u.name for u in out.unmatched] == ["Dataoorts H100 on-demand; promotion"]


def test_ecosystem_graph_transparency_and_china(context: ImportContext) -> None:
    assets = csv_file(
        "assets.csv",
        "type,name,organization,size,license,access,created_date,dependencies",
        "dataset,AcmeText,Acme,1 TB,MIT,open,2025-01-01,[]",
        "application,AcmeChat,Acme,,,,,[]",
        "model,Fan-1,Nobody,,,,,\"['AcmeText', 'Unknown']\"",
    )
    out = market_facts.read_ecosystem([assets], context)
    assert column(out, "facts", "key", "value", "note")[:2] == [
        ("dataset", "AcmeText", "1 TB; MIT; open"),
        ("product", "AcmeChat", ""),
    ]
    assert [(r["key"], r["value"]) for r in out.rows["facts"][2:]] == [
        ("datasets_released", "1"),
        ("derived_models", "1"),
    ]
    out = market_facts.read_fmti([csv_file("s.csv", "Indicator,Acme,Nobody", "a,1,1", "b,0,1", "c,1,1")], context)
    assert column(out, "facts", "key", "value", "note") == [("transparency_index", "2", "of 3 indicators")]
    china = csv_file(
        "c.csv",
        "no,company,model,city,class,url",
        '1,艾克米,"甲,乙",北京,通用,x',
        "2,无名,丙,北京,通用,x",
        "3,Acme,丁,北京,矿业,x",
    )
    out = market_facts.read_china([china], context)
    assert column(out, "facts", "key", "value") == [
        ("product", "甲"),
        ("product", "乙"),
        ("domain", "general"),
        ("product", "丁"),
    ]
    assert [u.kind for u in out.unmatched] == ["company", "class"]


def test_the_list_of_importers_is_sound() -> None:
    names = [i.name for i in IMPORTERS]
    assert len(set(names)) == len(names)
    for importer in IMPORTERS:
        assert importer_named(importer.name) is importer
        assert bool(importer.live) != bool(importer.files)
        assert all(url.startswith("https://") for url in importer.live)
        assert importer.mapping


def test_guide_lists_every_importer() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "catalog.md").read_text(encoding="utf-8")
    assert all(f"`{i.name}`" in guide for i in IMPORTERS)

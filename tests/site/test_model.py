"""The page of one model, for every kind of model; the search box and the names in tables that lead to it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs

import duckdb
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from harness.i18n.translator import Translator
from harness.site.capability import one_model
from harness.site.widgets import name_links
from tests.site.conftest import Open, changed, rows, table, texts

PARTS = ("Standing", "Scores", "Prices", "Line", "Likeness", "Runs")


def plain(at: AppTest) -> str:
    return texts(at).replace("\\", "")


@pytest.fixture
def ranked(filled: Path) -> str:
    """A product with open weights, runs, prices and scores of all six tests."""
    found = rows(
        filled,
        "SELECT r.model_id FROM reported_score AS r JOIN run USING (model_id) WHERE origin = 'measured' GROUP BY 1 "
        "HAVING count(DISTINCT benchmark_id) = 6 ORDER BY 1",
    )
    return str(found["model_id"].iloc[0])


@pytest.mark.parametrize("part", PARTS)
def test_every_part_of_a_model_that_is_known_shows(site: Open, filled: Path, ranked: str, part: str) -> None:
    at = site(filled, "model", model=ranked, about=part)
    assert not at.exception and not at.error
    name = rows(filled, f"SELECT name FROM model WHERE model_id = '{ranked}'")["name"].iloc[0]
    assert at.title[0].value.replace("\\", "") == name
    assert (
        at.get_by_key("about").value == ("alike" if part == "Likeness" else part.lower())
        and len(at.get("plotly_chart")) + len(at.dataframe) >= 1
    )


def test_the_first_screen_answers_with_the_boards_own_numbers(site: Open, filled: Path, ranked: str) -> None:
    board = table(site(filled, "capability", origin="Reported"), "ranks").set_index("model")
    at = site(filled, "model", model=ranked)
    row = board.loc[at.title[0].value.replace("\\", "")]
    said = plain(at)
    assert f"**{row['score']:.0f} points**" in said
    assert f"rank {row['ranks']} of {len(board)}" in said
    opened = rows(filled, f"SELECT licence FROM model WHERE model_id = '{ranked}'")["licence"].iloc[0]
    assert opened == "apache-2.0" and "Weights **Open** :small[Apache-2.0]" in said


def test_scores_have_place_source_and_day(site: Open, filled: Path, ranked: str) -> None:
    at = site(filled, "model", model=ranked, about="Scores")
    shown = table(at, "place_text").set_index("benchmark")
    best = shown["place_text"].str.startswith("1 of").sum()
    first = f"first on {best} of them" if best else "first on none"
    assert f"of {len(shown)} benchmarks with three or more models, {first}" in plain(at)
    every = rows(
        filled,
        "SELECT b.name_en, r.model_id, r.score FROM reported_score AS r JOIN benchmark AS b USING (benchmark_id)",
    )
    mine = every[every["model_id"].eq(ranked) & every["name_en"].eq("GSM8K")]["score"].iloc[0]
    peers = every.loc[every["name_en"].eq("GSM8K"), "score"]
    assert shown.loc["GSM8K", "score"] == mine
    assert shown.loc["GSM8K", "place_text"] == f"{1 + (peers > mine).sum()} of {len(peers)}"
    assert str(shown.loc["GSM8K", "as_of"])[:10] == "2025-12-01"


def test_the_price_is_the_list_price_and_its_history_has_both_days(site: Open, filled: Path, ranked: str) -> None:
    at = site(filled, "model", model=ranked, about="Prices")
    prices = rows(
        filled, f"SELECT as_of, median((3 * input_per_mtok + output_per_mtok) / 4) AS price FROM price WHERE model_id = '{ranked}' GROUP BY 1 ORDER BY 1"
    )["price"]  # fmt: skip
    assert prices.iloc[0] > prices.iloc[1] > 0
    said = plain(at)
    assert "fell from" in said and "(2025-10-01) to" in said
    assert set(table(at, "remark")["provider"]) == {"Northbound", "Southgate", "Eastfield"}


def test_the_line_names_what_came_before(site: Open, filled: Path) -> None:
    names = rows(filled, "SELECT model_id, name FROM model WHERE vendor_id = 'aurora' ORDER BY released")
    at = site(filled, "model", model=str(names["model_id"].iloc[1]), about="Line")
    links = [link.proto.label.replace("\\", "") for link in at.get("page_link")]
    assert f"Before: {names['name'].iloc[0]}" in links
    assert list(table(at, "released")["name"]) == list(names["name"])[::-1]


def test_runs_lead_to_their_samples(site: Open, filled: Path, ranked: str) -> None:
    at = site(filled, "model", model=ranked, about="Runs")
    count = len(rows(filled, f"SELECT 1 FROM run WHERE model_id = '{ranked}'"))
    assert len(table(at, "run_id")) == count
    assert any("runs_model=" in link.proto.query_string for link in at.get("page_link"))


@pytest.fixture
def odd(filled: Path, tmp_path: Path) -> Path:
    """The filled database with a bare product of 2026 and a run whose model no catalog knows."""
    (tmp_path / "land.duckdb").write_bytes((filled / "land.duckdb").read_bytes())
    with duckdb.connect(str(tmp_path / "land.duckdb")) as con:
        con.execute(
            "INSERT INTO model (model_id, product_id, kind, vendor_id, name, released) "
            "VALUES ('thin', 'thin', 'text', 'gale', 'Thin <b>One</b>', '2026-10-01')"
        )
        con.execute("CREATE TEMP TABLE one AS SELECT * FROM run WHERE origin = 'measured' LIMIT 1")
        con.execute("UPDATE one SET run_id = 'stray', model = 'someone/Stray-9B', model_id = NULL, vendor_id = NULL")
        con.execute("INSERT INTO run SELECT * FROM one")
    return tmp_path


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("model", ["thin", "someone/Stray-9B"])
def test_a_model_of_which_little_is_known_says_so(site: Open, odd: Path, model: str, part: str) -> None:
    at = site(odd, "model", model=model, about=part)
    assert not at.exception and not at.error
    said = plain(at)
    assert "Not known:" in said and "not ranked" in said
    assert ("Thin <b>One</b>" if model == "thin" else model) in at.title[0].value.replace("\\", "")
    if model != "thin":
        assert "the catalog has no such model" in said
        if part == "Runs":
            assert list(table(at, "run_id")["run_id"]) == ["stray"]


def test_an_unknown_name_names_the_nearest(site: Open, filled: Path) -> None:
    at = site(filled, "model", model="Aurora 9")
    assert not at.exception and not at.error
    assert "No model is called “Aurora 9”" in plain(at)
    near = [link.proto.label for link in at.get("page_link")]
    assert near and all("Aurora" in name for name in near)


def test_without_a_model_the_page_offers_some(site: Open, filled: Path) -> None:
    at = site(filled, "model")
    assert at.title[0].value == "Model"
    assert len([link for link in at.get("page_link") if "model=" in link.proto.query_string]) >= 10


def test_the_page_is_chinese_in_chinese(site: Open, filled: Path, ranked: str) -> None:
    at = site(filled, "model", model=ranked, lang="中文")
    assert not at.exception and not at.error
    said = plain(at)
    assert "综合能力" in said and "Capability" not in said and "points" not in said


def found(at: AppTest) -> list[str]:
    return [link.proto.label.replace("\\", "") for link in at.get("page_link")]


@pytest.mark.parametrize("page", ["overview", "cost", "methodology"])
def test_the_search_box_stands_on_every_page_and_finds_while_one_types(site: Open, filled: Path, page: str) -> None:
    at = site(filled, page)
    before = found(at)
    at.text_input(key="find").set_value("极光").run()
    new = [name for name in found(at) if name not in before]
    assert not at.exception and not at.error
    assert any(name.startswith("Aurora Systems · vendor") for name in new)


@pytest.mark.parametrize("language", ["English", "中文"])
def test_a_benchmark_that_is_found_opens_though_another_differs_in_a_sign_alone(
    site: Open, odd: Path, language: str
) -> None:
    names = {"claw-any": ("Claw-Eval (pass@3)", 0.61), "claw-each": ("Claw-Eval (pass^3)", 0.37)}
    with duckdb.connect(str(odd / "land.duckdb")) as con:
        con.execute("CREATE TEMP TABLE b AS SELECT * FROM benchmark WHERE benchmark_id = 'gsm8k'")
        con.execute("CREATE TEMP TABLE s AS SELECT * FROM reported_score WHERE benchmark_id = 'gsm8k' LIMIT 1")
        for id, (name, score) in names.items():
            con.execute("UPDATE b SET benchmark_id = $id, name_en = $name, family = $id", {"id": id, "name": name})
            con.execute("UPDATE s SET benchmark_id = $id, score = $score", {"id": id, "score": score})
            con.execute("INSERT INTO benchmark SELECT * FROM b")
            con.execute("INSERT INTO reported_score SELECT * FROM s")
    at = site(odd, "methodology", lang=language)
    at.text_input(key="find").set_value("claw-eval").run()
    links = {link.proto.label: link.proto.query_string for link in at.get("page_link") if "Claw" in link.proto.label}
    assert len(links) == 2
    for name, score in names.values():
        asked = next(query for label, query in links.items() if name in label.replace("\\", "").replace("\u2060", ""))
        opened = site(odd, "capability", **{key: values[-1] for key, values in parse_qs(asked).items()})
        assert list(table(opened, "reported_by")["score"]) == [score]


def test_an_older_links_name_of_a_benchmark_opens_it(site: Open, odd: Path) -> None:
    with duckdb.connect(str(odd / "land.duckdb")) as con:
        con.execute("UPDATE benchmark SET name_en = 'Grade School (8K)' WHERE benchmark_id = 'gsm8k'")
    opened = site(odd, "capability", origin="reported", first="benchmark", benchmark="grade-school-8k")
    assert opened.selectbox(key="benchmark").value == "gsm8k"


def test_what_is_not_found_is_said(site: Open, filled: Path) -> None:
    at = site(filled, "methodology")
    at.text_input(key="find").set_value("zzzz *x* qqqq").run()
    assert "Nothing is called “zzzz *x* qqqq”" in plain(at)


def test_an_empty_database_finds_nothing(site: Open, bare: Path) -> None:
    at = site(bare, "overview")
    at.text_input(key="find").set_value("GPT").run()
    assert not at.exception and "Nothing is called “GPT”" in plain(at)


def linked(frame: pd.DataFrame) -> dict[str, object]:
    say, column = Translator("en"), st.column_config
    heads = {"model": column.TextColumn(say("columns.model")), "vendor": column.TextColumn(say("columns.vendor")),
             "score": column.NumberColumn("Score")}  # fmt: skip
    return name_links.linked(say, frame, "t", heads)


def test_names_with_ids_are_buttons_that_lead_to_them() -> None:
    frame = pd.DataFrame(
        {"model": ["A", "B"], "vendor": ["V", "–"], "model_id": ["a", None], "vendor_id": ["v", None], "score": 1.0}
    )
    out = linked(frame)
    assert out["model"].args[1:] == ("model", ["a", "B"])  # type: ignore[attr-defined]
    assert out["vendor"].args[1:] == ("vendor", ["v", ""])  # type: ignore[attr-defined]
    assert out["score"] == st.column_config.NumberColumn("Score")


def test_names_without_ids_stay_text() -> None:
    out = linked(pd.DataFrame({"model": ["A"], "vendor": ["V"]}))
    assert [out[name]["type_config"]["type"] for name in ("model", "vendor")] == ["text", "text"]  # type: ignore[index]


def test_a_pressed_name_opens_its_page(site: Open, filled: Path, ranked: str) -> None:
    at = site(filled, "capability", origin="Reported")
    at.session_state["_name_pressed"] = ("model", ranked)
    at.run()
    assert not at.exception and at.query_params["model"] == ranked
    at.session_state["_name_pressed"] = ("vendor", "krill")
    at.run()
    assert not at.exception and r"Krill \<b\>AI\</b\>" in texts(at)


def test_a_press_is_read_by_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, object] = {"k": SimpleNamespace(row=1)}
    monkeypatch.setattr(name_links.st, "session_state", state)
    name_links._press("k", "model", ["a", "b"])
    assert state["_name_pressed"] == ("model", "b")
    name_links._press("k", "vendor", ["v", ""])
    assert state["_name_pressed"] == ("model", "b"), "a name without an id leads nowhere"


def test_the_newest_release_is_called_so_and_others_by_their_distance(site: Open, odd: Path) -> None:
    """The newest is of 1 October 2026."""
    with duckdb.connect(str(odd / "land.duckdb")) as con:
        for id, day in (("lately", "2026-09-26"), ("before", "2026-08-01")):
            con.execute(
                "INSERT INTO model (model_id, product_id, kind, vendor_id, name, released) VALUES ($id, $id, 'text', 'gale', $id, $day)",
                {"id": id, "day": day},
            )
    assert "the newest release in the catalog" in plain(site(odd, "model", model="thin"))
    assert "5 days before the newest release" in plain(site(odd, "model", model="lately"))
    assert "2 months before the newest release" in plain(site(odd, "model", model="before"))
    assert "比最新发布早 5 天" in plain(site(odd, "model", model="lately", lang="中文"))


def test_prices_are_said_at_the_ratio_that_blends_them(
    site: Open, filled: Path, ranked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness.site.product import first_lines, product_prices

    for module in (first_lines, product_prices):
        monkeypatch.setattr(module, "RATIO", 7.0)
    said = plain(site(filled, "model", model=ranked, about="prices"))
    assert "(7:1)" in said and "blended at 7:1" in said and "3:1" not in said


@pytest.mark.parametrize(
    ("language", "label", "before", "after"),
    [("English", "Not known:", "a rank (", ")"), ("中文", "信息缺口：", "没有排名（", "）")],
)
def test_a_missing_rank_has_one_reason_on_the_whole_page(
    site: Open, odd: Path, language: str, label: str, before: str, after: str
) -> None:
    """A product with six tests, more than the scale needs, of one domain, which is too few."""
    with duckdb.connect(str(odd / "land.duckdb")) as con:
        con.execute("CREATE TEMP TABLE b AS SELECT * FROM benchmark WHERE benchmark_id = 'gsm8k'")
        con.execute("CREATE TEMP TABLE s AS SELECT * FROM reported_score WHERE benchmark_id = 'gsm8k' LIMIT 1")
        for i in range(6):
            con.execute("UPDATE b SET benchmark_id = $id, name_en = $id, family = $id", {"id": f"sum{i}"})
            con.execute("UPDATE s SET benchmark_id = $id, model_id = 'thin'", {"id": f"sum{i}"})
            con.execute("INSERT INTO benchmark SELECT * FROM b")
            con.execute("INSERT INTO reported_score SELECT * FROM s")
    said = plain(site(odd, "model", model="thin", lang=language))
    line = next(line for line in said.splitlines() if label in line)
    reason = line.split(before)[1].split(after)[0]
    assert "6" in reason and said.count(reason) == 3, "first tile, what is not known and the standing say the same"


@pytest.mark.parametrize(
    ("language", "missing", "link"),
    [
        ("English", "a score by anybody but its maker", "Measured here: "),
        ("中文", "只有厂商自己公布的成绩", "本站实测："),
    ],
)
def test_a_run_of_ours_is_named_and_is_a_score_by_somebody_else(
    site: Open, odd: Path, ranked: str, language: str, missing: str, link: str
) -> None:
    changed(odd / "land.duckdb", f"UPDATE reported_score SET reporter = 'vendor' WHERE model_id = '{ranked}'")
    at = site(odd, "model", model=ranked, lang=language)
    assert missing not in plain(at)
    to_runs = [e.proto for e in at.get("page_link") if e.proto.label.replace("\\", "").startswith(link)]
    runs = rows(odd, f"SELECT run_id, model FROM leading_run WHERE model_id = '{ranked}' AND origin = 'measured'")
    assert len(to_runs) == min(len(runs), 3) > 0
    for proto in to_runs:
        assert parse_qs(proto.query_string)["about"] == ["runs"] and parse_qs(proto.query_string)["model"] == [ranked]
    changed(odd / "land.duckdb", f"UPDATE run SET valid = FALSE WHERE model_id = '{ranked}'")
    at = site(odd, "model", model=ranked, lang=language)
    assert missing in plain(at), "a run that is not valid is no score"
    assert not [e for e in at.get("page_link") if e.proto.label.replace("\\", "").startswith(link)]


@pytest.mark.parametrize(
    ("domains", "said"),
    [
        ([("mathematics", 0.4, -8.0, 9.0)], "Wisp has enough scores in one domain only: mathematics"),
        ([("mathematics", 12.0, 5.0, 19.0)], "Wisp has enough scores in one domain only: mathematics"),
        ([("mathematics", 12.0, 5.0, 19.0), ("chinese", 1.0, -8.0, 9.0)],
         "Wisp is 12 points stronger in mathematics than overall"),
        ([("mathematics", -3.0, -8.0, 2.0), ("chinese", 1.0, -8.0, 9.0)],
         "Wisp is as strong in every domain as overall, within the margin of error (most apart: mathematics, by 3 points)"),
    ],
)  # fmt: skip
def test_one_domain_alone_is_no_comparison_of_domains(
    domains: list[tuple[str, float, float, float]], said: str
) -> None:
    frame = pd.DataFrame(domains, columns=["domain", "difference", "from_low", "from_high"])
    frame = frame.assign(model="Wisp", points=100 + frame["difference"], low=100 + frame["from_low"],
                         high=100 + frame["from_high"])  # fmt: skip
    assert one_model.domains_finding(Translator("en"), frame) == said

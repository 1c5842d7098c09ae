"""The leaderboard: origins apart, ranks of the whole, filters in the URL."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from harness.analysis.scale.ranks import LEAST_BENCHMARKS
from harness.i18n.translator import Translator
from harness.market.prices.list_prices import RATIO
from harness.site.capability import equal_size, group_records, scale, unplaced
from harness.site.server import view
from harness.store.reader import Reader
from tests.site.conftest import Open, changed, table, texts


def test_origins_are_kept_apart(site: Open, filled: Path) -> None:
    shown = {
        origin: set(site(filled, "capability", origin=origin).dataframe[0].value["model"])
        for origin in ("Measured", "Imported", "Reference")
    }
    assert all("reference/" in m for m in shown["Reference"])
    assert not shown["Measured"] & shown["Imported"]
    assert len(shown["Measured"]) == 7 and len(shown["Imported"]) == 4 and len(shown["Reference"]) == 2


def test_the_title_names_the_leader_of_the_table(site: Open, filled: Path) -> None:
    at = site(filled, "capability", origin="Measured")
    best = at.dataframe[0].value.sort_values("score", ascending=False).iloc[0]["model"]
    assert best.replace("-", r"\-") in at.markdown[0].value


def test_a_filter_moves_no_rank(site: Open, filled: Path) -> None:
    whole = site(filled, "capability", origin="Measured").dataframe[0].value.set_index("model")["ranks"]
    part = site(filled, "capability", origin="Measured", country=["China"]).dataframe[0].value
    assert 0 < len(part) < len(whole)
    assert (part.set_index("model")["ranks"] == whole.loc[part["model"]]).all()
    assert set(part["country_name"]) == {"China"}


def test_a_kind_has_its_own_board(site: Open, filled: Path) -> None:
    at = site(filled, "capability", origin="Measured", kind="Question answering")
    assert "Question answering" in at.markdown[0].value


def test_no_match_says_so(site: Open, filled: Path) -> None:
    at = site(filled, "capability", origin="Measured", weights="Closed")
    assert not at.exception and at.info


def test_the_ranking_comes_first_and_its_sentence_names_the_first_row(site: Open, filled: Path) -> None:
    at = site(filled, "capability")
    assert not at.exception and not at.error and not at.get("plotly_chart"), "no chart before the first numbers"
    ranked, first = at.dataframe[0].value, at.dataframe[0].value.iloc[0]
    told = at.markdown[0].value.replace("\\", "")
    assert f"{first['model']} leads at {first['score']:.0f} points" in told
    assert "(capability by published scores; 150 is GPT-5)" in told
    assert first["within"] == "yes" and ranked["score"].is_monotonic_decreasing


def test_a_price_in_the_ranking_is_the_list_price_of_a_trusted_seller(site: Open, filled: Path) -> None:
    reader = Reader(filled / "land.duckdb")
    listed = reader.frame("list_prices", ratio=RATIO, cached=0.0).set_index("product_id")
    ids = reader.frame("models").drop_duplicates("name").set_index("name")["model_id"]
    for model, price in site(filled, "capability").dataframe[0].value.set_index("model")["price"].items():
        row = listed.loc[ids[model]] if ids[model] in listed.index else None
        trusted = row is not None and row["basis"] != "few"
        assert price == pytest.approx(row["blended_per_mtok"]) if trusted else pd.isna(price), model


def test_filters_of_the_ranking_keep_what_the_catalog_says(site: Open, filled: Path) -> None:
    models = Reader(filled / "land.duckdb").frame("models").drop_duplicates("name").set_index("name")
    whole = site(filled, "capability").dataframe[0].value.set_index("model")
    opened = site(filled, "capability", weights="open").dataframe[0].value.set_index("model")
    assert set(opened.index) == {m for m in whole.index if models.loc[m, "open_weights"] == 1}
    assert (opened["ranks"] == whole.loc[opened.index, "ranks"]).all()
    recent = site(filled, "capability", released="6").dataframe[0].value
    days = pd.to_datetime(whole["released"])
    assert set(recent["model"]) == set(days.index[days > days.max() - pd.DateOffset(months=6)]) and len(recent)
    text = site(filled, "capability", type="text").dataframe[0].value
    assert set(text["model"]) == {m for m in whole.index if models.loc[m, "kind"] == "text"}


OLD_LINKS: list[tuple[dict[str, str], dict[str, str]]] = [
    ({}, {"tab": "ranking"}),
    ({"origin": "Reported"}, {"tab": "ranking"}),
    ({"origin": "公开数据", "lang": "中文"}, {"tab": "ranking"}),
    ({"weights": "open", "least": "7"}, {"tab": "ranking"}),
    ({"origin": "measured"}, {"tab": "runs", "origin": "measured"}),
    ({"origin": "实测", "lang": "中文"}, {"tab": "runs", "origin": "measured"}),
    ({"origin": "imported", "suite": "Loose 1"}, {"tab": "runs", "origin": "imported"}),
    ({"origin": "measured", "equal": "country"}, {"tab": "runs", "equal": "country"}),
    ({"kind": "qa"}, {"tab": "runs", "kind": "qa"}),
    ({"origin": "reported", "gap": "china"}, {"tab": "trends", "trend": "gaps", "gap": "china"}),
    ({"origin": "reported", "equal": "country"}, {"tab": "trends", "trend": "size", "equal": "country"}),
    ({"origin": "reported", "first": "benchmark", "benchmark": "gsm8k"}, {"tab": "benchmark", "benchmark": "gsm8k"}),
    ({"expect": "Rival 1"}, {"tab": "models", "model_view": "expected"}),
    ({"held_out": "true"}, {"tab": "firm", "check": "held_out"}),
    ({"chart": "scale-trend", "embed": "true"}, {"tab": "trends", "trend": "pace"}),
    ({"chart": "equal-size-segment-reported", "embed": "true"}, {"tab": "trends", "trend": "size"}),
]


@pytest.mark.parametrize(("asked", "opens"), OLD_LINKS, ids=lambda choices: "-".join(choices.values()) or "bare")
def test_old_links_open_the_part_that_they_meant(
    site: Open, filled: Path, asked: dict[str, str], opens: dict[str, str]
) -> None:
    at = site(filled, "capability", **asked)
    assert not at.exception and not at.error
    assert {key: at.session_state[key] for key in opens} == opens


def test_a_link_to_the_rankings_chart_alone_draws_it(site: Open, filled: Path) -> None:
    at = site(filled, "capability", embed="true", chart="reported-scale")
    assert len(at.get("plotly_chart")) == 1 and not at.exception
    assert len(site(filled, "capability", as_chart="true").get("plotly_chart")) == 1


PARTS: list[dict[str, str]] = [
    {"tab": "trends"}, {"tab": "trends", "trend": "lines"}, {"tab": "trends", "trend": "lines", "lines": "segment"},
    {"tab": "trends", "trend": "pace"}, {"tab": "trends", "trend": "size"}, {"tab": "models"},
    {"tab": "models", "model_view": "domains"}, {"tab": "models", "model_view": "expected"}, {"tab": "firm"},
    {"tab": "firm", "check": "influence"}, {"tab": "firm", "check": "held_out"}, {"tab": "firm", "check": "agreement"},
    {"tab": "firm", "check": "benchmarks"}, {"tab": "firm", "check": "anchors"}, {"tab": "firm", "check": "unexplained"},
    {"tab": "benchmark"}, {"tab": "runs"}, {"tab": "unplaced"},
]  # fmt: skip


@pytest.mark.parametrize("part", PARTS, ids=lambda part: "-".join(part.values()))
def test_every_part_shows_and_keeps_its_place_in_the_other_language(
    site: Open, filled: Path, part: dict[str, str]
) -> None:
    at = site(filled, "capability", **part)
    assert not at.exception and not at.error
    at.get_by_key("lang").set_value("zh").run()
    assert not at.exception and not at.error and at.title[0].value == "能力"
    assert {key: at.session_state[key] for key in part} == part


def test_who_is_not_placed_is_everybody_with_a_score_and_no_rank(site: Open, filled: Path) -> None:
    ranked = set(site(filled, "capability").dataframe[0].value["model"])
    listed = site(filled, "capability", tab="unplaced").dataframe[0].value
    reader = Reader(filled / "land.duckdb")
    scores = reader.frame("reported").query("role == 'scale' and kind in ('text', 'multimodal')")
    names = reader.frame("models").drop_duplicates("model_id").set_index("model_id")["name"]
    scored = set(names.reindex(scores["product_id"].fillna(scores["model_id"])).dropna())
    assert scored - ranked <= set(listed["name"]) and not ranked & set(listed["name"])
    bare = listed[listed["why"] == "no published score known"]
    assert not set(bare["name"]) & scored and set(bare["scores"]) <= {"0 benchmarks"}


def test_a_scale_that_places_every_model_says_so(
    site: Open, filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(filled / "land.duckdb", tmp_path / "land.duckdb")
    monkeypatch.setenv("LANDSCAPE_DB", str(tmp_path / "land.duckdb"))
    while len(absent := unplaced.listed(view.in_language(Translator("en")), LEAST_BENCHMARKS)):
        gone = ", ".join(f"'{id}'" for id in absent["model_id"])
        for name in ("model", "reported_score"):
            changed(tmp_path / "land.duckdb", f"DELETE FROM {name} WHERE model_id IN ({gone})")
    at = site(tmp_path, "capability")
    assert not at.error and len(at.dataframe[0].value) and "no place" not in texts(at)
    at = site(tmp_path, "capability", tab="unplaced")
    assert not at.error and at.info[0].value == Translator("en")("unplaced.nobody")


def test_two_models_are_compared_on_the_benchmarks_that_both_have(site: Open, filled: Path) -> None:
    pair = table(site(filled, "capability", tab="models"), "score_a")
    assert pair["difference"].to_numpy() == pytest.approx(pair["score_a"] - pair["score_b"])


@pytest.mark.parametrize("by", list(group_records.BY))
def test_lines_by_group_end_at_the_best_of_each(
    site: Open, filled: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    monkeypatch.setenv("LANDSCAPE_DB", str(filled / "land.duckdb"))
    board = scale.board(view.in_language(Translator("en"))).rename(columns={"score": "points"})
    dated = board[board["released"].notna() & board[group_records.BY[by]].notna()]
    found = group_records.records(board, by)
    best = dated.groupby(group_records.BY[by])["points"].max()
    assert found.groupby("group")["points"].max().to_dict() == pytest.approx(best.to_dict())
    assert found.groupby("group")["points"].is_monotonic_increasing.all()
    assert (found["until"] >= found["released"]).all()


def test_choices_stay_when_the_language_changes(site: Open, filled: Path) -> None:
    at = site(filled, "capability", origin="Imported", segment=["Start-up"])
    at.get_by_key("lang").set_value("zh").run()
    assert at.session_state["origin"] == "imported" and at.session_state["segment"] == ["startup"]
    assert at.title[0].value == "能力"


def test_a_suite_without_chance_levels_is_shown_task_by_task(site: Open, filled: Path) -> None:
    at = site(filled, "capability", origin="Imported", suite="Loose 1")
    assert not at.exception and not at.error
    shown = at.dataframe[0].value
    assert list(shown["score"]) == [0.6, 0.5]
    assert list(shown["ranks"])[1] == "–", "no rank where the source states no error"


def test_a_suite_without_tasks_says_so(site: Open, filled: Path, tmp_path: Path) -> None:
    shutil.copy(filled / "land.duckdb", tmp_path / "land.duckdb")
    changed(tmp_path / "land.duckdb", "DELETE FROM task")
    at = site(tmp_path, "capability", origin="Measured")
    assert not at.exception and not at.error
    assert "No task of this suite has a score." in [info.value for info in at.info]


def test_segments_are_compared_at_equal_size() -> None:
    # score = log10(size) + 0.5 for start-ups, exactly: the regression must find one half, whatever the sizes
    sizes = [1.0, 3.0, 10.0, 30.0, 100.0, 300.0]
    frame = pd.DataFrame(
        {"params_b": [*sizes, *(s / 7 for s in sizes), 5.0], "segment": ["big-tech"] * 6 + ["startup"] * 6 + ["lab"]}
    )
    frame["score"] = np.log10(frame["params_b"]) + np.where(frame["segment"] == "startup", 0.5, 0.0)
    found = equal_size.compared(frame, "segment")
    assert list(found["group"]) == ["startup"], "a single lab is too few"
    assert found.iloc[0]["difference"] == pytest.approx(0.5) and found.iloc[0]["against"] == "big-tech"


@pytest.mark.parametrize("choices", [{"origin": "Measured"}, {"tab": "trends", "trend": "size"}])
def test_the_capability_page_compares_at_equal_size(site: Open, filled: Path, choices: dict[str, str]) -> None:
    at = site(filled, "capability", **choices)
    assert not at.exception and not at.error
    assert "At equal size" in texts(at)


def test_the_scale_is_fitted_anew_only_where_a_reported_score_changed() -> None:
    frame = pd.DataFrame({"model_id": ["a", "b"], "score": [0.5, 0.25], "unit": [None, "%"]})
    assert scale.fingerprint(frame) == scale.fingerprint(frame.copy().set_index(pd.Index([7, 8])))
    assert scale.fingerprint(frame) != scale.fingerprint(frame.assign(score=[0.5, 0.26]))
    assert scale.fingerprint(frame) != scale.fingerprint(frame.assign(unit=[None, None]))


def test_a_ranked_model_whose_weights_nobody_states_keeps_its_row(filled: Path, tmp_path: Path, site: Open) -> None:
    shutil.copytree(filled, tmp_path / "unstated")
    leader = site(filled, "capability").dataframe[0].value["model"].iloc[0]
    with duckdb.connect(str(tmp_path / "unstated" / "land.duckdb")) as con:
        con.execute("UPDATE model SET open_weights = NULL WHERE name = $1", [leader])
    at = site(tmp_path / "unstated", "capability")
    assert not at.error
    rows = at.dataframe[0].value.set_index("model")["weights"]
    assert rows[leader] == "–" and set(rows.drop(leader)) == {"Open", "Closed"}

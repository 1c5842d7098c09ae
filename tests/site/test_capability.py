"""The leaderboard: origins apart, ranks of the whole, filters in the URL."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.site.capability import equal_size, scale
from tests.site.conftest import Open, table, texts


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


@pytest.mark.parametrize("gap", ["Open weights and closed", "China and the United States"])
def test_reported_scores_stand_on_one_scale(site: Open, filled: Path, gap: str) -> None:
    at = site(filled, "capability", origin="Reported", gap=gap)
    assert not at.exception and not at.error
    ranked, pair = at.dataframe[0].value, table(at, "score_a")
    told = texts(at).replace("\\", "")
    first = ranked.iloc[0]
    assert (
        f"{first['model']} leads at {first['score']:.0f} points" in told
        and "(capability by published scores; 150 is GPT-5)" in told
    )
    assert ranked["within"].iloc[0] == "yes"
    assert pair["difference"].to_numpy() == pytest.approx(pair["score_a"] - pair["score_b"])


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


@pytest.mark.parametrize("origin", ["Measured", "Reported"])
def test_the_capability_page_compares_at_equal_size(site: Open, filled: Path, origin: str) -> None:
    at = site(filled, "capability", origin=origin, least="4")
    assert not at.exception and not at.error
    assert "At equal size" in texts(at)


def test_the_scale_is_fitted_anew_only_where_a_reported_score_changed() -> None:
    frame = pd.DataFrame({"model_id": ["a", "b"], "score": [0.5, 0.25], "unit": [None, "%"]})
    assert scale.fingerprint(frame) == scale.fingerprint(frame.copy().set_index(pd.Index([7, 8])))
    assert scale.fingerprint(frame) != scale.fingerprint(frame.assign(score=[0.5, 0.26]))
    assert scale.fingerprint(frame) != scale.fingerprint(frame.assign(unit=[None, None]))

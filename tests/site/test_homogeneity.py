"""The Homogeneity page: the answer and its conditions, its parts, old links, concentration."""

from __future__ import annotations

import itertools
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.i18n.translator import Translator
from harness.market.alike.boards import boards, of_suites
from harness.market.alike.findings import Findings, findings
from harness.reports.likeness_text import sentence
from harness.site.likeness import heat_of_pairs, shown
from harness.site.likeness.shown import catalog_names, gap_sentence, renamed
from harness.site.server import view, warm
from harness.site.widgets import item_boards
from harness.store.reader import Reader
from tests.market import item_boards as toy
from tests.site.conftest import Open, changed, rows, texts


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of item outcomes only: four models, two benchmarks, one of them under two agents."""
    folder = tmp_path_factory.mktemp("items")
    toy.build(folder)
    return folder


@pytest.fixture
def seen(items: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[view.View]:
    monkeypatch.setenv("LANDSCAPE_DB", str(items / "land.duckdb"))
    yield view.in_language(Translator("en"))


@pytest.fixture(scope="module")
def found(items: Path) -> Findings:
    reader = Reader(items / "land.duckdb")
    return findings(reader, of_suites(boards(reader))[0])


@pytest.mark.parametrize("language", ["English", "中文"])
@pytest.mark.parametrize("part", range(4))
def test_every_part_shows_on_measured_runs(site: Open, filled: Path, part: int, language: str) -> None:
    key = ["groups", "over_time", "dimensions", "concentration"][part]
    name = Translator("zh" if language == "中文" else "en")(f"likeness.part_{key}")
    at = site(filled, "homogeneity", view=name, lang=language)
    assert not at.exception and not at.error
    assert at.segmented_control(key="view").value == key


@pytest.mark.parametrize("agreement", ["Right or wrong", "Probabilities (CAPA)", "Beyond difficulty"])
def test_pairs_are_shown_by_every_measure(site: Open, filled: Path, agreement: str) -> None:
    at = site(filled, "homogeneity", origin="Measured", agreement=agreement)
    assert not at.exception and not at.error
    assert len(at.get("plotly_chart")) == 2 and "most alike" in texts(at)


def test_the_page_opens_on_the_richest_board_and_says_what_is_left_out(site: Open, items: Path) -> None:
    at = site(items, "homogeneity")
    assert not at.exception and not at.error
    shown = texts(at).replace("\\", "")
    assert "4 models" in shown and f"{toy.ITEMS} items" in shown and "agent Hands" in shown
    assert "Left out: judged. The agent broke down." in shown
    assert "Source: Toy" in shown and "runs of 2026-01-02" in shown


def test_after_warming_the_page_computes_no_likeness(
    site: Open, items: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(items / "land.duckdb", tmp_path / "land.duckdb")  # nobody has opened a page on it
    monkeypatch.setenv("LANDSCAPE_DB", str(tmp_path / "land.duckdb"))
    warm.warm(threading.Event())

    def computed(*_: object) -> Findings:
        raise ValueError("computed again")

    monkeypatch.setattr("harness.market.alike.findings.findings", computed)
    at = site(tmp_path, "homogeneity")
    assert not at.exception and not at.error and at.get("plotly_chart")


def test_findings_are_kept_over_a_publish_of_something_else_and_made_anew_for_other_results(
    items: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(items / "land.duckdb", tmp_path / "land.duckdb")
    monkeypatch.setenv("LANDSCAPE_DB", str(tmp_path / "land.duckdb"))

    def found() -> Findings:
        seen = view.in_language(Translator("en"))
        boards = item_boards.opened(item_boards.known(seen))
        assert boards is not None
        return shown.findings(seen, boards)

    before = found()
    changed(tmp_path / "land.duckdb", "DELETE FROM gpu_price")
    with monkeypatch.context() as patch:
        patch.setattr("harness.market.alike.findings.findings", lambda *_: pytest.fail("computed again"))
        assert found() is before
    changed(tmp_path / "land.duckdb", "UPDATE result SET score = score / 2")
    assert found() is not before


def test_another_agents_runs_are_another_board(site: Open, items: Path) -> None:
    at = site(items, "homogeneity", benchmark="fix, agent Other")
    assert not at.exception and not at.error
    shown = texts(at).replace("\\", "")
    assert "2 models" in shown and "agent Other" in shown


def test_a_link_that_names_a_suite_opens_on_it(site: Open, items: Path, seen: view.View) -> None:
    from harness.site.capability.leaderboard import suite_name

    board = next(s[0] for s in item_boards.known(seen) if s[0].task == "test")
    old = suite_name(seen)((board.suite, board.suite_version))
    at = site(items, "homogeneity", suite=old, origin="Imported", agreement="Right or wrong", groups="Segments")
    assert not at.exception and not at.error
    assert at.selectbox(key="benchmark").value == (board.suite, board.suite_version)
    richest = item_boards.known(seen)[0][0]
    gone = site(items, "homogeneity", suite="gone", agreement="nothing")
    assert not gone.exception and gone.selectbox(key="benchmark").value == (richest.suite, richest.suite_version)


def _trend(found: Findings, per_year: float, half: float) -> Findings:
    return replace(found, trend=found.trend.assign(per_year=per_year, half_width=half))


@pytest.mark.parametrize(
    ("per_year", "half", "words", "not_said"),
    [
        (0.2, 0.1, "the field is homogenising (+0.20 ± 0.10", "no sign"),
        (-0.2, 0.1, "the field is growing apart (−0.20 ± 0.10", "homogenising"),
        (0.05, 0.1, "no sign of homogenising since 2024 (+0.05 ± 0.10", "is homogenising"),
        (0.05, 0.4, "cannot be told whether newer models are more alike (+0.05 ± 0.40", "no sign"),
        (np.nan, np.nan, "too few dated models", "homogenising"),
    ],
)
def test_homogenising_is_said_only_where_the_interval_says_it(
    seen: view.View, found: Findings, per_year: float, half: float, words: str, not_said: str
) -> None:
    dated = found.models.assign(released=pd.to_datetime(["2024-05-01", None, "2025-01-01", "2025-06-01"]))
    text = sentence(seen.say, replace(_trend(found, per_year, half), models=dated))
    assert words in text and not_said not in text


def _groups(measure: str, relation: str, mean: float, *ends: float) -> dict[str, object]:
    return {"by": "vendor", "measure": measure, "group_a": "all", "group_b": "all", "relation": relation, "pairs": 9,
            "mean": mean, **dict(zip(("low", "high", "models_low", "models_high"), ends, strict=True))}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "first", "gap", "words"),
    [
        ((2.7, 2.4, 2.9), (0.58, 0.65), (0.08, 0.06, 0.11, 0.03, 0.15), ("mainly because", "a little more alike (+0.08, 0.06 to 0.11)")),
        ((2.7, 2.4, 2.9), (0.45, 0.65), (0.3, 0.2, 0.4, 0.1, 0.5), ("in part because", "clearly more alike (+0.30")),
        ((1.1, 0.9, 1.3), (0.58, 0.65), (0.08, 0.06, 0.11, -0.1, 0.2), ("cannot be told whether models fail", "these vendors’ own")),
        ((0.7, 0.5, 0.9), (0.58, 0.65), (0.0, -0.1, 0.1, -0.2, 0.2), ("less often than chance", "it cannot be told whether vendors’ own")),
        ((2.7, 2.4, 2.9), (0.58, 0.65), (-0.3, -0.4, -0.2, -0.5, -0.1), ("mainly because", "clearly less alike (−0.30, −0.40 to −0.20)")),
    ],
)  # fmt: skip
def test_each_clause_follows_its_figures(
    seen: view.View, found: Findings, wrong: tuple[float, ...], first: tuple[float, float], gap: tuple[float, ...],
    words: tuple[str, ...],
) -> None:  # fmt: skip
    many = pd.concat([found.models] * 2).assign(vendor_id=["a", "b"] * 4)
    groups = [_groups("both_wrong", "between", *wrong, *wrong[1:]), _groups("residual", "within − between", *gap)]
    text = sentence(seen.say, replace(found, models=many, groups=pd.DataFrame(groups), first_share=first))
    assert all(part in text for part in words), text


def test_a_gap_says_both_intervals_where_they_part(seen: view.View) -> None:
    frame = pd.DataFrame([_groups("kappa", "within − between", 0.012, 0.005, 0.02, -0.03, 0.06)])
    text = gap_sentence(seen, frame, "vendor", "kappa")
    assert text.startswith("Models of one vendor err more alike than models of different vendors in this set")
    assert "+0.012 (+0.005 to +0.020)" in text and "(−0.030 to +0.060)" in text


def test_concentration_is_one_over_the_sum_of_squared_shares(site: Open, filled: Path) -> None:
    at = site(filled, "homogeneity", view="Concentration")
    counts = rows(filled, "SELECT count(*) FROM model GROUP BY vendor_id").to_numpy().ravel()
    effective = counts.sum() ** 2 / (counts**2).sum()
    metric = next(m for m in at.metric if m.label == "Models")
    assert metric.value.startswith(f"{effective:.1f}")


def test_a_model_is_called_as_the_catalog_does_unless_two_labels_would_share_a_name() -> None:
    models = pd.DataFrame({"label": ["claude-x", "a", "b", "own"], "model_id": ["x", "y", "y", None]})
    catalog = pd.DataFrame({"model_id": ["x", "y"], "name": ["Claude X", "Why"]})
    names = catalog_names(models, catalog)
    assert names == {"claude-x": "Claude X", "a": "a", "b": "b", "own": "own"}
    pairs = pd.DataFrame({"a": ["claude-x"], "b": ["own"], "kappa": [0.5]})
    assert renamed(pairs, names).to_dict("records") == [{"a": "Claude X", "b": "own", "kappa": 0.5}]


def test_vendors_stand_for_their_models_where_these_are_too_many(
    seen: view.View, monkeypatch: pytest.MonkeyPatch
) -> None:
    boards = item_boards.opened(item_boards.known(seen))
    assert boards is not None
    chosen = shown.shown(seen, boards, "a source")
    monkeypatch.setattr(heat_of_pairs, "MOST_ROWS", 3)
    pairs = chosen.found.pairs.dropna(subset=["kappa"])
    drawn = heat_of_pairs.heat(seen, chosen, pairs, "kappa", "error_consistency")
    of = chosen.found.models.set_index("label")["vendor_id"].map(chosen.vendors).fillna("unknown")
    order = list(drawn.figure.layout.xaxis.ticktext)
    assert sorted(order) == sorted(set(of)) and "mean over the pairs" in drawn.note and drawn.data["a"].nunique() > 2
    cells = np.asarray(drawn.figure.data[0].z)
    for i, j in itertools.product(range(len(order)), repeat=2):
        a, b = pairs["a"].map(of), pairs["b"].map(of)
        both = ((a == order[i]) & (b == order[j])) | ((a == order[j]) & (b == order[i]))
        assert cells[i, j] == pytest.approx(pairs.loc[both, "kappa"].mean(), nan_ok=True)


def test_a_cloud_of_too_many_pairs_is_thinned_evenly_and_says_so(
    seen: view.View, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = pd.DataFrame({"x": np.arange(100)[::-1], "same": np.arange(100) % 10 == 0})
    assert shown.thinned(seen, points)[0] is points and shown.thinned(seen, points)[1] == ""
    monkeypatch.setattr(shown, "MOST_POINTS", 40)
    drawn, words = shown.thinned(seen, points)
    assert drawn["same"].sum() == 10 and len(drawn) == 40 and "40 of 100" in words
    steps = drawn.loc[~drawn["same"], "x"].diff().dropna()
    assert drawn["x"].min() <= 1 and drawn["x"].max() >= 98 and steps.min() > 0 and steps.max() <= 5

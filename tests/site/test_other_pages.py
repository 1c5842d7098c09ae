"""Controls of the remaining pages, and what they compute beside the analysis."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from harness.analysis.companies import positioning
from harness.analysis.opportunities import level_order
from harness.i18n.translator import slug
from harness.site.evidence import csv_zip, report_download, runs
from tests.site.conftest import Open, texts


@pytest.mark.parametrize("view", ["Market map", "One vendor", "Vendor against vendor", "Claims"])
def test_every_part_of_companies_opens(site: Open, filled: Path, view: str) -> None:
    at = site(filled, "companies", view=view)
    assert not at.exception and not at.error


def test_two_chosen_models_are_compared(site: Open, filled: Path) -> None:
    first = site(filled, "head_to_head", origin="Measured")
    names = list(first.multiselect(key="models").options)[:3]
    at = site(filled, "head_to_head", origin="Measured", models=names)
    assert not at.exception and not at.error
    pairs = at.dataframe[0].value[["model_a", "model_b"]].drop_duplicates()
    assert len(pairs) == 3
    assert set(pairs.to_numpy().ravel()) == set(names)


@pytest.mark.parametrize("agreement", ["Right or wrong", "Probabilities (CAPA)"])
@pytest.mark.parametrize("groups", ["Segments", "Countries"])
def test_agreement_is_shown_both_ways(site: Open, filled: Path, agreement: str, groups: str) -> None:
    at = site(filled, "homogeneity", origin="Measured", agreement=agreement, groups=groups)
    assert not at.exception and not at.error
    assert "err most alike" in texts(at)


def test_the_ratio_moves_the_price(site: Open, filled: Path) -> None:
    prices = {
        ratio: site(filled, "cost", ratio=ratio).dataframe[0].value.set_index("label")["x"] for ratio in ("0.0", "9.0")
    }
    shared = prices["0.0"].index.intersection(prices["9.0"].index)
    # output costs 3.5 times the input: all output against nine parts input
    assert (prices["0.0"].loc[shared] / prices["9.0"].loc[shared]).round(2).unique().tolist() == [2.8]


def test_the_frontier_is_beaten_by_nobody(site: Open, filled: Path) -> None:
    frame = site(filled, "cost").dataframe[0].value
    for _, row in frame[frame["membership"] > 0.99].iterrows():
        assert not ((frame["x"] < row["x"]) & (frame["y"] > row["y"])).any()


def test_half_the_utilisation_doubles_the_cost(site: Open, filled: Path) -> None:
    def cost(use: str) -> pd.Series:
        tables = [t.value for t in site(filled, "cost", use=use).dataframe if "per_mtok" in t.value]
        return tables[0].set_index("model")["per_mtok"]

    ratio = cost("0.5") / cost("1.0")
    assert ratio.round(6).eq(2).all()


@pytest.mark.parametrize("rows", ["Price", "Segment", "Modality"])
def test_the_white_space_is_cut_by_any_two_sides(site: Open, filled: Path, rows: str) -> None:
    at = site(filled, "opportunities", rows=rows)
    assert not at.exception and not at.error
    assert "cells" in at.markdown[0].value


def test_a_cell_counts_its_vendors(site: Open, filled: Path) -> None:
    at = site(filled, "opportunities", rows="Size", columns="Licence")
    assert not at.exception and not at.error
    inside = next(t.value for t in at.dataframe if "capability" in t.value)
    told = {m.label: m.value for m in at.metric}
    assert told["Vendors"] == str(inside["vendor"].nunique()) and told["Models"] == str(len(inside))


def test_levels_stand_in_their_natural_order() -> None:
    assert level_order("size", {"above 80B", "up to 3B"}) == ["up to 3B", "above 80B"]
    assert level_order("modality", {"text", "image"}) == ["image", "text"]


def test_concentration_is_one_over_the_sum_of_squared_shares(site: Open, filled: Path) -> None:
    at = site(filled, "homogeneity")
    con = duckdb.connect(str(filled / "land.duckdb"), read_only=True)
    counts = con.execute("SELECT count(*) FROM model GROUP BY vendor_id").fetchdf().to_numpy().ravel()
    con.close()
    effective = counts.sum() ** 2 / (counts**2).sum()
    shown = next(m for m in at.metric if m.label == "Models")
    assert shown.value.startswith(f"{effective:.1f}")


def test_an_archive_holds_one_defused_file_a_section() -> None:
    frame = pd.DataFrame({"model": ["=1+1"], "score": [0.5]})
    with zipfile.ZipFile(io.BytesIO(csv_zip.archive({"models": frame}))) as file:
        assert file.namelist() == ["models.csv"]
        assert file.read("models.csv").decode("utf-8-sig").splitlines() == ["model,score", "'=1+1,0.5"]


def test_a_report_is_cut_to_the_chosen_vendor(site: Open, filled: Path) -> None:
    at = site(filled, "reports", r_vendors=["Borealis"], r_sections=["Models", "Vendors"])
    assert not at.exception and not at.error
    assert [len(t.value) for t in at.dataframe] == [3, 1]
    assert "--vendors borealis" in at.code[0].value


def test_a_manifest_is_flattened_without_what_always_differs() -> None:
    manifest = {
        "run_id": "x",
        "sealed": "now",
        "model": {"id": "m", "params": 3},
        "dtype": "bf16",
        "tasks": [{"task": "a"}],
    }
    assert runs.flat(manifest) == {"model.id": "m", "model.params": "3", "dtype": "bf16", "tasks": '[{"task": "a"}]'}


def test_the_claims_are_those_of_the_analysis(site: Open, filled: Path) -> None:
    from harness.analysis.companies.claims import CLAIMS

    at = site(filled, "companies", view="Claims")
    assert not at.exception and not at.error
    shown = next(t.value for t in at.dataframe if "finding_name" in t.value)
    assert list(shown["claim_name"]) == [c.text.replace("Startups", "Start-ups") for c in CLAIMS]
    untold = shown[shown["input_names"] == "–"]
    assert len(untold) and untold["difference"].isna().all()
    assert set(untold["finding_name"]) == {"Not measurable from what we have"}
    known = shown.dropna(subset=["difference"])
    assert ((known["low"] <= known["difference"]) & (known["difference"] <= known["high"])).all()
    cheaper = known.set_index("claim_name").loc["Big tech has more capital"]
    assert (cheaper["finding_name"] == "Supported") == (cheaper["low"] > 0)


def test_every_claim_and_input_has_words_in_both_languages() -> None:
    from harness.analysis.companies.claims import CLAIMS
    from harness.analysis.companies.inputs import INPUTS
    from harness.i18n.translator import messages

    keys = {f"claim.{slug(c.text)}" for c in CLAIMS} | {f"front.{c.front}" for c in CLAIMS}
    keys |= {f"input.{row.key}" for row in INPUTS}
    assert keys <= set(messages())


def test_a_profile_shows_each_dimension_with_its_coverage_and_every_fact(site: Open, filled: Path) -> None:
    at = site(filled, "companies", view="One vendor", vendor="Gale AI")
    assert not at.exception and not at.error
    con = duckdb.connect(str(filled / "land.duckdb"), read_only=True)
    held = con.execute("SELECT key FROM fact WHERE vendor_id = 'gale'").fetchdf()
    con.close()
    tables = [t.value for t in at.dataframe if "key_name" in t.value]
    assert sum(len(t) for t in tables) == len(held) > 0
    assert all(t["source"].notna().all() and t["as_of"].notna().all() for t in tables)
    inputs = max((t.value for t in at.dataframe if "input_title" in t.value), key=len)
    assert inputs["percentile"].dropna().between(0, 1).all() and len(inputs) > 3


def test_coverage_counts_the_ranking_inputs_that_a_vendor_has() -> None:
    rows = pd.DataFrame(
        {"vendor_id": ["a", "b", "a", "a"], "dimension": ["rnd", "rnd", "rnd", "capital"],
         "input": ["staff", "citations", "datasets_released", "revenue"], "ranks": [True, True, False, True]}
    )  # fmt: skip
    found = positioning.coverage(rows, "a").set_index("dimension")
    assert found.loc["rnd"].tolist() == [1, 2] and found.loc["capital"].tolist() == [1, 1]


@pytest.mark.parametrize("firm", ["What if", "What moves it", "Coherence"])
def test_the_firmness_of_the_order_is_shown(site: Open, filled: Path, firm: str) -> None:
    at = site(filled, "companies", firm=firm)
    assert not at.exception and not at.error
    assert "How firm is this order?" in texts(at)


def test_a_changed_fact_moves_its_vendor(site: Open, filled: Path) -> None:
    at = site(filled, "companies", firm="What if")
    vendor = at.selectbox(key="if_vendor").value
    name = at.selectbox(key="if_input").value
    before = {m.label: m.value for m in at.metric}
    assert before["Rank as it is"] == before["Rank then"]
    field = at.number_input(key=f"if_{slug(f'{vendor} {name}')}")
    worse = 1e9 if name == "median_list_price" else 1e-3
    field.set_value(worse).run()
    after = {m.label: m.value for m in at.metric}
    assert not at.exception and after["Rank as it is"] == before["Rank as it is"]
    assert int(after["Rank then"]) > int(before["Rank then"])


@pytest.mark.parametrize("form", ["HTML", pytest.param("Markdown", marks=pytest.mark.slow)])
def test_a_report_is_made_when_asked_for(site: Open, filled: Path, form: str) -> None:
    at = site(filled, "reports", r_vendors=["Borealis"], r_format=form)
    assert not at.exception and not [b for b in at.get("download_button") if "Download landscape-" in b.proto.label]
    at.button(key="r_make").click().run()
    assert not at.exception and not at.error and not at.warning
    offered = [b.proto.label for b in at.get("download_button") if "Download landscape-" in b.proto.label]
    ending = ".html" if form == "HTML" else ".zip"
    assert len(offered) == 1 and "borealis" in offered[0] and ending in offered[0]


def test_several_files_go_into_one_archive(tmp_path: Path) -> None:
    (tmp_path / "charts").mkdir()
    files = [tmp_path / "a.md", tmp_path / "charts" / "b.svg"]
    for file in files:
        file.write_text(file.name)
    one, both = (report_download.packed(some, tmp_path, "text/markdown") for some in (files[:1], files))
    assert (one.name, one.content, one.mime) == ("a.md", b"a.md", "text/markdown")
    with zipfile.ZipFile(io.BytesIO(both.content)) as archive:
        assert {n: archive.read(n) for n in archive.namelist()} == {"a.md": b"a.md", "charts/b.svg": b"b.svg"}

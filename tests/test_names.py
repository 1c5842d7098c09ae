"""One rule says which model or run a person's name means, whatever the command."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from harness import names
from harness.commands import compare, listing, show
from harness.engine import naming
from harness.errors import BadInput, MissingData
from harness.interchange import stored_runs
from harness.reports import selection

MODELS = pd.DataFrame(
    [
        ("small-7b", "Acme/Small-7B", "Small 7B (chat)", "acme"),
        ("tiny-small-7b", "Beta/Tiny-Small-7B", "Tiny", "beta"),
        ("acme-large", "Acme/Large-70B", "Acme Large", "acme"),
        ("beta-larger", "Beta/Larger-70B", "Beta Larger", "beta"),
    ],
    columns=["model_id", "hub_id", "name", "vendor_id"],
)
RUNS = pd.DataFrame({
    "run_id": [f"r{i}" for i in range(4)], "model": MODELS["hub_id"], "model_id": MODELS["model_id"],
    "vendor_id": MODELS["vendor_id"], "segment": "lab", "suite": "s", "suite_version": "1", "tasks": 1, "items": 9, "valid": True,
    "partial": False, "item_limit": None, "item_sample": None, "leading": True, "sealed": None, "engine": "hf", "dtype": "fp32",
    "origin": "measured",
})  # fmt: skip
VENDORS = pd.DataFrame({"vendor_id": ["acme", "beta"], "name_en": "", "name_zh": "", "segment": "lab"})
VENDOR_NAMES = pd.DataFrame(
    [
        ("acme", "acme", True), ("acme", "Acme AI (A.ai)", True), ("acme", "顶峰", True), ("acme", "peak", False),
        ("beta", "beta", True), ("beta", "Beta AI", True), ("beta", "acme", False), ("beta", "a-ai", False), ("beta", "twin", False),
        ("acme", "twin", False),
    ],
    columns=["vendor_id", "name", "own"],
)  # fmt: skip

CASES = {
    "Acme/Small-7B": "Acme/Small-7B",
    "acme/small-7b": "Acme/Small-7B",
    "small-7b": "Acme/Small-7B",
    "SMALL-7B": "Acme/Small-7B",
    "Tiny": "Beta/Tiny-Small-7B",
    "Large-70B": "Acme/Large-70B",
    "larger-70b": "Beta/Larger-70B",
    "ny-small-7B": "Beta/Tiny-Small-7B",
    "7B": BadInput,
    "70b": BadInput,
    "Small-8B": MissingData,
    "7": MissingData,
}


def test_an_ending_counts_among_many_names_where_no_other_name_holds_it() -> None:
    pairs = [("Acme/Small-7B", "a"), ("Beta/Tiny-Small-7B", "b"), ("Beta/Larger 7.5-B", "c"), ("Small 7B chat", "d")]
    find = functools.partial(names.one_distinct, names=pairs, among="here", see="harness models")
    assert [find(w) for w in ("small-7b", "ny-small-7b", "beta/larger 7.5-b", "7.5-B")] == ["a", "b", "c", "c"]
    for several in ("7b", "b", "small"):
        with pytest.raises(BadInput, match="fits"):
            find(several)
    for none in ("", "larger", "gamma"):
        with pytest.raises(MissingData):
            find(none)


class Rows:
    """A reader of the frames above."""

    def frame(self, name: str, **_: object) -> pd.DataFrame:
        return {"runs": RUNS, "compare_runs": RUNS, "models": MODELS}[name]

    def rows(self, name: str, **_: object) -> list[dict[str, object]]:
        return self.frame(name).to_dict("records")


def by_compare(name: str) -> str:
    other = next(m for m in RUNS["model"] if not m.casefold().endswith(name.casefold()) and m != CASES[name])
    return str(compare.choose(RUNS, MODELS, [name, other], None)["model"].iloc[0])


def by_report(name: str) -> str:
    (model,) = selection.resolve(selection.Choices(models=(name,)), VENDORS, MODELS, RUNS, VENDOR_NAMES).run_models
    return model


def by_run(name: str) -> str:
    hub_id = naming.hub_id(name)
    if hub_id not in set(MODELS["hub_id"]):
        raise MissingData(f"There is no model {name!r}")  # what the hub says of it
    return hub_id


@pytest.fixture
def by_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    def ask(name: str) -> str:
        listing.runs(suite=None, model=name, origin=None, limit=None, every=True, as_json=True)
        (row,) = json.loads(capsys.readouterr().out)
        return str(row["model"])

    monkeypatch.setattr(listing, "reader", Rows)
    return ask


@pytest.fixture(autouse=True)
def catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    MODELS.to_csv(tmp_path / "models.csv", index=False)
    monkeypatch.setenv("LANDSCAPE_CATALOG", str(tmp_path))
    monkeypatch.setattr(naming, "_cached", list)


@pytest.mark.parametrize("name", CASES)
def test_every_command_means_the_same_model(name: str, by_runs: Callable[[str], str]) -> None:
    expected = CASES[name]
    for command in (by_run, by_compare, by_runs, by_report):
        if isinstance(expected, str):
            assert command(name) == expected, command
        else:
            with pytest.raises(BadInput, match="fits [0-9]+ models|no model") as error:
                command(name)
            assert ("fits" in str(error.value)) == (expected is BadInput), command


def test_a_hub_id_never_becomes_another_owners_model() -> None:
    assert naming.hub_id("e/Small-7B") == "e/Small-7B"
    assert names.matches("e/Small-7B", [("Acme/Small-7B", "Acme/Small-7B")]) == ["Acme/Small-7B"]


def test_candidates_are_listed_eight_at_most_and_near_names_where_none_fits() -> None:
    many = [(f"o{i}/7B", f"o{i}/7B") for i in range(10)]
    with pytest.raises(BadInput, match=r"'7b' fits 10 models: o0/7B, .*o7/7B, …\. Give more"):
        names.one("7b", many, "here", "harness models")
    with pytest.raises(MissingData, match=r"no model 'Acme/Smal' here\. Near it: Acme/Small-7B\. See: harness models"):
        names.one("Acme/Smal", [("Acme/Small-7B", "small")], "here", "harness models")


@pytest.mark.parametrize("name", ["", " ", "/"])
def test_an_empty_name_means_nothing(name: str) -> None:
    assert names.matches(name, [("a/b", "a/b")]) == []
    with pytest.raises(MissingData):
        names.one_run(name.strip("/"), ["r0"], "here")


def test_a_runs_own_name_means_its_runs_alone_and_a_models_name_all_of_them() -> None:
    runs = pd.DataFrame({"model": ["acme/small-7b", "Acme/Small-7B"], "model_id": "small-7b"})
    assert names.run_models("acme/small-7b", MODELS, runs) == {"acme/small-7b"}
    assert names.run_models("Small 7B (chat)", MODELS, runs) == {"acme/small-7b", "Acme/Small-7B"}


@pytest.mark.parametrize(
    ("name", "run_id"),
    [("20260101-A-1", "20260101-A-1"), ("a-12", "20260101-A-12"), ("a-1", BadInput), ("zz", MissingData)],
)
def test_show_and_export_mean_the_same_run(
    name: str, run_id: str | type[BadInput], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = ["20260101-A-1", "20260101-A-12", "20260102-B-1"]
    for id in ids:
        (tmp_path / id).mkdir()
        (tmp_path / id / "manifest.json").write_text("{}", encoding="utf-8")

    class Opened(Exception):
        """Carries the id of the run that the command opens."""

    class Database:
        def frame(self, name: str, run_id: str = "") -> pd.DataFrame:
            if name == "run":
                raise Opened(run_id)
            return pd.DataFrame({"run_id": ids})

    monkeypatch.setattr(show, "reader", Database)
    if isinstance(run_id, str):
        assert stored_runs.resolve(name, tmp_path) == run_id
        with pytest.raises(Opened, match=f"^{run_id}$"):
            show.run(name, as_json=True)
        return
    for command in (lambda: stored_runs.resolve(name, tmp_path), lambda: show.run(name, as_json=True)):
        with pytest.raises(run_id, match="fits 2 runs" if run_id is BadInput else "no run 'zz'"):
            command()


@pytest.mark.parametrize(
    ("wanted", "vendor"),
    [
        ("acme", "acme"),  # its own name goes before another's spelling
        ("BETA AI", "beta"),
        ("顶峰", "acme"),
        ("Peak", "acme"),
        ("A.AI", "beta"),  # a spelling without its signs
        ("(a.ai)", "beta"),
        ("eak", "acme"),
    ],
)
def test_a_vendor_is_meant_by_its_names_then_by_brands_then_by_an_ending(wanted: str, vendor: str) -> None:
    assert names.vendor(wanted, VENDOR_NAMES) == vendor


def test_a_vendors_name_that_fits_two_or_none_is_refused() -> None:
    with pytest.raises(BadInput, match="'twin' fits 2 vendors: acme, beta"):
        names.vendor("twin", VENDOR_NAMES)
    for nothing in ("acne", "", "()"):
        with pytest.raises(MissingData, match="There is no vendor"):
            names.vendor(nothing, VENDOR_NAMES)


def test_near_names_begin_with_what_was_typed_before_they_look_like_it() -> None:
    assert names.near("ali", ["xai", "zai", "Alibaba DAMO", "Alibaba"]) == ["Alibaba", "Alibaba DAMO", "zai"]
    assert names.near("nvidea", ["NVIDIA", "Mistral"]) == ["NVIDIA"] and names.near("", ["NVIDIA"]) == []

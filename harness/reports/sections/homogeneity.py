"""The section Homogeneity, in the order of its page: the answer, groups, the models chosen; then prices and concentration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.reports import likeness_text
from harness.reports.board_names import board_name, model_names
from harness.reports.document import Figure, Part, Point, Section, Sentence, each, table

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.alike.findings import Findings
    from harness.reports.data import Material
    from harness.reports.messages import Words

POSITION = 60
"""Place of the section in the report."""

MODELS = 12
"""Models in the matrix of pairs: what a page's width holds."""
GROUPINGS = ("vendor", "segment", "country", "openness")
"""What models are grouped by, in the order of the page."""


def homogeneity(material: Material, words: Words) -> Section:
    """The section: how alike models err, whether groups do more so, the models chosen, dispersion of prices, concentration."""
    found = material.alike
    none = (Part(sentences=(words.sentence("alike.none"),)),)
    alike = (
        none
        if found is None
        else (_answer(material, words, found), _groups(words, found), _pairs(material, words, found))
    )
    return words.section("homogeneity", *alike, _dispersion(material, words), _concentration(material, words))


def _answer(material: Material, words: Words, found: Findings) -> Part:
    by_all = found.failed.iloc[-1]
    said = [Sentence("alike answer", likeness_text.sentence(words, found))]
    numbers = {"share": (float(by_all["share"]), "percent")}
    expected = likeness_text.share(float(by_all["expected_share"]))
    if by_all["share"] == by_all["share"]:
        suite = board_name(material, words, found).rstrip(".。")
        said.append(words.sentence("alike.failed", numbers, suite=suite, expected=expected))
    runs = {str(run) for board in found.boards for run in board.runs["run_id"]}
    return Part(sentences=tuple(said), runs=tuple(runs))


def _groups(words: Words, found: Findings) -> Part:
    """Likeness beyond difficulty of models of one group, less that of different groups, with both intervals."""
    rows = found.groups
    rows = rows[rows["measure"].eq("residual") & rows["relation"].eq("within − between") & rows["by"].isin(GROUPINGS)]
    if rows.empty:
        return Part()
    rows = rows.assign(
        group_name=[words(f"likeness.same_{by}") for by in rows["by"]], place=rows["by"].map(GROUPINGS.index)
    )
    columns = (
        words.column("group_name"), words.column("pairs", "integer"), words.column("mean", "scale", label="gap_beyond"),
        *words.interval("scale"), words.column("models_low", "scale"), words.column("models_high", "scale"),
    )  # fmt: skip
    gaps = table(
        rows.sort_values("place"),
        "groups",
        words("alike.groups"),
        columns,
        ("group_name",),
        note=words("alike.groups_note"),
    )
    return Part((gaps,))


def _pairs(material: Material, words: Words, found: Findings) -> Part:
    """The pairs of the models chosen (up to MODELS, all where fewer than two of them are there): κ and likeness beyond difficulty."""
    own = found.models[found.models["model_id"].isin(material.scope.models)]
    labels = list(
        (own if len(own) > 1 else found.models).sort_values("accuracy", ascending=False)["label"].head(MODELS)
    )
    rows = found.pairs[found.pairs["a"].isin(labels) & found.pairs["b"].isin(labels)].dropna(subset=["residual"])
    if rows.empty:
        return Part(
            sentences=(words.sentence("alike.undefined", suite=board_name(material, words, found).rstrip(".。")),)
        )
    names = model_names(material, found)
    rows = rows.sort_values("residual", ascending=False, kind="stable")
    rows = rows.assign(
        model_a=rows["a"].map(names), model_b=rows["b"].map(names), low=rows["kappa_low"], high=rows["kappa_high"]
    )
    columns = (
        words.column("model_a"), words.column("model_b"), words.column("residual", "scale"), words.column("kappa", "scale"),
        *words.interval("scale"), words.column("items", "integer"), words.id("a"), words.id("b"),
    )  # fmt: skip
    note = words("alike.note", suite=board_name(material, words, found).rstrip(".。"))
    pairs = table(rows, "agreement", words("alike.table"), columns, ("a", "b"), shown=12, note=note)
    top = rows.iloc[0]
    ends = {k: (float(top[k]), "scale") for k in ("residual", "kappa", "low", "high")}
    most = words.sentence("alike.most", ends, a=top["model_a"], b=top["model_b"])
    return Part((pairs,), _matrix(words, rows, [names[label] for label in labels], most.text, note), (most,))


def _matrix(words: Words, rows: pd.DataFrame, order: list[str], title: str, note: str) -> tuple[Figure, ...]:
    """κ of every pair as a table of colours; none of fewer than three models."""
    if len(order) < 3 or len(set(order)) < len(order):
        return ()
    values = {(r.model_a, r.model_b): float(r.kappa) for r in each(rows)}
    points = tuple(
        Point(b, values[pair], row=a)
        for a in order
        for b in order
        if (pair := (a, b) if (a, b) in values else (b, a)) in values
    )
    return (
        Figure(
            "agreement", "heat", title, words("col.kappa"), words("alike.heat_note"), note, points, origin="imported"
        ),
    )


def _dispersion(material: Material, words: Words) -> Part:
    from harness.market.prices.dispersion import dispersion

    rows = dispersion(material)
    rows = rows[rows["model_id"].isin(material.scope.models)].reset_index(drop=True)
    if rows.empty:
        return Part()
    columns = (
        words.column("model"), words.column("providers", "integer"), words.column("lowest", "money", "USD"),
        words.column("median", "money", "USD"), words.column("highest", "money", "USD"), words.column("ratio", "plain"),
        words.id("cheapest_provider"), words.id("model_id"),
    )  # fmt: skip
    prices = table(rows, "dispersion", words("alike.dispersion"), columns, ("model_id",), shown=10,
                   note=words("alike.dispersion_note"))  # fmt: skip
    first = rows.iloc[0]
    numbers = {"ratio": (float(first["ratio"]), "plain"), "n": (int(first["providers"]), "integer")}
    return Part((prices,), sentences=(words.sentence("alike.spread", numbers, model=first["model"]),))


def _concentration(material: Material, words: Words) -> Part:
    from harness.market.concentration import concentration

    rows = concentration(material)
    if rows.empty:
        return Part()
    who = material.vendors.drop_duplicates("vendor_id").set_index("vendor_id")
    names = [words.name(who["name_en"].get(v, v), who["name_zh"].get(v)) for v in rows["top_vendor"]]
    rows = rows.assign(top=names, measure_name=[words.known("measure", m) for m in rows["measure"]])
    columns = (
        words.column("measure_name"), words.column("vendors", "integer"), words.column("hhi", "scale"),
        words.column("effective_vendors", "plain"), words.column("top"), words.column("top_share", "percent"),
    )  # fmt: skip
    shares = table(rows, "concentration", words("alike.concentration"), columns, ("measure_name",),
                   note=words("alike.concentration_note"))  # fmt: skip
    return Part((shares,))

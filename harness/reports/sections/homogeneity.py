"""The section Homogeneity: how alike models err, and how alike the market's prices and offers are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.market import likeness
from harness.market.names_of_tasks import TaskNames
from harness.reports.document import Figure, Part, Point, Section, table
from harness.reports.sections.head_to_head import Shared, shared_suites

if TYPE_CHECKING:
    from harness.reports.data import Material
    from harness.reports.messages import Words

POSITION = 60
"""Place of the section in the report."""

MODELS = 12
"""Models in the agreement matrix: what a page's width holds."""


def homogeneity(material: Material, words: Words) -> Section:
    """The section: agreement of the models of one suite, dispersion of prices, concentration of offers."""
    suites = shared_suites(material, most=MODELS)
    none = Part(sentences=(words.sentence("alike.none"),))
    alike = _agreement(material, words, suites[0]) if suites else none
    return words.section("homogeneity", alike, _dispersion(material, words), _concentration(material, words))


def _agreement(material: Material, words: Words, shared: Shared) -> Part:
    name = TaskNames(material, words).suites()((shared.suite, shared.version))
    measured = likeness.agreement(material, shared.runs, "error_consistency")
    if len(measured.matrix.models) < 2:
        return Part(sentences=(words.sentence("alike.none"),))
    rows = likeness.pair_intervals(measured)
    if rows.empty:
        return Part(sentences=(words.sentence("alike.undefined", suite=name),))
    columns = (
        words.column("model_a"),
        words.column("model_b"),
        words.column("kappa", "scale"),
        *words.interval("scale"),
    )
    note = words("alike.note", suite=name, items=measured.items)
    pairs = table(rows, "agreement", words("alike.table"), columns, ("model_a", "model_b"), note=note)
    sentences = []
    by_all = measured.failed.iloc[-1]
    numbers = {"share": (float(by_all["share"]), "percent"), "expected": (float(by_all["expected_share"]), "percent")}
    if by_all["share"] == by_all["share"]:
        sentences.append(words.sentence("alike.failed", numbers, suite=name))
    top = rows.iloc[0]
    ends = {k: (float(top[k]), "scale") for k in ("kappa", "low", "high")}
    most = words.sentence("alike.most", ends, a=top["model_a"], b=top["model_b"])
    values = {(str(a), str(b)): v for a, row in measured.square.to_dict("index").items() for b, v in row.items()}
    order = list(measured.square.index)
    points = tuple(Point(b, float(values[a, b]), row=a) for a in order for b in order if a != b)
    figure = Figure("agreement", "heat", most.text, words("col.kappa"), words("alike.heat_note"), note, points,
                    origin=shared.origin)  # fmt: skip
    return Part((pairs,), (figure,), (*sentences, most), tuple(shared.runs["run_id"].astype(str)))


def _dispersion(material: Material, words: Words) -> Part:
    from harness.market.prices.dispersion import dispersion

    rows = dispersion(material)
    rows = rows[rows["model_id"].isin(material.scope.models)].reset_index(drop=True)
    if rows.empty:
        return Part()
    columns = (
        words.column("model"), words.column("providers", "integer"), words.column("lowest", "money", "USD"),
        words.column("median", "money", "USD"), words.column("highest", "money", "USD"), words.column("ratio", "plain"),
        words.column("cheapest_provider"), words.column("model_id"),
    )  # fmt: skip
    prices = table(rows, "dispersion", words("alike.dispersion"), columns, ("model_id",), shown=15,
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
        words.column("measure_name"), words.column("vendors", "integer"), words.column("hhi", "score"),
        words.column("effective_vendors", "plain"), words.column("top"), words.column("top_share", "percent"),
    )  # fmt: skip
    shares = table(rows, "concentration", words("alike.concentration"), columns, ("measure_name",),
                   note=words("alike.concentration_note"))  # fmt: skip
    return Part((shares,))

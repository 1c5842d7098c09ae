"""Head to head and homogeneity: the same items answered by several models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import BadInput
from harness.reports.document import Figure, Part, Point, Section, Sentence, Table, each, table
from harness.reports.sections.capability import labels
from harness.reports.sections.memo import MOST, subjects

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.compare import Comparison
    from harness.reports.data import Material
    from harness.reports.messages import Words

SUITES = 3
"""Suites compared item by item in one report."""
SEED = 20260723


@dataclass(frozen=True, slots=True)
class Shared:
    """Runs of several models on one suite, with item outcomes: ``runs`` has one row a model, named in ``label``."""

    origin: str
    suite: str
    version: str
    runs: pd.DataFrame


def shared_suites(material: Material, most: int = MOST) -> list[Shared]:
    """The suites that at least two of the models answered item by item; measured first, then the most models."""
    runs = material.runs.assign(label=labels(material.runs))
    items = material.frame("report_shared_items", run_ids=list(runs["run_id"]))
    runs = runs.merge(items, on="run_id").sort_values(["items", "label"], ascending=[False, True], kind="stable")
    found = []
    for (origin, suite, version), part in runs.groupby(["kind_of_origin", "suite", "suite_version"], sort=True):
        one = part.drop_duplicates("label").head(most)
        if len(one) > 1:
            found.append(Shared(str(origin), str(suite), str(version), one.sort_values("label")))
    return sorted(found, key=lambda s: (s.origin != "measured", -len(s.runs), s.suite, s.version))


def compared(material: Material, shared: Shared) -> Comparison:
    """The paired comparison of one suite's runs.

    Raises:
        BadInput: they cannot be compared; says why.
    """
    from harness.analysis.compare import compare

    runs = shared.runs.assign(model=shared.runs["label"])
    manifests = material.frame("report_manifests", run_ids=list(runs["run_id"]))
    tasks = material.tasks
    tasks = tasks[(tasks["suite"] == shared.suite) & (tasks["suite_version"] == shared.version)]
    results = material.results[material.results["run_id"].isin(runs["run_id"])]
    outcome = material.outcomes(dict(zip(runs["run_id"], runs["label"], strict=True)))
    return compare(
        list(runs["model"]), run=runs.merge(manifests, on="run_id"), task=tasks, result=results, outcome=outcome
    )


def head_to_head(material: Material, words: Words) -> Section:
    """The section Head to head."""
    return words.section("head_to_head", _on_the_scale(material, words), _item_by_item(material, words))


def _item_by_item(material: Material, words: Words) -> Part:
    import pandas as pd

    frames = []
    sentences: list[Sentence] = []
    runs: set[str] = set()
    for shared in shared_suites(material)[:SUITES]:
        name = f"{shared.suite} {shared.version}"
        try:
            comparison = compared(material, shared)
        except BadInput as error:
            sentences.append(words.sentence("pair.refused", suite=name, why=str(error)))
            continue
        tasks = material.tasks[material.tasks["suite_version"] == shared.version]
        frames.append(_oriented(comparison, tasks).assign(suite=name, origin_name=words.known("origin", shared.origin)))
        runs |= set(shared.runs["run_id"].astype(str))
        for row in each(comparison.left_out):
            sentences.append(words.sentence("pair.left_out", suite=name, task=row.task, why=row.reason))
    rows = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    if rows.empty:
        return Part(sentences=(*sentences, words.sentence("pair.none")), runs=tuple(runs))
    clear = int((rows["p_adjusted"] < 0.05).sum())
    count = words.sentence("pair.told", {"n": (len(rows), "integer"), "clear": (clear, "integer")})
    figure = _pair_figure(rows, words, count.text)
    return Part((_pair_table(rows, words),), (figure,), (*sentences, count), tuple(runs))


def _oriented(found: Comparison, tasks: pd.DataFrame) -> pd.DataFrame:
    """The index's and the tasks' differences in one frame, turned so that a positive one means that A is better."""
    import pandas as pd

    lower = set(tasks.loc[~tasks["higher_is_better"].astype(bool), "task"])
    rows = found.tasks
    turn = rows["task"].isin(lower)
    rows = rows.assign(
        difference=rows["difference"].where(~turn, -rows["difference"]),
        low=rows["low"].where(~turn, -rows["high"]),
        high=rows["high"].where(~turn, -rows["low"]),
    )
    index = found.index.rename(columns={"kind": "task"}).assign(metric="index", filter="none")
    index = index[index["task"] == "overall"]
    return pd.concat([p for p in (index, rows) if len(p)], ignore_index=True) if len(index) + len(rows) else rows


def _pair_table(rows: pd.DataFrame, words: Words) -> Table:
    import numpy as np

    rows = rows.assign(items_needed=rows["items_needed"].replace(np.inf, np.nan))
    columns = (
        words.column("origin_name"), words.column("suite"), words.column("task"), words.column("metric"),
        words.column("filter"), words.column("model_a"), words.column("model_b"),
        words.column("difference", "signed"), *words.interval("signed"), words.column("p_adjusted", "p"),
        words.column("n", "integer"), words.column("items_needed", "integer"),
    )  # fmt: skip
    identity = ("suite", "task", "metric", "filter", "model_a", "model_b")
    return table(rows, "pairs", words("pair.table"), columns, identity, shown=40, note=words("pair.note"))


def _pair_figure(rows: pd.DataFrame, words: Words, title: str) -> Figure:
    points = tuple(
        Point(f"{_last(r.model_a)} − {_last(r.model_b)} · {r.task}", float(r.difference), float(r.low), float(r.high),
              mark=bool(r.p_adjusted < 0.05))
        for r in each(rows.head(20))
    )  # fmt: skip
    source = ", ".join(sorted(set(rows["suite"])))
    return Figure("pairs", "differences", title, words("pair.unit"), words("cap.bars"), source, points)


def _last(model: object) -> str:
    """A model's name without its owner's."""
    return str(model).rsplit("/", 1)[-1]


def _on_the_scale(material: Material, words: Words) -> Part:
    from harness.analysis.statistics.ranking import independent_pairs

    things = subjects(material).dropna(subset=["score"]).drop_duplicates("model").head(MOST)
    if len(things) < 2:
        return Part()
    pairs = independent_pairs(things[["model", "score", "stderr"]])
    pairs = pairs.assign(
        low=pairs["difference"] - 1.96 * pairs["stderr"], high=pairs["difference"] + 1.96 * pairs["stderr"]
    )
    columns = (
        words.column("model_a"), words.column("model_b"), words.column("difference", "scale"), *words.interval("scale"),
        words.column("p_adjusted", "p"),
    )  # fmt: skip
    note = words("pair.scale_note")
    gaps = table(pairs, "scale_pairs", words("pair.scale"), columns, ("model_a", "model_b"), note=note)
    clear = int((pairs["p_adjusted"] < 0.05).sum())
    count = words.sentence("pair.scale_told", {"n": (len(pairs), "integer"), "clear": (clear, "integer")})
    points = tuple(
        Point(
            f"{r.model_a} − {r.model_b}",
            float(r.difference),
            float(r.low),
            float(r.high),
            mark=bool(r.p_adjusted < 0.05),
        )
        for r in each(pairs)
    )
    figure = Figure("scale-pairs", "differences", count.text, words("cap.scale_unit"), words("cap.bars"),
                    words("cap.scale"), points, origin="reported")  # fmt: skip
    return Part((gaps,), (figure,), (count,))


def homogeneity(material: Material, words: Words) -> Section:
    """The section Homogeneity: do they err alike, and how alike are the market's prices and offers."""
    suites = shared_suites(material, most=12)
    none = Part(sentences=(words.sentence("alike.none"),))
    alike = _agreement(material, words, suites[0]) if suites else none
    return words.section("homogeneity", alike, _dispersion(material, words), _concentration(material, words))


def _agreement(material: Material, words: Words, shared: Shared) -> Part:
    from harness.analysis.likeness import homogeneity as alike
    from harness.analysis.likeness.portfolio import within_between

    outcome = material.outcomes(dict(zip(shared.runs["run_id"], shared.runs["label"], strict=True)))
    kinds = material.tasks.drop_duplicates("task").set_index("task")["kind"]
    outcome = outcome[outcome["task"].map(kinds) != "perplexity"]
    name = f"{shared.suite} {shared.version}"
    if outcome["model"].nunique() < 2:
        return Part(sentences=(words.sentence("alike.none"),))
    matrix = alike.outcome_matrix(outcome)
    kind = "error_consistency"
    square = alike.agreement(matrix, kind=kind)
    order = alike.clustering_order(square)
    found = within_between(matrix, {m: m for m in matrix.models}, seed=SEED, kind=kind, draws=200)
    found = found[
        found["group_a"].isin(matrix.models) & (found["group_a"] != found["group_b"]) & found["kappa"].notna()
    ]
    if found.empty:
        return Part(sentences=(words.sentence("alike.undefined", suite=name),))
    columns = (words.column("group_a", label="model_a"), words.column("group_b", label="model_b"),
               words.column("kappa", "scale"), *words.interval("scale"))  # fmt: skip
    note = words("alike.note", suite=name, items=matrix.correct.shape[1])
    pairs = table(found, "agreement", words("alike.table"), columns, ("group_a", "group_b"), note=note)
    sentences = []
    shares = alike.failed_shares(matrix).iloc[-1]
    numbers = {"share": (float(shares["share"]), "percent"), "expected": (float(shares["expected_share"]), "percent")}
    if shares["share"] == shares["share"]:
        sentences.append(words.sentence("alike.failed", numbers, suite=name))
    top = found.sort_values("kappa", ascending=False).iloc[0]
    ends = {k: (float(top[k]), "scale") for k in ("kappa", "low", "high")}
    most = words.sentence("alike.most", ends, a=top["group_a"], b=top["group_b"])
    values = {(str(a), str(b)): v for a, row in square.to_dict("index").items() for b, v in row.items()}
    points = tuple(Point(b, float(values[a, b]), row=a) for a in order for b in order if a != b)
    figure = Figure("agreement", "heat", most.text, words("col.kappa"), words("alike.heat_note"), note, points,
                    origin=shared.origin)  # fmt: skip
    return Part((pairs,), (figure,), (*sentences, most), tuple(shared.runs["run_id"].astype(str)))


def _dispersion(material: Material, words: Words) -> Part:
    from harness.analysis.cost import price_dispersion

    rows = price_dispersion(material.listed[material.listed["model_id"].isin(material.scope.models)])
    if rows.empty:
        return Part()
    names = material.models.set_index("model_id")["name"]
    rows = rows.assign(model=rows["model_id"].map(names)).sort_values(
        ["providers", "ratio", "model_id"], ascending=[False, False, True], ignore_index=True
    )
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
    from harness.analysis.opportunities import concentration

    rows = concentration(material.frame("report_concentration"))
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

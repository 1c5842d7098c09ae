"""How sure the first pages are, and what is not known of those that they are about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.charts.text import input_label
from harness.reports import choice_text
from harness.reports.cells import cleaned
from harness.reports.companies import vendor_places
from harness.reports.document import Sentence
from harness.reports.sections.memo_sentences import asked, name
from harness.reports.sections.memo_sentences import sure as counts

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material
    from harness.reports.messages import Words
    from harness.reports.subjects import Subject

INPUTS = 4
"""Inputs of a vendor that are named as missing; the profile names them all."""


def sure(material: Material, words: Words, about: Subject) -> list[Sentence]:
    """On what the answers rest, and what would turn them; topic ``sure``."""
    said = counts(material, words, about.named)
    own = material.reported[material.reported["model_id"].isin(material.scope.models)]
    if len(own):
        share = float(own["reporter"].eq("vendor").mean())
        said.append(words.sentence("sure.makers", {"share": (share, "share")}))
    said += _newest(material, words)
    said += _newer_of_vendors(material, words, about)
    if about.kind in ("vendor", "vendors"):
        ids = [str(v) for v in about.named["vendor_id"].dropna().unique()]
        places = (
            vendor_places.place_sentences(material, words, ids, vendor_places.names(material, words))
            if len(ids) > 1
            else []
        )
        said += places[1:]
    return [replace(sentence, topic="sure") for sentence in said]


def _newest(material: Material, words: Words) -> list[Sentence]:
    """How many of the newest releases the scale does not place, and what an index says of them and the leader."""
    from harness.market.newer_by_index import newer_by_index
    from harness.market.scale_table import newest_unplaced

    placed = _placed(material)
    newest = newest_unplaced(material, placed)
    if newest is None or not newest.released:
        return []
    numbers: dict[str, tuple[float, str]] = {"n": (newest.unplaced, "integer"), "all": (newest.released, "integer")}
    key = "newest_none" if newest.unplaced == newest.released else "newest"
    said = [words.sentence(f"unplaced.{key}", numbers, since=newest.since.isoformat())]
    found = newer_by_index(material, placed)
    if found is None:
        return said
    numbers = {"n": (found.above, "integer"), "all": (found.listed, "integer")}
    numbers |= {"leader_score": (found.leader_score, "points"), "best_score": (found.best_score, "points")}
    key = "by_index" if found.above > 1 else "by_index_one" if found.above else "by_index_none"
    named = {
        "index": words.name(found.index, found.index_zh),
        "day": found.as_of,
        "leader": found.leader,
        "best": found.best,
    }
    return [*said, words.sentence(f"unplaced.{key}", numbers, **named)]


def _placed(material: Material) -> pd.DataFrame:
    """The ranked products as rows of ``market.scale_table``."""
    return material.scale.assign(product_id=material.scale["model_id"], ranked=True)


def _newer_of_vendors(material: Material, words: Words, about: Subject) -> list[Sentence]:
    """What the vendors of the things compared have released lately that is not weighed, since the scale cannot place it."""
    from harness.market.scale_table import newest_unplaced, recent_products

    recent, releases = recent_products(material), newest_unplaced(material, _placed(material))
    if about.kind not in ("model", "models", "vendor", "vendors") or releases is None:
        return []
    waiting = recent[~recent["model_id"].isin(material.scale["model_id"])]
    said = []
    for row in about.named.drop_duplicates("vendor_id").to_dict("records"):
        own = waiting[waiting["vendor_id"].eq(row["vendor_id"])].sort_values(["released", "name"])
        if len(own):
            newest = own.iloc[-1]
            day, since = f"{newest['released']:%Y-%m-%d}", releases.since.isoformat()
            said.append(
                words.sentence("sure.newer", {"n": (len(own), "integer")}, vendor=name(words, row), since=since,
                               newest=newest["name"], day=day)
            )  # fmt: skip
    return said


def unknown(material: Material, words: Words, about: Subject) -> list[Sentence]:
    """What is not known, a sentence a thing compared; topic ``unknown``."""
    if about.kind == "answer":
        said = [Sentence(f"unsaid {i}", cleaned(t)) for i, t in enumerate(choice_text.unsaid(words, material.chosen))]
    elif about.kind == "market":
        said = _of_market(material, words)
    else:
        told = (
            (row, [*_of_model(material, words, row), *_of_vendor(material, words, about, row)])
            for row in about.named.to_dict("records")
        )
        said = [
            words.sentence("sure.lacks", thing=_thing(words, about, row), things=words("place.and").join(things))
            for row, things in told
            if things
        ]
    said = said or [words.sentence("sure.nothing_lacks")]
    return [replace(sentence, topic="unknown") for sentence in asked(words, "ask.unknown", said)]


def _thing(words: Words, about: Subject, row: dict[str, object]) -> str:
    vendor = name(words, row)
    if about.kind in ("model", "models") or not isinstance(row["model"], str):
        return str(row["model"]) if isinstance(row["model"], str) else vendor
    return words("sure.vendor_and_model", vendor=vendor, model=row["model"])


def _of_model(material: Material, words: Words, row: dict[str, object]) -> list[str]:
    """Codes of ``market.products.gaps`` that matter before a decision, in words."""
    import pandas as pd

    id, terms = row["model_id"], material.models.set_index("model_id")
    out = []
    if row["score"] != row["score"]:
        out.append(words("sure.gap_place"))
    if not isinstance(id, str):
        return out
    if row["price"] != row["price"]:
        out.append(words("sure.gap_price"))
    elif row["basis"] == "few":
        out.append(words("sure.gap_hosts"))
    if row["task_cost"] != row["task_cost"]:
        out.append(words("sure.gap_task"))
    if id in terms.index:
        model = terms.loc[id]
        opened = not pd.isna(model["open_weights"]) and bool(model["open_weights"])
        if opened and not isinstance(model["licence"], str):
            out.append(words("sure.gap_licence"))
    return out


def _of_vendor(material: Material, words: Words, about: Subject, row: dict[str, object]) -> list[str]:
    from harness.analysis.companies.positioning import missing_inputs

    if about.kind not in ("vendor", "vendors") or material.inputs.empty:
        return []
    lacks = [input_label(words, i) for i in missing_inputs(material.scored_inputs, str(row["vendor_id"]))["input"]]
    lacks = [text[:1].lower() + text[1:] if text[1:2].islower() else text for text in lacks]
    more = len(lacks) - INPUTS
    return [*lacks[:INPUTS], *([words("sure.more", n=more)] if more > 0 else [])]


def _of_market(material: Material, words: Words) -> list[Sentence]:
    board = material.priced
    board = board[board["model_id"].isin(material.scope.models)] if material.scope.narrowed else board
    numbers = {
        "all": (len(board), "integer"), "price": (int(board["price"].isna().sum()), "integer"),
        "task": (int(board["task_cost"].isna().sum()), "integer"),
    }  # fmt: skip
    said = [words.sentence("sure.market", numbers)] if len(board) else []
    opened = _open(material)
    if len(opened):
        lacking = {"n": (int(opened["licence"].isna().sum()), "integer"), "all": (len(opened), "integer"),
                   "sizes": (int(opened["params_b"].isna().sum()), "integer")}  # fmt: skip
        said.append(words.sentence("sure.licences", lacking))
    return said


def _open(material: Material) -> pd.DataFrame:
    rows = material.models[material.models["model_id"].isin(material.scope.models)]
    return rows[rows["open_weights"].fillna(value=False).astype(bool)]

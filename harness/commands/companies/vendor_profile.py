"""One vendor of ``harness vendors NAME``: its standing, what it lacks, figures, releases of a year, relations, each with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.analysis.companies.rank_intervals import OVERALL
from harness.catalog.schema import DIMENSIONS
from harness.commands.companies import vendor_profile_text
from harness.terminal import print_json

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.companies.standing import Standing
    from harness.store.reader import Reader

Row = dict[str, Any]
HEAD = ("vendor_id", "name_en", "name_zh", "segment", "country", "city", "founded", "parent_id", "parent", "website", "models",
        "open_models", "facts", "latest_release")  # fmt: skip
FIGURE = (
    "figure",
    "value",
    "unit",
    "stated",
    "stated_unit",
    "kind",
    "note",
    "group_id",
    "too_old",
    "as_of",
    "source",
    "url",
)
RELEASE = ("model_id", "name", "released", "open_weights", "params_b", "score", "low", "high", "input_per_mtok",
           "output_per_mtok", "basis", "provider", "hosts", "priced", "price_source", "price_url", "source", "url")  # fmt: skip
RELATION = (
    "from_id",
    "from_en",
    "kind",
    "to_id",
    "to_en",
    "amount",
    "currency",
    "usd",
    "note",
    "as_of",
    "source",
    "url",
)


def show(reader: Reader, vendor: Row, stand: Standing, *, as_json: bool) -> None:
    """The profile of ``vendor``, a row of the query ``vendors``, as tables or one JSON document."""
    document = profile(reader, vendor, stand)
    if as_json:
        print_json(document)
    else:
        vendor_profile_text.print_profile(document)


def profile(reader: Reader, vendor: Row, stand: Standing) -> Row:
    """Everything that a profile says, as JSON types: points under ``points``, money in USD and as stated, null where unknown."""
    from harness.market.companies.figures import figures
    from harness.market.companies.last_year import last_year

    id = str(vendor["vendor_id"])
    sized = figures(reader, stand.inputs, [id])
    new = last_year(reader, stand.board)
    document = {key: _plain(vendor[key]) for key in HEAD}
    document |= {
        "dimensions": _dimensions(stand, id),
        "missing": _missing(stand, id),
        "best_product": _best(stand.board, id),
        "figures": [_row(row, FIGURE) for row in sized[sized["value"].notna()].to_dict("records")],
        "unknown": list(sized.loc[sized["value"].isna(), "figure"]),
        "releases": [_points(_row(row, RELEASE)) for row in new[new["vendor_id"].eq(id)].to_dict("records")],
        "relations": [
            _row(row, RELATION) for row in reader.frame("report_relations", vendor_ids=[id]).to_dict("records")
        ],
    }
    return document


def _dimensions(stand: Standing, id: str) -> list[Row]:
    """One row a dimension and one over all, with ``of``, how many vendors are placed there."""
    placed = stand.dimensions.groupby("dimension")["placed"].sum()
    own = stand.dimensions[stand.dimensions["vendor_id"].eq(id)].set_index("dimension", drop=False)
    return [
        {key: value for key, value in rank_json(own.loc[d].to_dict()).items() if key != "vendor_id"}
        | {"of": int(placed[d])}
        for d in (*DIMENSIONS, OVERALL)
        if d in own.index
    ]


def _missing(stand: Standing, id: str) -> list[Row]:
    """Inputs that rank others and that the vendor lacks."""
    from harness.analysis.companies.inputs import declared
    from harness.analysis.companies.positioning import missing_inputs
    from harness.analysis.companies.scores import normalised_inputs

    if stand.inputs.empty:
        return []
    rows = missing_inputs(normalised_inputs(stand.inputs), id)
    return [
        {"dimension": row["dimension"], "input": row["input"], "name_en": declared(row["input"], "").name_en,
         "name_zh": declared(row["input"], "").name_zh}
        for row in rows.to_dict("records")
    ]  # fmt: skip


def _best(board: pd.DataFrame, id: str) -> Row | None:
    """The vendor's highest product on the capability scale; None where none is ranked."""
    own = board[board["vendor_id"].eq(id)].sort_values("rank", kind="stable")
    if own.empty:
        return None
    keys = ("model_id", "model", "released", "open_weights", "score", "low", "high", "rank", "rank_low", "rank_high")
    return _points(_row(own.iloc[0].to_dict(), keys)) | {"of": len(board)}


def _points(row: Row) -> Row:
    """The row with its ``score`` called points, all three with two digits."""
    rounded = {key: None if row[key] is None else round(row[key], 2) for key in ("score", "low", "high")}
    row = {("points" if key == "score" else key): rounded.get(key, value) for key, value in row.items()}
    return row


def _row(row: Row, keys: tuple[str, ...]) -> Row:
    return {key: _plain(row[key]) for key in keys}


def _plain(value: Any) -> Any:
    """A value as a JSON type, a day without its hours; null where it is missing."""
    import pandas as pd

    if value is None or pd.isna(value):
        return None
    if hasattr(value, "strftime"):
        return value.strftime("%Y-%m-%d")
    return value.item() if hasattr(value, "item") else value


def rank_json(row: dict[Any, Any]) -> Row:
    """A row of ``dimension_positions`` as design §6 names its values; null where the vendor is not placed."""
    score = float(row["score"])
    return {
        "vendor_id": row["vendor_id"],
        "dimension": row["dimension"],
        "score": None if score != score else round(score, 4),
        "coverage": round(float(row["coverage"]), 4),
        "placed": bool(row["placed"]),
        "rank": whole(row["rank"]),
        "rank_low": whole(row["rank_low"]),
        "rank_high": whole(row["rank_high"]),
    }


def whole(value: Any) -> int | None:
    """A rank as a whole number; None where there is none."""
    return None if value != value else int(value)

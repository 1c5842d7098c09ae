"""``harness choose``: the models that satisfy what is asked, the answer in a sentence first."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Any

from rich.table import Table

from harness.charts.text import dollars, sellers
from harness.commands.database import reader as open_reader
from harness.errors import BadInput
from harness.i18n.translator import Translator
from harness.market.choice.families import families
from harness.options import distinct
from harness.reports import choice_text, wish_text
from harness.terminal import print_json, print_table

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.choice.wish import Wish

SHOWN = 10
"""Models that each list shows where nobody asks for all."""
SAY = Translator("en")


def wish(
    task: str,
    *,
    country: str = "",
    host_country: str = "",
    modality: str = "",
    since: str | None = None,
    **conditions: Any,
) -> Wish:
    """The wish that options ask; lists have commas.

    Raises:
        BadInput: ``since`` is no date, or what ``Wish.checked`` refuses.
    """
    from harness.market.choice.wish import Wish

    try:
        day = dt.date.fromisoformat(since) if since else None
    except ValueError as error:
        raise BadInput(f"--since {since!r} is no date; write it as 2026-01-31.") from error
    return Wish(
        task,
        countries=distinct(country),
        hosts=distinct(host_country),
        modalities=distinct(modality),
        since=day,
        **conditions,
    ).checked()


def kinds(*, as_json: bool) -> None:
    """The kinds of task that there are."""
    if as_json:
        rows = [
            {"task": f.id, "name_en": f.name_en, "name_zh": f.name_zh, "tests": [t.name for t in f.tests]}
            for f in families().values()
        ]
        print_json(rows)
        return
    print("harness choose --for TASK, with one of these tasks:")
    for family in families().values():
        print(f"  {family.id:<26}{family.name_en} · {family.name_zh}")


def choose(wish: Wish, *, every: bool, as_json: bool) -> None:
    """The models for ``wish``: sentences and lists, or a JSON list of all rows (``market.choice.choose``).

    ``every`` lists all rows in place of the first ``SHOWN`` of each list, models without any score included.

    Raises:
        BadInput: an unknown kind of task, or conditions that no model can be held against (nothing was computed).
    """
    from harness.analysis.scale.fit import fit_reported
    from harness.market.choice.choose import choose as chosen
    from harness.market.choice.evidence import evidence

    reader = open_reader()
    print("harness: fitting the capability scale (some seconds) …", file=sys.stderr, flush=True)
    fit = fit_reported(reader.frame("reported"))
    rows, proof = chosen(reader, fit, wish), evidence(reader, fit, wish.family)
    listed = rows if every else rows[rows["scored"].astype(bool)]
    if as_json:
        by_product = dict(tuple(proof.groupby("product_id")))
        print_json([to_json(row, by_product.get(row["product_id"])) for row in listed.to_dict("records")])
        return
    print(" ".join(choice_text.answer(SAY, wish, rows, proof)))
    print(wish_text.task_note(SAY, wish))
    for standing, title in (("known", "choose.known"), ("general", "choose.general"), ("unsaid", "choose.second")):
        part = listed[listed["standing"].eq(standing)]
        if part.empty:
            continue
        print()
        print_table(_table(part if every else part.head(SHOWN), standing, title))
        if not every and len(part) > SHOWN:
            print(f"The first {SHOWN} of {len(part)}; --all lists all.")
    sources = listed.loc[listed["standing"].eq("known"), ["source", "url"]].dropna().drop_duplicates()
    if len(sources):
        print("\nPrices: " + "; ".join(f"{r.source} ({r.url})" for r in sources.itertuples()))


def to_json(row: dict[Any, Any], proof: pd.DataFrame | None) -> dict[str, Any]:
    """A row as design §6 names its values; shares with four digits, null where nothing is known."""
    known = row["standing"] == "known"
    values: dict[str, Any] = {
        key: _plain(row[key]) for key in ("model_id", "product_id", "model", "vendor_id", "standing")
    }
    values |= {key: _rounded(row[key], 4) if known else None for key in ("suitability", "low", "high")}
    values |= {
        "evidence": int(row["evidence"]) if row["evidence"] == row["evidence"] else 0,
        "tests": _rounded(row["tests"], 0),
    }
    values |= {"in_language": int(row["in_language"]), "within_leader": bool(row["within_leader"]) if known else None}
    values |= {key: _rounded(row[key], 4) for key in ("behind", "behind_low", "behind_high")}
    values |= {key: _rounded(row[key], 2) for key in ("points", "points_low", "points_high")}
    values |= {
        key: _rounded(row[key], 6) for key in ("price", "list_price", "input_per_mtok", "output_per_mtok", "task_cost")
    }
    values |= {
        key: _plain(row[key]) for key in ("basis", "provider", "provider_kind", "as_of", "source", "url", "task_basis")
    }
    values |= {
        key: _plain(row[key]) for key in ("task_benchmark", "task_effort", "open_weights", "licence", "context_tokens")
    }
    values |= {key: _plain(row[key]) for key in ("params_b", "country", "released")}
    scores = [] if proof is None else proof.drop(columns=["product_id", "model"]).to_dict("records")
    return values | {
        "unknown": list(row["unknown"]),
        "scores": [{key: _plain(value) for key, value in score.items()} for score in scores],
    }


def _table(rows: pd.DataFrame, standing: str, title: str) -> Table:
    known = standing == "known"
    columns = [
        "model",
        *(["suits (95%)", "behind the first", "tests"] if known else ["points"]),
        "$/M tokens",
        "price of",
        "as of",
    ]
    columns += [] if known else ["not known"]
    table = Table(title=SAY(title), title_justify="left", box=None, pad_edge=False)
    for column in columns:
        word = column in ("model", "price of", "not known")
        table.add_column(column, justify="left" if word else "right", no_wrap=not word, overflow="fold")
    for row, seller in zip(rows.to_dict("records"), sellers(SAY, rows), strict=True):
        cells = [str(row["model"])]
        if known:
            cells.append(f"{100 * row['suitability']:.0f}% ({100 * row['low']:.0f}–{100 * row['high']:.0f})")
            margin = (
                f"{100 * row['behind']:.0f} ({100 * row['behind_low']:.0f} to {100 * row['behind_high']:.0f})".replace(
                    "-", "−"
                )
            )
            cells += ["–" if not row["behind"] else margin + (" level" if row["within_leader"] else "")]
            cells += [f"{row['evidence']:.0f} of {row['tests']:.0f}"]
        else:
            cells.append("–" if row["points"] != row["points"] else f"{row['points']:.0f}")
        priced = row["price"] == row["price"]
        cells += [
            dollars(row["price"]) if priced else "–",
            seller or "–",
            f"{row['as_of']:%Y-%m-%d}" if priced else "–",
        ]
        table.add_row(*cells, *([] if known else [wish_text.unknown(SAY, row["unknown"])]))
    return table


def _rounded(value: Any, digits: int) -> float | None:
    return None if value is None or value != value else round(float(value), digits)


def _plain(value: Any) -> Any:
    """A value as a JSON type; null where it is missing."""
    import pandas as pd

    if value is None or pd.isna(value):
        return None
    return (
        value.strftime("%Y-%m-%d") if hasattr(value, "strftime") else value.item() if hasattr(value, "item") else value
    )

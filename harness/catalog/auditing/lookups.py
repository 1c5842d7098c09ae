"""Raw values of prices, models, vendors, facts and the other tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from harness.catalog.auditing import gpus, scores
from harness.catalog.auditing.raw import (
    DIFFERS,
    PAGE,
    SAME,
    Record,
    Verdict,
    compared,
    csv_rows,
    document,
    flat,
    names_of,
    number,
    numbers_of,
    same,
)
from harness.catalog.schema import BY_NAME
from harness.catalog.tables import Catalog, Row

MODELS_DEV_COSTS = {
    "input_per_mtok": "input", "output_per_mtok": "output",
    "cache_read_per_mtok": "cache_read", "cache_write_per_mtok": "cache_write",
}  # fmt: skip
LITELLM_COSTS = {
    "input_per_mtok": "input_cost_per_token", "output_per_mtok": "output_cost_per_token",
    "cache_read_per_mtok": "cache_read_input_token_cost", "cache_write_per_mtok": "cache_creation_input_token_cost",
}  # fmt: skip


class Lookup:
    """Finds the raw value of any row of one catalog in one folder of snapshots."""

    def __init__(self, catalog: Catalog, market: Path) -> None:
        self.catalog, self.market = catalog, market
        self.names = names_of(catalog)
        self.sources = {r["source_id"]: r for r in catalog.rows["sources"]}
        self.providers: dict[str, set[str]] = {}
        self.vendors = {r["vendor_id"]: {r["vendor_id"], r["name_en"]} for r in catalog.rows["vendors"]}
        for row in catalog.rows["aliases"]:
            if row["kind"] == "provider":
                self.providers.setdefault(row["id"], set()).add(flat(row["alias"]))
            if row["kind"] == "vendor":
                self.vendors.setdefault(row["id"], set()).add(row["alias"])

    def __call__(self, table: str, row: Row) -> Verdict:
        """The verdict on a row: by its snapshot where its source has one, else to be read on its page."""
        by_table: dict[str, Callable[[Row], Verdict | None]] = {
            "prices": self._price,
            "models": self._model,
            "providers": self._provider,
            "gpu_prices": lambda r: gpus.price(self.market, r),
            "fx": lambda r: self._rowed("fx.csv", "fx", r),
            "facts": self._fact,
            "relations": lambda r: self._rowed("relations_2026.csv", "relations", r),
            "vendors": lambda r: self._rowed("vendors_2026.csv", "vendors", r),
            "sources": self._source,
            "reported_scores": lambda r: scores.score(
                self.market,
                r,
                self.names.get(r["model_id"], set()),
                self.sources.get(r["source_id"], {}).get("url", ""),
            ),
            "task_costs": lambda r: scores.task_cost(self.market, r, self.names.get(r["model_id"], set())),
        }
        found = by_table[table](row) if table in by_table else None
        return found or Verdict(PAGE, "")

    def _price(self, row: Row) -> Verdict | None:
        source, _, day = row["source_id"].partition("-20")
        provider = self.providers.get(row["provider_id"], set()) | {flat(row["provider_id"])}
        if source == "models-dev":
            place = self.market / "models.dev" / f"api-20{day}.json"
            for key, facts in document(place).items():
                if flat(key) in provider and row["offer_id"] in facts["models"]:
                    offer = facts["models"][row["offer_id"]]
                    return _costs(row, f"{place.name}: {key}: {offer['name']}", offer.get("cost") or {},
                                  MODELS_DEV_COSTS, 1)  # fmt: skip
        elif source == "litellm":
            found = None
            for place in sorted((self.market / "litellm").glob(f"*20{day}.json")):
                for key, facts in document(place).items():
                    ends = key == row["offer_id"] or key.endswith(f"/{row['offer_id']}")
                    if ends and flat(str(facts.get("litellm_provider", ""))) in provider:
                        found = _costs(row, f"{place.name}: {key}", facts, LITELLM_COSTS, 1_000_000)
                        if found.agrees == SAME:
                            return found
            return found or Verdict(DIFFERS, "no offer of this name in the snapshot")
        else:
            return None
        return Verdict(DIFFERS, "no offer of this name in the snapshot")

    def _provider(self, row: Row) -> Verdict | None:
        names = self.providers.get(row["provider_id"], set()) | {flat(row["provider_id"])}
        source, _, day = row["source_id"].partition("-20")
        for key, facts in document(self.market / "models.dev" / f"api-20{day}.json").items():
            if source == "models-dev" and flat(key) in names:
                raw = f"api-20{day}.json: {key}: {facts['name']}; {facts.get('doc', '')}"
                return Verdict(SAME if facts["name"] == row["name"] else DIFFERS, raw)
        for place in sorted((self.market / "litellm").glob(f"*20{day}.json")):
            keys = {str(f.get("litellm_provider", "")) for f in document(place).values()}
            if source == "litellm" and (there := sorted(k for k in keys if flat(k) in names)):
                return Verdict(SAME, f"{place.name}: litellm_provider {', '.join(there)}")
        return Verdict(DIFFERS, "no provider of this name in the snapshot")

    def _model(self, row: Row) -> Verdict | None:
        """Release, size and context as the row's own source gives them; other sources may have mended a cell."""
        names = {flat(n) for n in self.names[row["model_id"]]}
        found = [r for r in self._model_records(row) if flat(r[0]) in names]
        if not found:
            return None
        best = max(found, key=lambda r: sum(_agree(row[c], v) for c, v in r[2].items()))
        wrong = [c for c, v in best[2].items() if row[c] and v and not _agree(row[c], v)]
        shown = "; ".join(f"{c} {v}" for c, v in best[2].items() if v)
        text = f"{best[1]}: {best[0]}: {shown or 'named'}"
        return Verdict(DIFFERS if wrong else SAME, text, tuple((c, best[2][c]) for c in wrong))

    def _model_records(self, row: Row) -> list[tuple[str, str, dict[str, str]]]:
        """(name, file, cells) of every model in the snapshot of the row's source."""
        source, day = row["source_id"], row["source_id"][-10:]
        boards = self.market / "leaderboards"
        if source.startswith("models-dev-"):
            place = self.market / "models.dev" / f"api-{day}.json"
            return [
                (n, f"{place.name}: {p}", _offered(o))
                for p, facts in document(place).items()
                for k, o in facts["models"].items()
                for n in (k, o["name"])
            ]
        if source.startswith("open-llm-leaderboard-v2"):
            rows = csv_rows(boards / f"{day}-huggingface_v2.csv")
            return [(r["model_name"], "board v2", {"params_b": r["metadata_params_billions"]}) for r in rows]
        if source.startswith("open-llm-leaderboard-v1"):
            rows = csv_rows(boards / f"{day}-huggingface_v1.csv")
            return [(r["fullname"], "board v1", {"params_b": r["params_b"]}) for r in rows]
        if source.startswith("arena-"):
            return [(r["model"], p.name, {}) for p in boards.glob(f"{day}-*.csv") for r in csv_rows(p) if "model" in r]
        if source.startswith("epoch-models"):
            rows = csv_rows(self.market / "epoch_ai" / "notable_ai_models.csv")
            return [(r["Model"], "notable_ai_models.csv", _notable(r)) for r in rows]
        if source.startswith("epoch-scores"):
            rows = csv_rows(self.market / "epoch_ai" / "reported" / "model_versions.csv")
            return [(r["id"], "model_versions.csv", {"released": r["Version release date"]}) for r in rows]
        if source.startswith("ecosystem-graphs"):
            rows = csv_rows(self.market / "ecosystem_graphs" / "all_assets.csv")
            return [(r["name"], "all_assets.csv", {"released": r["created_date"]}) for r in rows]
        rows = csv_rows(self.market / "reported_2026" / "models_2026.csv")
        cells = ("released", "params_b", "context_tokens")
        return [(n, "models_2026.csv", {c: r[c] for c in cells}) for r in rows for n in (r["name"], r["proposed_id"])]

    def _rowed(self, file: str, table: str, row: Row) -> Verdict | None:
        """The row of the same key of a hand-collected file."""
        key = [c for c in BY_NAME[table].key if c in row]
        raws = csv_rows(self.market / "companies_2026" / file)
        for raw in raws:
            if all(raw.get(c) == row[c] for c in key) and raw["source_id"] == row["source_id"]:
                wrong = [c for c, v in raw.items() if c in row and v != row[c] and not same(number(v), row[c])]
                text = f"{file}: " + "; ".join(v for v in raw.values() if v)
                return Verdict(DIFFERS if wrong else SAME, text, tuple((c, raw[c]) for c in wrong))
        return None

    def _source(self, row: Row) -> Verdict | None:
        wanted = row["source_id"].removeprefix("collected-")
        for place, column in (("companies_2026", "source_id"), ("reported_2026", "id")):
            for raw in csv_rows(self.market / place / "sources_2026.csv"):
                if raw[column] == wanted:
                    right = raw["url"] == row["url"] and raw["title"] == row["title"]
                    return Verdict(SAME if right else DIFFERS, f"{place}: {raw['title']}; {raw['url']}")
        return None

    def _fact(self, row: Row) -> Verdict | None:
        names = self.vendors.get(row["vendor_id"], set())
        source, key = row["source_id"], row["key"]
        for raw in csv_rows(self.market / "companies_2026" / "facts_2026.csv"):
            same_kind = key.startswith(
                raw["key"]
            )  # revenue_run_rate, capex_part: parts told apart since it was collected
            if same_kind and all(raw[c] == row[c] for c in ("vendor_id", "as_of", "source_id", "note")):
                agrees = SAME if raw["value"] == row["value"] or same(number(raw["value"]), row["value"]) else DIFFERS
                return Verdict(agrees, f"facts_2026.csv: {raw['vendor_id']}; {key}: {raw['value']} {raw['unit']}")
        if source.startswith("epoch-models") and key.startswith("training_") or key == "largest_training_compute":
            return self._trained(row)
        if source.startswith("epoch-companies"):
            return self._company(row, names)
        if source.startswith("fmti"):
            rows = csv_rows(self.market / "fmti" / "Dec2025_scores.csv")
            sums = [(c, sum(number(r[c]) or 0 for r in rows)) for c in (rows[0] if rows else {}) if c != "Indicator"]
            return compared([Record("Dec2025_scores.csv", c, (("sum", v),)) for c, v in sums], names, row["value"])
        if source.startswith("ecosystem-graphs") and key in ("dataset", "product"):
            rows = csv_rows(self.market / "ecosystem_graphs" / "all_assets.csv")
            return _listed(rows, "name", row["value"], ("organization", "type", "created_date", "access"))
        if source.startswith("llms-in-china") and key == "product":
            rows = csv_rows(self.market / "llms_in_china" / "llms_in_china.csv")
            return _listed(rows, "model", row["value"], ("company", "class"))
        return None

    def _company(self, row: Row, names: set[str]) -> Verdict:
        """A company's figure of the same day, in the file that holds figures of its kind."""
        key = row["key"]
        file = next((f for k, f in _COMPANY_FILES.items() if k in key), "")
        path = self.market / "epoch_ai" / f"ai_companies_{file}.csv"
        raws = [r for r in csv_rows(path) if row["as_of"] in {_iso(r[c]) for c in r if c.lower().endswith("date")}]
        columns = ("Company", "Division name")
        records = [Record(path.name, r[c], numbers_of(r)) for r in raws for c in columns if r.get(c)]
        return compared(records, names, row["value"])

    def _trained(self, row: Row) -> Verdict:
        """Compute, cost or tokens of the model that begins the note, rounded to five digits or whole units as the cell.

        Where no model has that name, it is a family's: those whose names begin so.
        """
        model = flat(row["note"].split(", speculative" if row["key"] == "largest_training_compute" else ";")[0])
        folder = self.market / "epoch_ai"
        every = [Record(p.name, r["Model"], numbers_of(r)) for p in
                 (folder / f"{n}.csv" for n in ("notable_ai_models", "training_costs_2023usd", "training_costs_paper"))
                 for r in csv_rows(p)]  # fmt: skip
        named = [r for r in every if flat(r.name) == model]
        records = named or [r for r in every if flat(r.name).startswith(model)]
        for record in records:
            for column, value in record.numbers:
                here = float(row["value"])
                if abs(value - here) <= max(1e-4 * abs(here) if "E" in row["value"] else 1, 1e-6 * abs(here)):
                    return Verdict(SAME, f"{record.place}: {record.name}: {column} {value:.9g}")
        shown = "; ".join(f"{c} {v:.4g}" for r in records for c, v in r.numbers)[:200]
        return Verdict(DIFFERS, shown or "no model of this name in the snapshot")


def _listed(rows: list[Row], column: str, value: str, shown: tuple[str, ...]) -> Verdict:
    for raw in rows:
        if flat(value) == flat(raw[column]) or value in raw[column]:
            return Verdict(SAME, "; ".join(raw[c] for c in (column, *shown) if raw[c]))
    return Verdict(DIFFERS, "not named in the snapshot")


def _costs(row: Row, place: str, raw: Mapping[str, Any], columns: Mapping[str, str], factor: float) -> Verdict:
    """Four prices beside the row's; a missing or negative one is an empty cell."""
    there = {c: number(raw.get(k, "")) for c, k in columns.items()}
    there = {c: v * factor if v is not None and v >= 0 else None for c, v in there.items()}
    shown = "; ".join(f"{columns[c]} {v / factor:.6g}" for c, v in there.items() if v is not None)
    unit = " (× 1,000,000)" if factor != 1 else ""
    wrong = tuple((c, "" if v is None else f"{v:.6g}") for c, v in there.items() if not same(v, row[c]))
    return Verdict(DIFFERS if wrong else SAME, f"{place}: {shown or 'no price'}{unit}", wrong)


def _offered(offer: Mapping[str, Any]) -> dict[str, str]:
    context = (offer.get("limit") or {}).get("context") or ""
    return {"released": str(offer.get("release_date", "")), "context_tokens": str(context)}


def _notable(raw: Row) -> dict[str, str]:
    size = number(raw["Parameters"])
    return {"released": raw["Publication date"], "params_b": f"{size / 1e9:.6g}" if size else ""}


def _agree(here: str, there: str) -> bool:
    return here == there or (number(there) is not None and same(number(there), here))


_COMPANY_FILES = {
    "compute": "compute_spend", "revenue": "revenue_reports", "staff": "staff_reports", "researchers": "staff_reports",
    "funding": "funding_rounds", "valuation": "funding_rounds",
}  # fmt: skip


def _iso(day: str) -> str:
    """A US date (``12/31/2024``) as ISO day; other text as it stands."""
    parts = day.split("/")
    return (
        f"{int(parts[2]):04}-{int(parts[0]):02}-{int(parts[1]):02}"
        if len(parts) == 3 and "".join(parts).isdigit()
        else day
    )

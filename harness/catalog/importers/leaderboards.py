"""Tables of public leaderboards: Open LLM Leaderboard v1 and v2, Chatbot Arena, LiveBench.

Of the two complete Open LLM Leaderboards only models of vendors in the catalog come in (v2: those that the board marks
as from an official provider; v1: unquantised models whose owner is a vendor), so that the table stays readable. The
yes/no columns of the v1 file (flagged, merged, moe) stand for their opposites in this copy and are not read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from statistics import fmean
from typing import TypeAlias

from harness.catalog.import_context import ImportContext, Imported, SourceFile, decimal, sizes
from harness.catalog.importers.scored import Hints, Score, Scored, report, scored, table
from harness.catalog.names import spellings
from harness.catalog.names.effort import DEFAULT, effort_of
from harness.catalog.names.matching import match_vendor
from harness.catalog.tables import Row

# Benchmark under the board's set-up (an id of benchmarks.csv), and setting as the board documents it.
Meaning: TypeAlias = tuple[str, str]
V1: dict[str, Meaning] = {
    "arc": ("arc-challenge-open-llm-leaderboard-v1", "25-shot"),
    "hellaswag": ("hellaswag-open-llm-leaderboard-v1", "10-shot"),
    "mmlu": ("mmlu-open-llm-leaderboard-v1", "5-shot"),
    "truthfulqa": ("truthfulqa", "0-shot"),
    "winogrande": ("winogrande-open-llm-leaderboard-v1", "5-shot"),
    "gsm8k": ("gsm8k-open-llm-leaderboard-v1", "5-shot"),
}
V2: dict[str, Meaning] = {
    "ifeval": ("ifeval-open-llm-leaderboard-v2", "0-shot"),
    "bbh": ("bbh-open-llm-leaderboard-v2", "3-shot"),
    "math": ("math-level-5-open-llm-leaderboard-v2", "4-shot"),
    "gpqa": ("gpqa", "0-shot"),
    "musr": ("musr", "0-shot"),
    "mmlu_pro": ("mmlu-pro-open-llm-leaderboard-v2", "5-shot"),
}
ARENA: dict[str, Meaning] = {"arena_score": ("chatbot-arena", "")}
# From this day the board of chat models corrects for style by default; ratings of before are another benchmark.
ARENA_STYLED = ("2025-05-14", "lmarena-text")
# Words in the name of a file with Arena's board of chat models. All of its boards have the same columns; those of image
# generators, of vision, web pages, video or search rank other things, as do those of a category (coding, Chinese).
_TEXT_BOARD = frozenset(
    {"text", "chatbot", "lmarena", "lmsys", "lm", "arena", "chat", "leaderboard", "board", "overall"}
)
_TEXT_BOARD |= {"full", "table", "csv", "elo", "results"}
# Columns that say of which board a row is, and what they hold on the board of chat models.
BOARD_COLUMNS = ("category", "board", "arena", "modality", "leaderboard", "subset", "task")
_TEXT_CELLS = frozenset({"", "text", "overall", "full", "chat", "chatbot arena", "text overall"})


def is_text_board(file_name: str) -> bool:
    """Whether the name of a file with Arena's columns says that it holds the board of chat models, all categories."""
    words = re.findall(r"[a-z]+", file_name.lower())
    return bool({"text", "chatbot"} & set(words)) and set(words) <= _TEXT_BOARD


def other_board(row: Mapping[str, str | None]) -> str | None:
    """The board that a row of Arena's columns says it is of, where that is not the one of chat models."""
    cells = (str(row.get(column) or "").strip() for column in BOARD_COLUMNS)
    return next((cell for cell in cells if cell.lower() not in _TEXT_CELLS), None)


def _official(context: ImportContext, full_name: str) -> bool:
    return "/" in full_name and match_vendor(context.names, full_name.split("/")[0]) is not None


def _hub_hints(full_name: str, licence: str) -> Hints:
    plain_name = bool(re.fullmatch(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+", full_name))
    word = (
        licence
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 ._+-]*", licence) and licence.lower() not in ("other", "unknown")
        else ""
    )
    return Hints(
        owner=full_name.split("/")[0], hub_id=full_name if plain_name else "", licence=word, open_weights="true"
    )


def _board(
    out: Imported, context: ImportContext, row: Row, values: Mapping[str, Meaning], as_of: str, name: str
) -> None:
    """Add one line of a board: the model, its facts on the board, its scores (``values``: text → benchmark…)."""
    hints = _hub_hints(row["name"], row["licence"])
    model = scored(out, context, row["name"], hints)
    if model is None:
        return
    _fill(out, context, model.model_id, row, hints)
    for column, (benchmark, setting) in values.items():
        value = decimal(row[column])
        if value is None and any(c.isdigit() for c in row[column]):
            out.leave("score", row["name"], f"{column} is no plain number: {row[column][:40]}")
        if value is not None and value >= 0:
            setting = "; ".join(filter(None, [setting, row["precision"]]))
            day = max(as_of, context.names.released.get(model.model_id, ""))  # the board's day may be the upload's
            score = Score(
                benchmark, value / Decimal(row["per"]), "fraction", setting, name, False, day, context.source_id
            )
            report(out, context, model, score)


def _fill(out: Imported, context: ImportContext, model_id: str, row: Row, hints: Hints) -> None:
    """Add a model's facts on the board, for cells that are empty in the catalog."""
    size = _size(row)
    there = out.has("models", model_id)
    if there:
        if size:
            there["params_b"] = size
        return
    out.add(
        "models",
        model_id=model_id,
        product_id=model_id,
        vendor_id=context.names.vendor_of_model[model_id],
        name=row["name"].rsplit("/", 1)[-1],
        params_b=size,
        open_weights="true",
        licence=hints.licence,
        hub_id=hints.hub_id,
        as_of=context.as_of,
        source_id=context.source_id,
    )


def _size(row: Row) -> str:
    """Billions of parameters on the board, which counts where the name only rounds.

    A whole number of the board is cut off (1 for 1.4 billion) or misread (8 for 1_8b): then the name says more.
    """
    size = decimal(row["params"])
    if size is None or size <= 0:
        return ""
    stated = sizes(row["name"])[0]
    return stated if stated and size == size.to_integral_value() else f"{size.normalize():f}"


def read_v1(files: list[SourceFile], context: ImportContext) -> Imported:
    """Open LLM Leaderboard v1."""
    out = Imported()
    for file in files:
        for raw in table(file, ("fullname", "weight_type", *V1)):
            if raw.get("weight_type") != "Original" or not _official(context, raw["fullname"]):
                continue
            row = {
                **raw,
                "name": raw["fullname"],
                "licence": raw.get("hub_license", "").strip('"'),
                "params": sizes(raw["fullname"])[0]
                or raw.get("params_b", ""),  # this copy cuts sizes to whole billions
                "precision": raw.get("precision", ""),
                "per": "100",
            }
            as_of = _day(raw.get("date", ""), context)
            _board(out, context, row, V1, as_of, "Open LLM Leaderboard v1")
    return out


def read_v2(files: list[SourceFile], context: ImportContext) -> Imported:
    """Open LLM Leaderboard v2: raw scores (not the board's rescaled ones)."""
    out = Imported()
    for file in files:
        for raw in table(file, ("model_name", "features_is_official_provider")):
            if raw["features_is_official_provider"] != "TRUE" or raw.get("features_is_flagged") == "TRUE":
                continue
            chat = "chat template" if raw.get("model_has_chat_template") == "TRUE" else ""
            row = {
                **{c: raw.get(f"evaluations_{c}_value", "") for c in V2},
                "name": raw["model_name"],
                "licence": raw.get("metadata_hub_license", ""),
                "params": raw.get("metadata_params_billions", ""),
                "precision": "; ".join(filter(None, [raw.get("model_precision", ""), chat])),
                "per": "1",
            }
            as_of = _day(raw.get("metadata_submission_date", ""), context)
            _board(out, context, row, V2, as_of, "Open LLM Leaderboard v2")
    return out


def _day(text: str, context: ImportContext) -> str:
    """The day that a row begins with, of this century; the import's where it begins with none."""
    return text[:10] if re.fullmatch(r"20\d\d-\d\d-\d\d", text[:10]) else context.as_of


def read_arena(files: list[SourceFile], context: ImportContext) -> Imported:
    """Chatbot Arena: rating, interval and votes of the board of chat models; other boards are left, by name."""
    out = Imported()
    for file in files:
        if not is_text_board(file.name):
            out.leave("file", file.name, "its name does not say that it is Arena's board of chat models (lmarena_text)")
            continue
        for row in table(file, ("model", "arena_score", "95_pct_ci", "votes", "organization")):
            value = decimal(row["arena_score"])
            if board := other_board(row):
                out.leave("score", row["model"], f"a rating of another board ({board})")
                continue
            if value is None:
                out.leave("score", row["model"], "no rating")
                continue
            licence = row.get("license", "")
            open_weights = "" if not licence else "false" if licence == "Proprietary" else "true"
            model = scored(
                out, context, row["model"], Hints(organisation=row["organization"], open_weights=open_weights)
            )
            if model:
                setting = f"95 % interval {row['95_pct_ci'].replace('/', ' ')}; {row['votes']} votes"
                benchmark = ARENA_STYLED[1] if context.as_of >= ARENA_STYLED[0] else ARENA["arena_score"][0]
                score = Score(
                    benchmark, value, "elo", setting, "LMArena", False, context.as_of, context.source_id,
                    _half_width(row["95_pct_ci"]),
                )  # fmt: skip
                report(out, context, model, score)
    return out


def _half_width(interval: str) -> Decimal | None:
    """Standard error of a rating whose 95 % interval is written ``+5/-5``: its mean half-width over 1.96."""
    ends = re.fullmatch(r"\+(\d+(?:\.\d+)?)/-(\d+(?:\.\d+)?)", interval.replace(" ", ""))
    return (Decimal(ends.group(1)) + Decimal(ends.group(2))) / 2 / Decimal("1.96") if ends else None


# Editions in which LiveBench changed a category's questions (the scores of models that stand in both tables changed);
# a table of an edition between two gives scores of the benchmark of the earlier one.
LIVEBENCH = {
    "Reasoning": ("2024-06-24", "2024-07-26", "2024-11-25", "2025-04-02", "2025-11-25", "2026-01-08"),
    "Coding": ("2024-06-24", "2024-07-26", "2025-04-02", "2025-05-30"),
    "Agentic Coding": ("2025-05-30", "2025-11-25"),
    "Mathematics": ("2024-06-24", "2024-08-31", "2025-04-02", "2025-11-25", "2026-01-08"),
    "Data Analysis": ("2024-06-24", "2024-11-25", "2025-05-30", "2026-01-08"),
    "Language": ("2024-06-24", "2024-11-25", "2025-04-02", "2025-11-25"),
    "IF": ("2024-06-24", "2024-11-25", "2025-11-25"),
}


def livebench_id(category: str, edition: str) -> str:
    """Benchmark of a category of LiveBench (empty: the mean of all) in the table of an edition (ISO day)."""
    if not category:
        return f"livebench-{edition}"
    return (
        f"livebench-{spellings.slug(category)}-{max((e for e in LIVEBENCH[category] if e <= edition), default=edition)}"
    )


def read_livebench(files: list[SourceFile], context: ImportContext) -> Imported:
    """LiveBench: the mean of each category's tasks, and the mean of the categories, as the board computes them.

    A table keeps the day of its edition's questions while models are added to it. So a score's day is that day or, where it
    is later, the model's release: the first on which it can have been published.
    """
    out = Imported()
    categories = next((json.loads(f.text()) for f in files if f.name.startswith("categories")), None)
    for file in (f for f in files if f.name.startswith("table")):
        if categories is None:
            out.leave("file", file.name, "its categories_*.json is not among the files")
            continue
        for row in table(file, ("model",)):
            name = row["model"]
            if unread := [cell for cell in (row.get(t, "") for ts in categories.values() for t in ts) if _unread(cell)]:
                out.leave("score", name, f"a cell is no plain number: {unread[0][:40]}")
                continue
            means = _category_means(row, categories)
            model = _livebench_model(out, context, name) if means else None
            if model is None:
                continue
            if len(means) == len(categories):
                means[""] = fmean(means.values())
            released = context.names.released.get(model.model_id, "") or _named_month(model.model_id)
            day = max(context.as_of, released)
            for category, mean in means.items():
                value = Decimal(str(mean)) / 100
                benchmark = livebench_id(category, context.as_of)
                score = Score(benchmark, value, "fraction", "", "LiveBench", False, day, context.source_id)
                report(out, context, model, score)
    return out


def _named_month(model_id: str) -> str:
    """First day of the month that an id ends in (``grok-4-fast-reasoning-2511``, ``step-2-16k-202411``); empty without one."""
    month = re.search(r"-(?:20)?(2[3-9])(0[1-9]|1[0-2])$", model_id)
    return f"20{month.group(1)}-{month.group(2)}-01" if month else ""


def _livebench_model(out: Imported, context: ImportContext, name: str) -> Scored | None:
    """Model of a row of LiveBench, which marks Claude models that do not think with ``-base`` or with an effort alone."""
    claude = name.startswith("claude")
    base = re.sub(r"-base$", "", name) if claude else name
    model = scored(out, context, base)
    if model is None or not claude or "thinking" in name:
        return model
    level = "" if model.effort == DEFAULT else model.effort
    return replace(model, effort=effort_of(off=True, level=level)) if base != name or level else model


def _unread(cell: str) -> bool:
    """Whether a cell holds something that is no number."""
    return bool(spellings.slug(cell)) and decimal(cell) is None


def _category_means(row: Row, categories: Mapping[str, list[str]]) -> dict[str, float]:
    means = {}
    for category, tasks in categories.items():
        values = [float(value) for t in tasks if (value := decimal(row.get(t, ""))) is not None]
        if len(values) == len(tasks) and category in LIVEBENCH:
            means[category] = fmean(values)
    return means

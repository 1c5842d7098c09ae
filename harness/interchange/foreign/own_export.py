"""What our own exports carry of a run beside its rows: verdict, conditions and model, written and read in every format.

Other tools' formats have no place for these; without them a run that was broken off would come back as a whole one.
"""

from __future__ import annotations

from typing import Any

from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import Draft
from harness.interchange.foreign.names_and_dates import parse_date

# The key under which a JSON document of another tool's format carries them.
KEY = "landscape"
_MAX_FINDINGS = 200


def carried(manifest: dict[str, Any]) -> dict[str, Any]:
    """The part of a run's manifest that an export carries, as JSON types."""
    model, plan, engine = (mapping(manifest.get(key)) for key in ("model", "plan", "engine"))
    return {
        "run_id": manifest.get("run_id"),
        "origin": manifest.get("origin"),
        "valid": manifest.get("valid") is not False,
        "partial": manifest.get("partial") is True,
        "verdict": findings(manifest),
        "left_out": [mapping(entry) for entry in sequence(manifest.get("left_out"))],
        "limit": plan.get("limit"),
        "seed": plan.get("seed"),
        "conditions": mapping(plan.get("conditions")),
        "chat_template": manifest.get("chat_template"),
        "chat_template_hash": model.get("chat_template"),
        "revision": model.get("revision"),
        "params": model.get("params"),
        "architecture": model.get("architecture"),
        "quantisation": model.get("quantisation") or manifest.get("quantisation"),
        "base": model.get("base"),
        "dtype": manifest.get("dtype"),
        "device": manifest.get("device"),
        "engine": engine.get("name"),
        "tool_version": engine.get("version"),
        "started": manifest.get("started"),
        "sealed": manifest.get("sealed"),
        "tasks": {
            str(task["task"]): {
                k: task.get(k) for k in ("group", "data_hash", "chance", "licence") if task.get(k) is not None
            }
            for task in map(mapping, sequence(mapping(manifest.get("suite")).get("tasks")))
            if task.get("task")
        },
    }


def findings(manifest: dict[str, Any]) -> list[dict[str, str]]:
    """A verdict's findings as code and sentence, whatever form they have in the manifest."""
    rows = []
    for entry in sequence(manifest.get("verdict"))[:_MAX_FINDINGS]:
        message = text(mapping(entry).get("message") if isinstance(entry, dict) else entry, 2000)
        if message:
            rows.append({"code": text(mapping(entry).get("code"), 60) or "note", "message": message})
    return rows


def apply(draft: Draft, carried_part: dict[str, Any]) -> None:
    """Give a draft the verdict and the conditions of the run that was exported; nothing where an export carries none.

    The verdict is the run's own: what is not known of an export's format is no finding of its run. Called before the items
    are read, so that what is wrong with these still counts.
    """
    if "valid" not in carried_part:
        return
    draft.judged = True
    draft.notes = [n for n in draft.notes if n[0] != "date-unknown"]  # an export says when its run was made
    draft.valid = carried_part.get("valid") is True
    draft.partial = carried_part.get("partial") is not False
    for entry in map(mapping, sequence(carried_part.get("verdict"))[:_MAX_FINDINGS]):
        row = (text(entry.get("code"), 60) or "note", text(entry.get("message"), 2000) or "")
        if row[1] and row not in draft.notes:
            draft.notes.append(row)
    for entry in map(mapping, sequence(carried_part.get("left_out"))[:_MAX_FINDINGS]):
        if task := text(entry.get("task"), 160):
            draft.left_out.append({"task": task, "reason": text(entry.get("reason"), 500) or ""})
    share = number(carried_part.get("limit"))
    draft.limit = share if share is not None and 0 < share < 1 else whole(share, 10**9)
    draft.seed = whole(carried_part.get("seed"))
    for name, value in mapping(carried_part.get("conditions")).items():
        draft.conditions[str(name)[:60]] = text(value, 200) or ""
    template = carried_part.get("chat_template")
    draft.chat_template = template if isinstance(template, bool) else None
    draft.chat_template_hash = text(carried_part.get("chat_template_hash"), 80)
    _of_model(draft, carried_part)


def apply_standing(draft: Draft, standing: dict[str, Any]) -> None:
    """Mark a draft not valid or partial where a line of its export says so, be it without the file of results."""
    if standing.get("valid") is False and draft.valid:
        draft.valid = False
        draft.note("not-valid", "The run was not valid when it was exported; its results file says why.")
    draft.partial = draft.partial or standing.get("partial") is True


def _of_model(draft: Draft, carried_part: dict[str, Any]) -> None:
    draft.revision = text(carried_part.get("revision"), 80)
    draft.params = whole(carried_part.get("params"), 10**14)
    draft.architecture = text(carried_part.get("architecture"), 80)
    draft.quantisation, draft.base = text(carried_part.get("quantisation"), 60), text(carried_part.get("base"), 200)
    draft.dtype, draft.device = text(carried_part.get("dtype"), 40), text(carried_part.get("device"), 20)
    draft.backend = text(carried_part.get("engine"), 40)
    draft.tool_version = text(carried_part.get("tool_version"), 60)
    started = parse_date(carried_part.get("started"))
    draft.date = started or parse_date(carried_part.get("sealed")) or draft.date
    draft.date_of_run = started is not None


def task_settings(carried_part: dict[str, Any], task: str) -> dict[str, Any]:
    """What an export carries of one task: group, hash of its data, chance, licence."""
    return mapping(mapping(carried_part.get("tasks")).get(task))

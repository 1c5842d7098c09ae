"""`harness show RUN`: one run, its scores with intervals, its verdict and evidence."""

from __future__ import annotations

import json

from harness import names, places
from harness.commands import verdict
from harness.commands.database import reader
from harness.terminal import json_types, print_json, records, show_scores


def run(run_id: str, *, as_json: bool) -> None:
    """One run with its scores, intervals, verdict and evidence."""
    from harness.analysis.statistics.uncertainty import with_intervals

    database = reader()
    row = names.one_run(run_id, database.frame("runs")["run_id"], "in the database")
    full = database.frame("run", run_id=row)
    scores = with_intervals(database.frame("run_results", run_id=row)).drop(columns="origin")
    manifest = json.loads(full["manifest_text"][0] or "{}")
    if as_json:
        folder = places.runs() / row
        print_json(
            {
                "run": json_types(manifest),
                "folder": str(folder) if folder.is_dir() else None,
                "results": records(scores),
            }
        )
        return
    print(row)
    for key in ("model", "revision", "suite", "suite_version", "engine", "dtype", "device", "origin", "sealed"):
        print(f"  {key}: {full[key][0]}")
    said = verdict.of_run(full.to_dict("records")[0])
    print(f"  verdict: {said.standing}")
    for finding in said.findings:
        print(f"    {finding.code}: {finding.message}")
    folder = places.runs() / row
    print(f"  evidence: {folder if folder.is_dir() else 'scores and item outcomes; prompts and answers are not here'}")
    show_scores(scores)

"""``harness run`` and ``harness verify``: scores of models, and whether both ways to score agree."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.options import Device, Dtype, Json, ModelCode, Models, Offline, Precision, Quiet, Revision, Strict, given


def run(
    context: typer.Context,
    suite: Annotated[str | None, typer.Option(help="A suite's name (`harness suites`) or a suite file.")] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            help="A folder, a hub id, a reference model, or any unique ending of a name; may be given several times. For --engine api: "
            "MODEL@URL, such as Qwen/Qwen3-0.6B@http://localhost:8000/v1 (key: OPENAI_API_KEY)."
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            help="A run file (YAML) of models, suites and options, in place of --suite and --model; options given here "
            "override the file's (docs/run_files.md)."
        ),
    ] = None,
    engine: Annotated[
        str, typer.Option(help="packed (ours), hf (lm-eval's reference), vllm, or api (an OpenAI-compatible server).")
    ] = "packed",
    dtype: Annotated[
        str | None, typer.Option(help="fp32, bf16 or fp16. Default: bf16 on a GPU that has it, else fp32.")
    ] = None,
    device: Device = None,
    revision: Revision = None,
    limit: Annotated[
        float | None, typer.Option(help="Score the first N items of each task; below 1, that share of them (0.1).")
    ] = None,
    sample: Annotated[int | None, typer.Option(help="Score N random items of each task (seeded).")] = None,
    deterministic: Annotated[
        bool,
        typer.Option(
            "--deterministic", help="Fixed batch shapes: a score does not depend on what else is in the batch."
        ),
    ] = False,
    precision: Precision = None,
    chat_template: Annotated[bool, typer.Option("--chat-template", help="Apply the model's chat template.")] = False,
    trust_remote_code: Annotated[
        bool, typer.Option("--trust-remote-code", help="Let this one model run its own code. Off by default.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Touch no network: data from LANDSCAPE_HUB or the local cache.")
    ] = False,
    strict: Strict = False,
    again: Annotated[
        bool, typer.Option("--again", help="Make a new run although a sealed one exists; take no answers from others.")
    ] = False,
    tasks: Annotated[
        list[Path] | None,
        typer.Option(
            help="A folder of own lm-eval task files that suites may name, read as data; may be given several times."
        ),
    ] = None,
    trust_task_code: Annotated[
        bool,
        typer.Option("--trust-task-code", help="Let the task files of --tasks run code of their own. Off by default."),
    ] = False,
    notify: Annotated[
        str | None,
        typer.Option(
            help="A command to run at the end, however it ends, with the summary as JSON on its standard input (no shell; "
            "at most 60 seconds; its failure is a warning)."
        ),
    ] = None,
    quiet: Quiet = False,
    log: Annotated[
        str,
        typer.Option(
            help="text: bars on a terminal, else a line with the time at every step and every minute. json: one JSON "
            "object a line (time, level, event, message, model, suite, done, total, rate, eta).",
        ),
    ] = "text",
    json: Json = False,
) -> None:
    """Run a suite on one or more models, or a run file; killed at any point, the same command goes on from there."""
    from harness.runs.command.log_lines import progress
    from harness.runs.jobs.asking import Asked, run_asked

    options = {
        "engine": engine, "dtype": dtype, "device": device, "revision": revision, "limit": limit, "sample": sample,
        "deterministic": deterministic, "precision": precision, "chat_template": chat_template,
        "trust_remote_code": trust_remote_code, "offline": offline, "strict": strict, "again": again,
        "tasks": tuple(map(str, tasks or ())), "trust_task_code": trust_task_code,
    }  # fmt: skip
    asked = Asked(suite, tuple(model or ()), file, options, given(context))
    raise typer.Exit(run_asked(asked, notify=notify, show=progress(quiet=quiet, log=log), as_json=json))


def verify(
    model: Models,
    dtype: Dtype = None,
    device: Device = None,
    shuffle: Annotated[
        bool, typer.Option("--shuffle", help="Also state how far scores move with their order and company.")
    ] = False,
    revision: Revision = None,
    trust_remote_code: ModelCode = False,
    offline: Offline = False,
    minutes: Annotated[
        float | None,
        typer.Option(
            help="Stop after so many minutes (a batch that is begun is finished), and judge what was compared by then."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Score a calibration set with packed and with hf, and say whether they agree on this machine."""
    from harness.runs.verification.command import verify_models

    code = verify_models(
        model, dtype=dtype, device=device, shuffle=shuffle, revision=revision,
        trust_remote_code=trust_remote_code, offline=offline, minutes=minutes, as_json=json,
    )  # fmt: skip
    raise typer.Exit(code)

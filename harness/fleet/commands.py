"""``harness fleet``: many models on many cards and hosts. The command line mounts ``app``; the functions below do the work."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from harness.options import Json, Offline, Precision, Quiet, Strict, given

app = typer.Typer(help="Many models on the cards of this machine or of a Ray cluster.", no_args_is_help=True)

NightName = Annotated[
    str | None, typer.Argument(metavar="[NIGHT]", help="A night's id, or a unique beginning. Default: the latest.")
]


@app.command("run")
def run_command(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A run file (docs/run_files.md).")] = None,
    ray: Annotated[
        str,
        typer.Option(help="local: this machine; or the address of a Ray cluster (ray://HOST:10001, HOST:6379, auto)."),
    ] = "local",
    suite: Annotated[
        list[str] | None, typer.Option(help="In place of a file: a suite; may be given several times.")
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(help="In place of a file: a model, as for `harness run`; may be given several times."),
    ] = None,
    hung_minutes: Annotated[
        float | None,
        typer.Option(help="Minutes without progress after which a model is stopped. Default: the file's, or 30."),
    ] = None,
    tries: Annotated[
        int | None,
        typer.Option(help="Times that a model is tried; lost nodes do not count. Default: the file's, or 3."),
    ] = None,
    engine: Annotated[str, typer.Option(help="As for `harness run`; so are the options that follow.")] = "packed",
    dtype: Annotated[str | None, typer.Option(help="fp32, bf16 or fp16.")] = None,
    device: Annotated[str | None, typer.Option(help="cpu or cuda. Default: cuda where the node has a card.")] = None,
    limit: Annotated[
        float | None, typer.Option(help="The first N items of each task; below 1, that share of them.")
    ] = None,
    sample: Annotated[int | None, typer.Option(help="N random items of each task (seeded).")] = None,
    deterministic: Annotated[bool, typer.Option("--deterministic", help="Fixed batch shapes.")] = False,
    precision: Precision = None,
    chat_template: Annotated[bool, typer.Option("--chat-template", help="Apply the models' chat templates.")] = False,
    offline: Offline = False,
    strict: Strict = False,
    again: Annotated[bool, typer.Option("--again", help="Make new runs although sealed ones exist.")] = False,
    notify: Annotated[str | None, typer.Option(help="A command to run at the end, as for `harness run`.")] = None,
    quiet: Quiet = False,
    log: Annotated[str, typer.Option(help="text or json, as for `harness run`.")] = "text",
    json: Json = False,
) -> None:
    """Run a night: every model of a run file, each as one process on a card or a share of one, here or on a Ray cluster; the
    same command goes on where it was."""
    from harness.fleet.asked.night import NightAsked
    from harness.fleet.run import run
    from harness.runs.command.command_line import command_line

    options = {
        "engine": engine, "dtype": dtype, "device": device, "limit": limit, "sample": sample, "deterministic": deterministic,
        "precision": precision, "chat_template": chat_template, "offline": offline, "strict": strict, "again": again,
    }  # fmt: skip
    names = given(context)
    typed = {name: value for name, value in options.items() if name in names}
    asked = NightAsked(file, tuple(suite or ()), tuple(model or ()), typed, hung_minutes, tries, command_line())
    raise typer.Exit(run(asked, ray, notify=notify, quiet=quiet, log=log, as_json=json))


@app.command("status")
def status_command(night: NightName = None, json: Json = False) -> None:
    """Show a night: its models, where they are and how far; from its files alone."""
    raise typer.Exit(status(night, as_json=json))


@app.command("stop")
def stop_command(
    night: NightName = None,
    now: Annotated[bool, typer.Option("--now", help="Stop in the batch, not at the next one.")] = False,
    json: Json = False,
) -> None:
    """Stop a night: every model at its next batch; what is finished is kept. Waits for it."""
    raise typer.Exit(stop(night, "now" if now else "drain", as_json=json))


def status(name: str | None, *, as_json: bool) -> int:
    """Print a night's state: 0."""
    from harness.fleet import state
    from harness.fleet.shown import print_night

    print_night(state.find(name), as_json=as_json)
    return 0


def stop(name: str | None, how: str, *, as_json: bool, seconds: float = 0.5) -> int:
    """Leave the wish to stop and wait until the driver has ended; 0, also where nothing was at work."""
    from harness.fleet import state
    from harness.fleet.shown import print_night
    from harness.fleet.table import summary

    folder = state.find(name)
    if folder.driven():
        folder.ask_to_stop(how)
        before = ""
        while folder.driven():
            if (said := summary(folder.read().models)) != before:
                print(f"stopping {folder.path.name}: {said}", file=sys.stderr)
                before = said
            time.sleep(seconds)
    elif not as_json:
        print(f"{folder.path.name}: no driver is at work on it.", file=sys.stderr)
    print_night(folder, as_json=as_json)
    return 0

"""Options of commands: those that several have, declared once; which ones a line itself gives; lists with commas."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output, nothing else there.")]
Offline = Annotated[bool, typer.Option("--offline", help="Touch no network.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say warnings and errors alone on standard error.")]

Models = Annotated[list[str], typer.Option(help="As for `harness run`; may be given several times.")]
Revision = Annotated[str | None, typer.Option(help="Branch, tag or commit of a hub model.")]
Dtype = Annotated[str | None, typer.Option(help="fp32, bf16 or fp16. Default: as for `harness run`.")]
Device = Annotated[str | None, typer.Option(help="cpu, cuda, cuda:N or mps. Default: cuda, else cpu.")]
ModelCode = Annotated[
    bool, typer.Option("--trust-remote-code", help="Let this model run its own code. Off by default.")
]

Precision = Annotated[float | None, typer.Option(help="Stop a task when its 95% interval is narrower than ±X.")]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse where a task's data is missing.")]

Segment = Annotated[str | None, typer.Option(help="big-tech, startup, lab or reference.")]


def given(context: typer.Context) -> frozenset[str]:
    """Names of the options that the command line itself gives, be it with their default."""
    return frozenset(n for n in context.params if getattr(context.get_parameter_source(n), "name", "") == "COMMANDLINE")


def parts(*texts: str) -> list[str]:
    """The parts of options with commas, in their order, without space around them; empty ones are left out."""
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


def distinct(*texts: str) -> tuple[str, ...]:
    """The parts of options with commas, each once, where it stands first."""
    return tuple(dict.fromkeys(parts(*texts)))

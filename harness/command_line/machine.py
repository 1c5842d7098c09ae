"""This machine: the speed that it serves with, what works on it, and the site that it starts."""

from __future__ import annotations

from typing import Annotated

import typer

from harness.options import Device, Dtype, Json, ModelCode, Models, Offline, Revision, parts


def bench(
    model: Models,
    context: Annotated[
        list[str] | None,
        typer.Option(
            help="Tokens of a prompt, several with commas. Default: 128, 1024, 4096, 16384, as far as they fit."
        ),
    ] = None,
    batch: Annotated[
        list[str] | None, typer.Option(help="Requests at a time, several with commas. Default: 1, 4, 16, 64.")
    ] = None,
    new_tokens: Annotated[int, typer.Option(help="Tokens of each answer.")] = 32,
    rounds: Annotated[int, typer.Option(help="Rounds of each shape; the median counts.")] = 3,
    minutes: Annotated[
        float, typer.Option(help="Begin no shape after so many minutes, shared by the models; the smallest come first.")
    ] = 10.0,
    dtype: Dtype = None,
    device: Device = None,
    revision: Revision = None,
    trust_remote_code: ModelCode = False,
    offline: Offline = False,
    per_hour: Annotated[
        float | None, typer.Option(help="US$ an hour of this machine. Default: the catalog's rents of its card.")
    ] = None,
    json: Json = False,
) -> None:
    """Serving speed of models on this machine: time to the first token, prefill, decode, memory, energy, cost per million tokens."""
    from harness.runs.bench.command import Wanted
    from harness.runs.bench.command import bench as measure

    wanted = Wanted(
        _sizes(context, "--context"), _sizes(batch, "--batch"), new_tokens, rounds, minutes, dtype, device, revision,
        trust_remote_code, offline, per_hour,
    )  # fmt: skip
    raise typer.Exit(measure(model, wanted, as_json=json))


def _sizes(given: list[str] | None, option: str) -> tuple[int, ...]:
    """Whole numbers of an option that takes several with commas."""
    words = parts(*given or ())
    try:
        return tuple(map(int, words))
    except ValueError:
        raise typer.BadParameter(f"{', '.join(words)}: give whole numbers.", param_hint=option) from None


def doctor(
    device: Annotated[
        str | None, typer.Option(help="Try this device: cpu, cuda, cuda:N or mps. Default: a card, else the CPU.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the hub.")] = False,
    json: Json = False,
) -> None:
    """What works on this machine, a line each: ok, warning or error with the way out."""
    from harness.commands.doctor.command import doctor as look

    raise typer.Exit(look(offline=offline, device=device, as_json=json))


def site(
    port: Annotated[int, typer.Option(help="Port to serve on.")] = 8501,
    address: Annotated[str, typer.Option(help="Address to bind.")] = "localhost",
    host: Annotated[
        list[str],
        typer.Option(
            help="A name that the site answers to, besides localhost and --address; may be given several times."
        ),
    ] = [],  # noqa: B006
    public: Annotated[
        bool, typer.Option("--public", help="Hide prompts and answers that may not be redistributed.")
    ] = False,
    base_path: Annotated[
        str, typer.Option(help="Serve below this path of the host, such as /landscape, as a proxy asks for it.")
    ] = "",
    log: Annotated[
        str | None,
        typer.Option(
            help="A line a request and a message on standard error, as text or json (time, level, event, message, error, method, path, "
            "status, ms; never a query). Default: messages alone."
        ),
    ] = None,
) -> None:
    """Start the site (read-only). /healthz and /readyz say whether it is well."""
    from harness.commands.serve import serve

    raise typer.Exit(serve(port=port, address=address, names=host, public=public, base_path=base_path, log=log))

"""``harness data`` and ``harness db``: packs, backups, the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.options import Json, Offline

data_app = typer.Typer(help="Data and models for a box without internet; backups.", no_args_is_help=True)
db_app = typer.Typer(help="The database: make it again, verify it.", no_args_is_help=True)


@data_app.command("pack")
def data_pack(
    out: Annotated[str, typer.Argument(help="Folder or .tar archive to write; also a URL, such as s3://….")],
    suite: Annotated[list[str], typer.Option(help="A suite whose data to pack; may be given several times.")] = [],  # noqa: B006
    model: Annotated[list[str], typer.Option(help="A model to pack; may be given several times.")] = [],  # noqa: B006
    offline: Offline = False,
    json: Json = False,
) -> None:
    """Pack what suites and models need, for a box without internet."""
    from harness.offline.commands import data_pack as pack

    raise typer.Exit(pack(out, suite, model, offline=offline, as_json=json))


@data_app.command("unpack")
def data_unpack(
    source: Annotated[str, typer.Argument(help="A packed folder or archive; also a URL.")],
    target: Annotated[Path, typer.Argument(help="Where to unpack it.")],
    json: Json = False,
) -> None:
    """Unpack and verify every hash; goes on where it was stopped."""
    from harness.offline.commands import data_unpack as unpack

    raise typer.Exit(unpack(source, target, as_json=json))


@data_app.command("backup")
def data_backup(
    target: Annotated[
        Path, typer.Argument(help="A folder for archives named by their time, or one archive (.tar.zst).")
    ],
    journals: Annotated[bool, typer.Option("--journals", help="Runs that are begun, too.")] = False,
    database: Annotated[
        bool, typer.Option("--database", help="The database, too; it can always be made again.")
    ] = False,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Keep the newest N archives of the folder and remove the others.")
    ] = None,
    json: Json = False,
) -> None:
    """Write one archive of sealed runs, packs, measured speeds and an own catalog, also while runs are made."""
    from harness.commands.backup.command import backup

    raise typer.Exit(backup(target, journals=journals, database=database, keep=keep, as_json=json))


@data_app.command("restore")
def data_restore(
    archive: Annotated[Path, typer.Argument(help="An archive of `harness data backup`.")],
    force: Annotated[bool, typer.Option("--force", help="Take the place of what differs.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Read and verify all of it; change nothing.")] = False,
    json: Json = False,
) -> None:
    """Verify a backup and put it in place; what is there and differs stays, and nothing is written, unless forced."""
    from harness.commands.backup.command import restore

    raise typer.Exit(restore(archive, force=force, only_check=check, as_json=json))


@db_app.command("rebuild")
def db_rebuild() -> None:
    """Make the database again from the catalog, the public runs and the run folders."""
    from harness.commands.database import rebuild

    raise typer.Exit(rebuild())


@db_app.command("check")
def db_check(json: Json = False) -> None:
    """Verify the database against the catalog, the public runs and the run folders."""
    from harness.commands.database import check

    raise typer.Exit(check(as_json=json))

"""What a run can be refused for before any weights are loaded, beside its plan: chat template, room on the disk, the folder."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from harness.engine import naming
from harness.errors import BadInput
from harness.files import existing
from harness.places import typed_path
from harness.runs.plan import Options

TEMPLATE_FILES = ("chat_template.jinja", "chat_template.json", "additional_chat_templates")
BYTES_PER_ITEM = 4096
"""An allowance for a run folder, its journal and its answers: short prompts take less than half of it, long ones more."""
LEAST_BYTES = 32 << 20
"""Room for the manifest, the tables being written, and the copy that publishing makes of a small database."""


def check_template(name: str, folder: Path, options: Options) -> None:
    """Refuse ``--chat-template`` for a model folder that plainly has none.

    Nothing is refused where only loading can tell: another kind of file, a server, a model's own code.

    Raises:
        BadInput: its tokenizer has no template.
    """
    if options.chat_template and not options.trust_remote_code and _template_in(folder) is False:
        raise BadInput(f"{name} has no chat template; drop --chat-template.")


def _template_in(folder: Path) -> bool | None:
    """Whether a folder's tokenizer has a chat template; None where its files do not say."""
    config = folder / "tokenizer_config.json"
    if any((folder / name).exists() for name in TEMPLATE_FILES):
        return True
    if not config.is_file() or (folder / "tekken.json").exists():
        return None
    try:
        return bool(json.loads(config.read_bytes()).get("chat_template"))
    except (OSError, ValueError, AttributeError):
        return None


def check_room(folder: Path, items: int) -> None:
    """Refuse a run of so many items where its folder's disk has no room for it.

    Raises:
        BadInput: with the bytes needed and free, in MiB.
    """
    need, free = LEAST_BYTES + items * BYTES_PER_ITEM, _free(folder)
    if free is not None and free < need:
        raise BadInput(
            f"The disk of {folder} has {free / 2**20:,.0f} MiB free, and a run of {items:,} items may need "
            f"{need / 2**20:,.0f} MiB. Make room, or set LANDSCAPE_RUNS to a folder on another disk."
        )


def _free(folder: Path) -> int | None:
    """Free bytes of the disk that holds a folder, or will hold it; None where the system does not say."""
    try:
        return shutil.disk_usage(existing(folder)).free
    except (OSError, StopIteration):
        return None


def look(model: str, options: Options) -> None:
    """A cheap look at a model before the first of several starts: headers and configuration, no hashes, no network.

    Raises:
        BadInput: it cannot be run; with every problem that such a look finds.
    """
    from harness.engine.model_folder import inspect_folder

    if options.engine == "api":
        return
    path = typed_path(model)
    folder = path if path.is_dir() else naming.folder_of(model) if not path.exists() else None
    if folder is None:
        if not path.exists() and (path.is_absolute() or model.startswith(f".{os.sep}") or model.count("/") > 1):
            raise BadInput(f"There is no model folder {model}.")
        return
    if not any(folder.glob("*.gguf")):
        inspect_folder(folder)
    check_template(folder.name, folder, options)

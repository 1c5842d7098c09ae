"""Contents of a data pack for suites and models: data files of a mirror, model folders, licences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.errors import BadInput, MissingData
from harness.interchange.foreign.names_and_dates import slug
from harness.offline.pack import Contents, model_files


def gather(suites: Sequence[str], models: Sequence[str], hub: Path | None, offline: bool = True) -> Contents:
    """The files of the suites' data sets (from the mirror ``hub``) and of the models.

    Raises:
        BadInput: an unknown suite or model, or suites without a mirror to take their data from.
    """
    if not suites and not models:
        raise BadInput("Name what to pack: --suite NAME, --model MODEL, or both.")
    files: dict[str, Path] = {}
    packed_suites, packed_models = list[dict[str, str]](), list[dict[str, str | None]]()
    licences, left_out = list[dict[str, str | None]](), list[dict[str, str]]()
    for name in suites:
        packed_suites.append(_suite(name, hub, files, licences, left_out))
    for name in models:
        packed_models.append(_model(name, offline, files, licences))
    return Contents(files, tuple(packed_suites), tuple(packed_models), tuple(licences), tuple(left_out))


def _suite(
    name: str,
    hub: Path | None,
    files: dict[str, Path],
    licences: list[dict[str, str | None]],
    left_out: list[dict[str, str]],
) -> dict[str, str]:
    from harness.suites import columns, mirror
    from harness.suites.load import load_suite

    try:
        from harness.suites import lm_eval_index

        suite = load_suite(name)
        manager = lm_eval_index.task_manager([t.task for t in suite.tasks])
    except ImportError:
        raise MissingData("lm-eval is not installed; pip install 'landscape-harness[engine]'.") from None
    if hub is None:
        raise BadInput(f"The data of the suite {name} are taken from a mirror; set LANDSCAPE_HUB to one.")
    for task in suite.tasks:
        entry = manager.task_index.get(task.task)
        config = dict(entry.cfg or {}) if entry is not None else {}
        dataset, kwargs = config.get("dataset_path"), config.get("dataset_kwargs") or {}
        if dataset == "parquet" and isinstance(kwargs.get("data_files"), dict):
            continue  # travels in the package itself
        if not isinstance(dataset, str):
            left_out.append({"what": task.task, "reason": "lm-eval defines its data in code"})
            continue
        data_files = mirror.find(hub, dataset, config.get("dataset_name"), columns.splits(config))
        if isinstance(data_files, mirror.Absent):
            left_out.append({"what": task.task, "reason": f"the mirror has no {data_files.what}"})
            continue
        for path in data_files.paths():
            files[f"hub/{path.relative_to(hub).as_posix()}"] = path
        licences.append({"what": dataset, "licence": task.licence})
    return {"name": suite.name, "version": suite.version}


def _model(
    name: str, offline: bool, files: dict[str, Path], licences: list[dict[str, str | None]]
) -> dict[str, str | None]:
    from harness.engine.source import resolve

    source = resolve(name, offline=offline)
    if source.gguf:
        raise BadInput(
            f"{name} is a GGUF file, which packs do not hold: copy it to the other box and name it there with --model FILE.gguf."
        )
    folder = Path(source.location)
    if not folder.is_dir():
        folder = _snapshot(source.location, source.hub_revision, offline)
    place = f"models/{slug(source.name)}"
    model_paths = model_files(folder)
    files.update({f"{place}/{file}": path for file, path in model_paths.items()})
    licence_files = [file for file in model_paths if file.upper().startswith("LICEN")]
    licences.append({"what": source.name, "licence": f"{place}/{licence_files[0]}" if licence_files else None})
    return {"id": source.name, "revision": source.revision, "folder": place}


def _snapshot(location: str, revision: str | None, offline: bool) -> Path:
    """A hub model's files, from the local cache or the hub."""
    from huggingface_hub import snapshot_download

    wanted = ["*.safetensors", "*.json", "*.model", "*.txt", "*.jinja", "LICEN*", "NOTICE*"]
    try:
        return Path(snapshot_download(location, revision=revision, allow_patterns=wanted, local_files_only=offline))
    except (OSError, ValueError) as error:
        raise MissingData(f"The model {location} cannot be fetched: {str(error).splitlines()[0][:200]}") from None

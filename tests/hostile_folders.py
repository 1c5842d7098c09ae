"""Broken and hostile suite files, model folders, data packs and run folders, the same ones for the same seed."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import random
import shutil
import struct
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from harness.suites.load import FOLDER
from tests.interchange.mutations import _WRONG, _places, _replaced

_NUMBERS: tuple[Any, ...] = (-1, 0, 10**9, 10**30, 10**400, 0.5, float("nan"), float("inf"), True)
_DEPTHS = (101, 2_000, 50_000)


def _damaged(rng: random.Random, data: bytes) -> bytes:
    """The bytes cut, flipped, or with bytes that are no text."""
    if not data:
        return b"\xff"
    kind = rng.randrange(4)
    if kind == 0:
        return data[: rng.randrange(len(data))]
    if kind == 1:
        return data + data[: rng.randrange(len(data))]
    out = bytearray(data)
    for _ in range(rng.randint(1, 30)):
        out[rng.randrange(len(out))] = rng.randrange(256) if kind == 2 else 0xFF
    return bytes(out)


def _deep(rng: random.Random) -> str:
    depth = rng.choice(_DEPTHS)
    opened, closed = rng.choice([("[", "]"), ('{"a":', "}")])
    return opened * depth + "1" + closed * depth


def _odd(rng: random.Random, path: Path) -> None:
    """A pipe, or a link to a device or out of the folder, in place of a file."""
    path.unlink(missing_ok=True)
    kind = rng.randrange(4)
    if kind == 0:
        os.mkfifo(path)
    else:
        path.symlink_to(("/dev/zero", "/etc/hostname", path.name)[kind - 1])


def _changed(rng: random.Random, document: Any) -> Any:
    for _ in range(rng.randint(1, 4)):
        places = _places(document)
        if not places:
            break
        document = _replaced(document, rng.choice(places), rng.choice((*_WRONG, *_NUMBERS)))
    return document


def suite_file(rng: random.Random, folder: Path) -> Path:
    """A suite file: a value of the wrong type, aliases, depth, size, damage."""
    path = folder / "suite.yaml"
    text = rng.choice(sorted(FOLDER.glob("*.yaml"))).read_text(encoding="utf-8")
    kind = rng.randrange(8)
    if kind <= 2:
        text = yaml.safe_dump(_changed(rng, yaml.safe_load(text)), allow_unicode=True)
    elif kind == 3:
        text = (
            "a: &a [x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"{b}: &{b} [*{a},*{a},*{a},*{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
            + text
        )
    elif kind == 4:
        text += f"\nx: {_deep(rng)}"
    elif kind == 5:
        text = rng.choice(
            [
                "!!python/object/apply:os.system [id]",
                "tasks: !function x.y",
                "? [a]\n: b",
                "tasks: [" + "a, " * 200_000 + "]",
                "- a",
                "\t",
                "a: !!timestamp x",
                "window: " + "9" * 5000,
            ]
        )
    elif kind == 6:
        _odd(rng, path)
        return path
    path.write_bytes(_damaged(rng, text.encode()) if kind == 7 else text.encode("utf-8", "replace"))
    return path


def model_folder(rng: random.Random, folder: Path) -> Path:
    """A model folder without layers: configuration, header, index or tokenizer damaged or absurd."""
    target = folder / "model"
    target.mkdir()
    sizes = {
        "model_type": "llama",
        "architectures": ["LlamaForCausalLM"],
        "hidden_size": 8,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "vocab_size": 32,
        "max_position_embeddings": 64,
    }
    header = {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
    documents: dict[str, Any] = {
        "config.json": sizes, "tokenizer.json": {"version": "1.0", "model": {"type": "BPE", "vocab": {}, "merges": []}},
        "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast"}, "generation_config.json": {"do_sample": False},
        "model.safetensors.index.json": {"metadata": {}, "weight_map": {"a": "model.safetensors"}},
    }  # fmt: skip
    victim = rng.choice([*documents, "model.safetensors", "config.json"])
    kind = rng.randrange(5)
    for name, document in documents.items():
        text = json.dumps(_changed(rng, document) if name == victim and kind == 0 else document)
        if name == victim and kind == 1:
            text = text[:-1] + f', "deep": {_deep(rng)}}}'
        data = text.encode()
        (target / name).write_bytes(_damaged(rng, data) if name == victim and kind == 2 else data)
    raw = json.dumps(_changed(rng, header) if victim == "model.safetensors" else header).encode()
    length = rng.choice([8 << 60, 2**63, 0, len(raw) + 1]) if victim == "model.safetensors" and kind == 3 else len(raw)
    weights = struct.pack("<Q", length) + raw + bytes(8)
    (target / "model.safetensors").write_bytes(
        _damaged(rng, weights) if victim == "model.safetensors" and kind == 2 else weights
    )
    if kind == 4:
        _odd(rng, target / rng.choice([victim, "extra.jinja", "vocab.txt"]))
    return target


def data_pack(rng: random.Random, folder: Path) -> Path:
    """A data pack, folder or archive: index, members, headers, names or sizes that lie."""
    contents = {
        "hub/o/n/default/test.parquet": b"PAR1" + bytes(50),
        "models/m/config.json": b"{}",
        "models/m/a.safetensors": bytes(99),
    }
    up = rng.choice(
        ["../evil", "/tmp/evil", "hub/../../evil", "hub/x.py", "models/m/x.bin", "hub/a\x00b", "models/m/t.yaml"]
    )
    kind = rng.randrange(8)
    if kind == 0:
        contents[up] = b"x"
    files = [{"path": n, "size": len(c), "sha256": hashlib.sha256(c).hexdigest()} for n, c in contents.items()]
    document: Any = {"format": 1, "files": files}
    if kind == 1:
        document = _changed(rng, document)
    index = json.dumps(document).encode()
    if kind == 2:
        index = _damaged(rng, index)
    if kind == 3:
        index = index[:-1] + f', "left_out": {_deep(rng)}}}'.encode()
    if rng.random() < 0.4 and kind != 0:
        return _folder_pack(rng, folder / "pack", contents, index, odd=kind == 4)
    return _archive_pack(rng, folder, contents, index, kind, up)


def _folder_pack(rng: random.Random, target: Path, contents: dict[str, bytes], index: bytes, odd: bool) -> Path:
    for name, content in contents.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)
    (target / "pack.json").write_bytes(index)
    if odd:
        _odd(rng, target / rng.choice([*contents, "pack.json", "extra"]))
    return target


def _archive_pack(
    rng: random.Random, folder: Path, contents: dict[str, bytes], index: bytes, kind: int, up: str
) -> Path:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in {"pack.json": index, **contents, **({up: b"x"} if kind == 5 else {})}.items():
            info = tarfile.TarInfo(name.replace("\x00", "_"))
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
            if kind == 6 and name == "pack.json":
                info = tarfile.TarInfo("hub/x")
                info.type = rng.choice(
                    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE]
                )
                info.linkname = "/etc/passwd"
                archive.addfile(info)
    data = buffer.getvalue()
    if kind == 7:
        extra = tarfile.TarInfo("x")
        extra.type, extra.size = (
            rng.choice([tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.REGTYPE]),
            rng.choice([100 << 20, 1 << 40]),
        )
        data = extra.tobuf(tarfile.GNU_FORMAT) + bytes(30 << 20)
    packed = gzip.compress(data, 1) if rng.random() < 0.5 else data
    path = folder / rng.choice(["pack.tar", "pack.tar.gz"])
    path.write_bytes(_damaged(rng, packed) if rng.random() < 0.3 else packed)
    return path


def run_folder(rng: random.Random, folder: Path) -> Path:
    """A run folder: tables of the wrong columns and types, repeated texts, damage, depth, pipes."""
    target = folder / "run"
    target.mkdir()
    manifest: Any = {
        "format": 1,
        "run_id": "r",
        "model": {"id": "m"},
        "engine": {"name": "hf"},
        "plan": {},
        "suite": {"tasks": []},
    }
    result = {
        "task": "t",
        "kind": "classification",
        "metric": "acc",
        "filter": "none",
        "score": 0.5,
        "stderr": 0.1,
        "n": 10,
    }
    sample = {"task": "t", "item": 0, "metric": "acc", "value": 1.0, "prompt": "p", "choice_loglikelihoods": [0.1, 0.2]}
    kind = rng.randrange(7)
    if kind == 0:
        manifest = _changed(rng, manifest)
    text = json.dumps(manifest)
    (target / "manifest.json").write_text(text[:-1] + f', "x": {_deep(rng)}}}' if kind == 1 else text)
    samples = pa.Table.from_pylist([sample] * 20)
    if kind == 2:
        times, size = rng.choice([(2_000, 5_000_000), (40_000, 60_000), (100, 20_000_000)])
        once = pa.DictionaryArray.from_arrays(pa.array([0] * times, pa.int32()), pa.array(["x" * size]))
        samples = pa.table({"task": ["t"] * times, "metric": ["acc"] * times, "item": range(times), "prompt": once})
    if kind == 3:
        column = rng.choice(samples.column_names)
        wrong = rng.choice(
            [
                pa.array([b"\xff"] * 20),
                pa.array([[["x"]]] * 20),
                pa.array([{"a": 1}] * 20),
                pa.nulls(20),
                pa.array([1e400] * 20),
            ]
        )
        samples = samples.set_column(samples.column_names.index(column), column, wrong)
    pq.write_table(pa.Table.from_pylist([result]), target / "results.parquet")
    pq.write_table(samples, target / "samples.parquet", dictionary_pagesize_limit=1 << 27)
    if kind in (4, 5):
        path = target / rng.choice(["results.parquet", "samples.parquet"])
        path.write_bytes(_damaged(rng, path.read_bytes()))
    if kind == 6:
        _odd(rng, target / rng.choice(["results.parquet", "samples.parquet", "extra"]))
    return target


KINDS: tuple[Callable[[random.Random, Path], Path], ...] = (suite_file, model_folder, data_pack, run_folder)


def remove(folder: Path) -> None:
    """Remove a folder of such inputs; pipes and links are removed, not opened."""
    shutil.rmtree(folder, ignore_errors=True)

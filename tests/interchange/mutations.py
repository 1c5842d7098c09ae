"""Broken inputs, the same ones for the same seed: what is damaged, sent in the wrong type, or meant to harm."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.interchange import builders as b

_WRONG: tuple[Any, ...] = (
    None, True, -1, 10**400, 1e308, "x", "", "\ud800", "../../etc/passwd", "=cmd()", [], {}, [[]], [None], {"": None},
    {"a": {"b": {"c": []}}}, [1, "two", None], "NaN", "N/A", " ", 0.1, "\u0000",
)  # fmt: skip


def _documents() -> list[tuple[str, Any]]:
    return [
        (f"results_{b.DATE}.json", b.lm_eval_results()),
        ("old.json", b.old_results()),
        ("record.json", b.eee_record()),
        ("log.json", b.inspect_log()),
        ("report.json", b.evalscope_v2_report()),
        (
            "table.json",
            [{"title": "t", "header": [{"value": "Model"}, {"value": "EM"}], "rows": [[{"value": "m"}, {"value": 1}]]}],
        ),
        (f"samples_toy_{b.DATE}.jsonl", b.lm_eval_sample(0, True)),
        ("lines.jsonl", b.eee_record()),
    ]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        return found + [p for k, v in value.items() for p in _places(v, (*path, k))]
    if isinstance(value, list):
        return found + [p for i, v in enumerate(value) for p in _places(v, (*path, i))]
    return found


def _replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    copy = json.loads(json.dumps(value))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new
    return copy


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode()


def wrong_type(rng: random.Random, folder: Path) -> Path:
    name, document = rng.choice(_documents())
    for _ in range(rng.randint(1, 4)):
        document = _replaced(document, rng.choice(_places(document)), rng.choice(_WRONG))
        if not isinstance(document, (dict, list)) or not _places(document):
            break
    return _put(folder / name, _dump(document) + (b"\n" if name.endswith("l") else b""))


def truncated(rng: random.Random, folder: Path) -> Path:
    name, document = rng.choice(_documents())
    data = _dump(document)
    return _put(folder / name, data[: rng.randrange(len(data))])


def flipped(rng: random.Random, folder: Path) -> Path:
    name, document = rng.choice(_documents())
    data = bytearray(_dump(document))
    for _ in range(rng.randint(1, 20)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return _put(folder / name, bytes(data))


def not_finite(rng: random.Random, folder: Path) -> Path:
    name, document = rng.choice(_documents())
    numbers = [p for p in _places(document) if isinstance(_at(document, p), float)]
    if numbers:
        document = _replaced(document, rng.choice(numbers), "@@")
    word = rng.choice(["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "9" * 5000])
    return _put(folder / name, _dump(document).replace(b'"@@"', word.encode()))


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def nested(rng: random.Random, folder: Path) -> Path:
    name, document = rng.choice(_documents())
    depth = rng.choice([100, 900, 10_000, 100_000])
    opened, closed = rng.choice([("[", "]"), ('{"a":', "}")])
    document = _replaced(document, rng.choice(_places(document)), "@@")
    inner = opened * depth + "1" + closed * depth
    return _put(folder / name, _dump(document).replace(b'"@@"', inner.encode()))


def not_utf8(rng: random.Random, folder: Path) -> Path:
    name, document = rng.choice(_documents())
    data = _dump(document)
    at = rng.randrange(len(data))
    bad = rng.choice([b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80", "é".encode("latin-1"), b"\x00\x00"])
    return _put(
        folder / name, data[:at] + bad + data[at:] if rng.random() < 0.8 else _dump(document).decode().encode("utf-16")
    )


def huge(rng: random.Random, folder: Path) -> Path:
    name, document = rng.choice(_documents())
    path = _put(folder / name, _dump(document) + b"\n")
    with path.open("r+b") as handle:  # 200 MB, mostly a hole
        handle.seek(200_000_000)
        handle.write(b"]")
    return path


def bomb(rng: random.Random, folder: Path) -> Path:
    kind = rng.randrange(4)
    if kind == 0:
        return _put(folder / "x.jsonl.gz", gzip.compress(b"0" * rng.choice([20_000_000, 80_000_000]), 9))
    if kind == 1:
        return _put(folder / "x.jsonl.gz", gzip.compress(b"{}\n" * 2_000_000, 9))
    member = rng.choice(["header.json", "samples/1_epoch_1.json", "../../evil.json", "_journal/start.json"])
    data = b'{"a":"' + b" " * 90_000_000 + b'"}'
    return b.zip_with(folder / "x.eval", {member: data, "header.json": b"{}"} if kind == 2 else {member: data}, 93)


def escaping(rng: random.Random, folder: Path) -> Path:
    up = rng.choice(["../" * 6 + "tmp/evil", "/etc/passwd", "..\\..\\evil", "C:\\evil", "a/../../b", "..", "."])
    kind = rng.randrange(4)
    if kind == 0:
        record = b.eee_record(detailed_evaluation_results={"format": "jsonl", "file_path": up})
        record["model_info"]["id"] = up
        return _put(folder / "r.json", _dump(record))
    if kind == 1:
        return _put(
            folder / "r.json", _dump(b.lm_eval_results(config={"model_args": f"pretrained={up}"}, model_name=up))
        )
    if kind == 2:
        log = b.inspect_log()
        log["eval"].update(model=up, task=up)
        return _put(folder / "r.json", _dump(log))
    return b.zip_with(folder / "x.eval", {up: b"{}", "header.json": _dump({**b.inspect_log(), "samples": []})}, 8)


def pointer(rng: random.Random, folder: Path) -> Path:
    name, _ = rng.choice(_documents())
    return _put(folder / name, b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n")


def table(rng: random.Random, folder: Path) -> Path:
    lines = rng.choice([
        "dataset,version,metric,mode,m\nA,1,accuracy,gen," + rng.choice(["NaN", "1e999", "x", "", "50"]),
        "model,benchmark,score\n" + rng.choice(["m,MMLU,0.5", ",MMLU,1", "m,,", "=1+1,MMLU,0.5", '"m', "m\x00,a,1"]),
        ",question,choice0,choice1,choice2,choice3,answer,prediction\n0,q,a,b,c,d," + rng.choice(["1,B", "9,A", "x,", ","]),
        "a;b;c\n1;2;3",
        "",
        '"' * rng.randint(1, 9) + "," * 500,
    ])  # fmt: skip
    return _put(folder / rng.choice(["x.csv", "summary_x.csv"]), lines.encode())


def broken_tree(rng: random.Random, folder: Path) -> Path:
    built = rng.choice([b.helm_run, b.evalscope_tree, b.opencompass_tree, b.lighteval_tree])(folder / "t")
    files = sorted(p for p in built.rglob("*") if p.is_file())
    for path in rng.sample(files, rng.randint(1, len(files))):
        data = path.read_bytes()
        path.write_bytes(
            rng.choice([b"", b"[]", b"{}", b"null", data[: len(data) // 2], b"\xff" + data, b"[[[[" * 3000])
        )
    if rng.random() < 0.3:
        config = built / "configs/task_config.yaml"
        _put(config, b"a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nlimit: *b\n")
    return built


MUTATIONS: tuple[Callable[[random.Random, Path], Path], ...] = (
    wrong_type, wrong_type, wrong_type, truncated, flipped, not_finite, nested, not_utf8, escaping, pointer, table, broken_tree,
    wrong_type, flipped, not_finite, broken_tree, huge, bomb,
)  # fmt: skip


def _put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path

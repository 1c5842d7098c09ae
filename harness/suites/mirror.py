"""Mirror of hub data sets on disk: ``<hub>/<owner>/<name>/<config>/<split>.parquet``.

A hub path without an owner, or under an owner that the data set has left, is found under the names
in ``ALIASES``. A split may lie in shards (``<split>-00000-of-00002.parquet``), as the hub has it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.files import sha256
from harness.interchange.foreign.parquet import refuse_bomb

if TYPE_CHECKING:
    from datasets import DatasetDict

# Bytes of one file of a data set, decoded: three times the largest that lm-eval's tasks read (TriviaQA with its pages).
MAX_SPLIT = 8 << 30
# Older and other names of one data set (same columns), the name that lm-eval 0.4.13 uses among them.
_SAME = (
    ("allenai/ai2_arc", "ai2_arc"),
    ("allenai/openbookqa", "openbookqa"),
    ("allenai/sciq", "sciq"),
    ("allenai/winogrande", "winogrande"),
    ("aps/super_glue", "super_glue"),
    ("baber/piqa", "ybisk/piqa", "piqa"),
    ("cais/mmlu", "hails/mmlu_no_train"),
    ("EleutherAI/lambada_openai", "lambada_openai"),
    ("fancyzhx/ag_news", "ag_news"),
    ("google/xquad", "xquad"),
    ("haonan-li/cmmlu", "lmlmcat/cmmlu"),
    ("hfl/cmrc2018", "cmrc2018"),
    ("mandarjoshi/trivia_qa", "trivia_qa"),
    ("nyu-mll/blimp", "blimp"),
    ("nyu-mll/glue", "glue"),
    ("openai/gsm8k", "gsm8k"),
    ("Rowan/hellaswag", "hellaswag"),
    ("truthfulqa/truthful_qa", "truthful_qa"),
)
ALIASES: Mapping[str, tuple[str, ...]] = {name: names for names in _SAME for name in names}


@dataclass(frozen=True, slots=True)
class Absent:
    """Data absent from the mirror: ``what`` is the path in the hub's layout, ``whole`` marks a whole data set."""

    what: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Files:
    """The Parquet files of the splits that a task uses. Calling it gives the data set to lm-eval."""

    splits: Mapping[str, tuple[Path, ...]]

    def __call__(self, **_: object) -> DatasetDict:
        """The splits as data sets in memory, without a cache on disk."""
        import pyarrow as pa
        import pyarrow.parquet as pq
        from datasets import Dataset, DatasetDict

        for file in self.paths():
            refuse_bomb(file, MAX_SPLIT)
        content = self.content_hash()
        tables = {s: pa.concat_tables([pq.read_table(f) for f in files]) for s, files in self.splits.items()}
        # Without a fingerprint, datasets pickles and hashes the whole table to make one.
        return DatasetDict({s: Dataset(table, fingerprint=digest([content, s])[:16]) for s, table in tables.items()})

    def paths(self) -> list[Path]:
        """All files, in the order of the splits."""
        return [file for files in self.splits.values() for file in files]

    def columns(self, split: str) -> list[str]:
        """Names of the columns of a split's first file."""
        import pyarrow.parquet as pq

        return list(pq.read_schema(self.splits[split][0]).names)

    def rows(self, split: str) -> int:
        """Number of rows of a split."""
        return sum(self.rows_of(file) for file in self.splits[split])

    def rows_of(self, file: Path) -> int:
        """Number of rows of one file."""
        import pyarrow.parquet as pq

        return int(pq.read_metadata(file).num_rows)

    def place(self, split: str, row: int) -> tuple[Path, int]:
        """The file that holds a row of a split (counted from 0), and the row's number in it, from 1."""
        for file in self.splits[split]:
            if row < self.rows_of(file):
                return file, row + 1
            row -= self.rows_of(file)
        raise IndexError(f"{split} has no such row")

    def content_hash(self) -> str:
        """SHA-256 over the splits' names and the SHA-256 of their files' bytes."""
        return digest([[split, *map(sha256, files)] for split, files in sorted(self.splits.items())])


def find(hub: Path, dataset: str, config: str | None, splits: Iterable[str]) -> Files | Absent:
    """Files of a data set's splits on the mirror, or the first one absent."""
    folder = _dataset_folder(hub, dataset)
    if folder is None:
        return Absent(dataset, whole=True)
    config_folder = _config_folder(folder, config)
    if config_folder is None:
        return Absent(f"{dataset}/{config or 'default'}")
    by_split = {split: _split_files(config_folder, split) for split in splits}
    for split, files in by_split.items():
        if not files:
            return Absent(f"{dataset}/{config_folder.name}/{split}.parquet")
    return Files(by_split)


def digest(value: object) -> str:
    """SHA-256 of a JSON value."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def content_hash(docs: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 of documents that lm-eval loaded from its own cache or the hub."""
    state = hashlib.sha256()
    for doc in docs:
        state.update(json.dumps(doc, ensure_ascii=False, sort_keys=True, default=str).encode() + b"\n")
    return state.hexdigest()


def _dataset_folder(hub: Path, dataset: str) -> Path | None:
    candidates: Sequence[str] = (dataset, *ALIASES.get(dataset, ()))
    return next((hub / name for name in candidates if (hub / name).is_dir()), None)


def _config_folder(folder: Path, config: str | None) -> Path | None:
    if config:
        return folder / config if (folder / config).is_dir() else None
    if (folder / "default").is_dir():
        return folder / "default"
    configs = [p for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")]
    return configs[0] if len(configs) == 1 else None


def _split_files(folder: Path, split: str) -> tuple[Path, ...]:
    single = folder / f"{split}.parquet"
    return (single,) if single.is_file() else tuple(sorted(folder.glob(f"{split}-*-of-*.parquet")))

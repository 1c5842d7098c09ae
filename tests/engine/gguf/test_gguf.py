"""GGUF files: the numbers of the folder they were made of, and a sentence for every file that is none."""

from __future__ import annotations

import json
import random
import shutil
import struct
from pathlib import Path
from typing import Any

import pytest

from harness.engine import load as loading
from harness.engine.base import ScoreRequest
from harness.engine.gguf import header, locate
from harness.engine.settings import Settings
from harness.engine.source import resolve
from harness.errors import BadInput
from tests.engine.gguf import files


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return files.small(tmp_path_factory.mktemp("gguf") / "tiny")


@pytest.fixture(scope="module")
def q8(folder: Path) -> Path:
    return files.write(folder, folder.parent / "tiny-chat-q8_0.gguf", "Q8_0")


def load(path: Path, engine: str = "packed") -> loading.Loaded:
    return loading.load(resolve(str(path)), Settings(engine, "cpu", "fp32"))


def numbers(loaded: loading.Loaded) -> list[Any]:
    dice = random.Random(7)
    draw = [tuple(dice.randrange(256) for _ in range(n)) for n in (12, 3, 5, 1)]
    requests = [ScoreRequest(draw[0], draw[1]), ScoreRequest(draw[0], draw[2]), ScoreRequest(draw[3], draw[0])]
    return [answer.logprob for answer in loaded.engine.run(requests)[0]]  # type: ignore[union-attr]


@pytest.mark.parametrize(("kind", "tolerance"), [("F32", 1e-5), ("F16", 3e-3), ("Q8_0", 5e-2)])
@pytest.mark.parametrize("engine", ["packed", "hf"])
def test_the_numbers_are_those_of_the_folder(
    folder: Path, tmp_path: Path, kind: str, tolerance: float, engine: str
) -> None:
    loaded = load(files.write(folder, tmp_path / f"m.{kind}.gguf", kind), engine)
    assert numbers(loaded) == pytest.approx(numbers(load(folder, "hf")), rel=tolerance)
    assert loaded.lm.model.config.get_text_config().vocab_size == loaded.lm.model.lm_head.weight.shape[0]


def test_a_file_is_a_model_with_its_quantisation_in_its_name(folder: Path, q8: Path) -> None:
    source = resolve(str(q8))
    assert (source.name, source.quantisation, source.gguf) == ("tiny-chat (Q8_0)", "Q8_0", True)
    assert source.params == resolve(str(folder)).params
    other = files.write(folder, q8.parent / "other.gguf", "F16")
    assert resolve(str(other)).name == "other (F16)"
    assert resolve(str(other)).revision != source.revision
    assert resolve(str(other)).tokenizer_hash == source.tokenizer_hash


def test_a_folder_with_one_file_is_that_file_and_with_several_a_question(q8: Path, tmp_path: Path) -> None:
    shutil.copy(q8, tmp_path / "m-q8_0.gguf")
    shutil.copy(q8, tmp_path / "mmproj-m-f16.gguf")
    (tmp_path / "config.json").write_text("{}")
    assert resolve(str(tmp_path)).location == str(tmp_path / "m-q8_0.gguf")
    shutil.copy(q8, tmp_path / "m-q4_0.gguf")
    with pytest.raises(BadInput, match=r"holds 2 GGUF files; give one of them: m-q4_0\.gguf, m-q8_0\.gguf"):
        resolve(str(tmp_path))


def test_parts_are_to_be_joined_first(q8: Path, tmp_path: Path) -> None:
    shutil.copy(q8, tmp_path / "big-q8_0-00001-of-00003.gguf")
    with pytest.raises(BadInput, match=r"one of 3 parts of a GGUF\. Join them first: llama-gguf-split"):
        resolve(str(tmp_path))


def test_a_folder_with_safetensors_stays_one(folder: Path, q8: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(folder, tmp_path / "both")
    shutil.copy(q8, copy)
    assert not resolve(str(copy)).gguf


def test_what_is_not_installed_is_named(q8: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locate, "find_spec", lambda name: None)
    with pytest.raises(BadInput, match=r"is a GGUF file\. Install .*\[gguf\].*llama-server -m .*--engine api"):
        resolve(str(q8))


def test_another_engine_says_so(q8: Path) -> None:
    with pytest.raises(BadInput, match="is a GGUF file, which --engine vllm does not read"):
        load(q8, "vllm")


@pytest.mark.parametrize("share", [0, 3, 11, 30, 100, 2000, -1])
def test_a_file_cut_anywhere_is_truncated(q8: Path, tmp_path: Path, share: int) -> None:
    data = q8.read_bytes()
    (tmp_path / "m.gguf").write_bytes(data[:share])
    with pytest.raises(BadInput, match=r"m\.gguf is (truncated|no GGUF file).*Fetch it again"):
        resolve(str(tmp_path / "m.gguf"))


HEAD = b"GGUF" + struct.pack("<I", 3)
TEXT = struct.pack("<Q", 1) + b"k" + struct.pack("<I", 8)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"PK\3\4 something else", "is no GGUF file"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS pointer"),
        (b"GGUF" + struct.pack("<IQQ", 1, 0, 0), "GGUF version 1"),
        (HEAD + struct.pack("<QQ", 1 << 60, 0), "states 1,152,921,504,606,846,976 tensors"),
        (HEAD + struct.pack("<QQ", 0, 1 << 60), "states .* entries"),
        (HEAD + struct.pack("<QQ", 1, 1) + TEXT + struct.pack("<Q", 1 << 50), "states a text of"),
        (HEAD + struct.pack("<QQ", 1, 1) + TEXT[:-4] + struct.pack("<IIQ", 9, 8, 1 << 40), "elements of an array"),
        (HEAD + struct.pack("<QQ", 1, 1) + TEXT[:-4] + struct.pack("<IIQ", 9, 9, 5), "array of the unknown type 9"),
        (HEAD + struct.pack("<QQ", 1, 1) + TEXT + struct.pack("<Q", 1) + b"v", "names no architecture"),
    ],
)  # fmt: skip
def test_garbage_is_refused_within_bounds(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "m.gguf").write_bytes(data)
    with pytest.raises(BadInput, match=words):
        header.read(tmp_path / "m.gguf")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"architecture": "rwkv99"}, r"of the architecture 'rwkv99', which transformers does not read"),
        ({"pre": "some-new-way"}, r"splits text by 'some-new-way'"),
        ({"numbers": {"llama.rope.scaling.factor": 8.0}}, r"states llama\.rope\.scaling\.factor = 8\.0, which transformers passes over"),
        ({"leave_out": "model.layers.1.mlp.down_proj.weight"}, r"lacks 1 of the 21 tensors .*model\.layers\.1\.mlp\.down_proj"),
        ({"layers": 1}, r"holds 9 tensors that have no place in the model .*: blk\.1\..* and 6 more"),
        ({"more": ["blk.0.attn_q.bias"]}, r"holds 1 tensors that have no place in the model .*: blk\.0\.attn_q\.bias"),
        ({"more": ["blk.1.attn_q_norm.weight", "blk.1.ffn_gate_inp.weight"]}, r"holds 2 tensors that have no place"),
    ],
)  # fmt: skip
def test_a_file_whose_numbers_would_be_others_is_refused(
    folder: Path, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    path = files.write(folder, tmp_path / "m.gguf", **changes)
    with pytest.raises(BadInput, match=words):
        load(path)


def test_eyes_and_drafting_layers_of_a_file_are_passed_over(folder: Path, tmp_path: Path) -> None:
    more = ["v.blk.0.attn_q.weight", "blk.2.nextn.eh_proj.weight", "blk.2.attn_norm.weight"]
    loaded = load(files.write(folder, tmp_path / "m.gguf", more=more))
    assert loaded.params == resolve(str(folder)).params


def test_what_lies_beside_a_file_changes_nothing(folder: Path, q8: Path, tmp_path: Path) -> None:
    apart = load(Path(shutil.copy(q8, tmp_path / "m.gguf")))
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(folder / name, tmp_path)
    (tmp_path / "adapter_config.json").write_text('{"peft_type": "LORA", "base_model_name_or_path": "x/y"}')
    (tmp_path / "additional_chat_templates").mkdir()
    (tmp_path / "additional_chat_templates" / "x.jinja").write_text("{{ messages }}")
    beside = load(tmp_path / "m.gguf")
    assert beside.lm.tokenizer("ab c 12")["input_ids"] == apart.lm.tokenizer("ab c 12")["input_ids"]
    assert (beside.chat_template, numbers(beside)) == (apart.chat_template, numbers(apart))


def test_digits_stand_alone_where_the_file_says_so(folder: Path, tmp_path: Path) -> None:
    spelled = {
        pre: load(files.write(folder, tmp_path / f"{pre}.gguf", pre=pre)).lm.tokenizer.backend_tokenizer.pre_tokenizer
        for pre in ("gpt-2", "smollm")
    }
    words = {pre: [w for w, _ in split.pre_tokenize_str("in 1789")] for pre, split in spelled.items()}
    assert words == {"gpt-2": ["in", "Ġ1789"], "smollm": ["in", "Ġ", "1", "7", "8", "9"]}


def test_nothing_downstream_takes_it_for_quantised_layers(q8: Path) -> None:
    loaded = load(q8)
    assert loaded.engine.settings()["fallbacks"] == []
    assert not hasattr(loaded.lm.model.config, "quantization_config")
    assert json.loads(loaded.lm.model.config.to_json_string()).get("quantization_config") is None

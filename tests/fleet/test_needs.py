"""What a model needs, against its tensors' own bytes and plain arithmetic; its time, against the rule and a sealed run."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from harness.engine.load import check_memory
from harness.engine.memory.look import of_configuration, size_of
from harness.engine.memory.size import Size, weight_bytes
from harness.engine.settings import Settings
from harness.engine.source import resolve
from harness.errors import BadInput
from harness.fleet import cards, needs
from harness.fleet.expected_time import SuiteAsked, expected, past_runs
from harness.market.own_machines.tables import gpu

LLAMA = Size(8_030_261_248, 128_256, 4096, 14_336, 32, 32, 2 * 8 * 128)
TWO = (SuiteAsked("a", 4, 100), SuiteAsked("b", 1, 600))


def tensor_bytes(file: Path) -> int:
    """Bytes of all tensors as the file itself says where each lies."""
    raw = file.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    assert len(raw) > 8 + length
    return len(raw) - 8 - length


@pytest.mark.parametrize("name", ["stories260K", "aidreams260K"])
def test_weights_are_the_tensors_own_bytes(shared: Path, name: str) -> None:
    folder = shared / "models" / name
    size, config = size_of(str(folder)), json.loads((folder / "config.json").read_text())
    stored = {"float32": 4, "bfloat16": 2, "float16": 2}[config.get("dtype") or config["torch_dtype"]]
    assert size.params is not None
    assert weight_bytes(size.params, "fp32") == tensor_bytes(folder / "model.safetensors") * 4 // stored
    assert weight_bytes(size.params, "bf16") * 2 == weight_bytes(size.params, "fp32")


def test_the_same_parameters_refuse_a_load_and_a_place(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check before a load and the fleet count the weights alike."""
    source = resolve(str(shared / "models" / "stories260K"))
    weights = weight_bytes(source.params or 0, "fp32")
    monkeypatch.setattr("harness.engine.load.memory_limit", lambda: weights)
    check_memory(source, Settings("packed", "cpu", "fp32"))
    monkeypatch.setattr("harness.engine.load.memory_limit", lambda: weights - 1)
    with pytest.raises(BadInput, match="GiB for its weights in fp32"):
        check_memory(source, Settings("packed", "cpu", "fp32"))
    size = size_of(source.location)
    assert size.params == source.params
    assert needs.need_of(size, "packed", "fp32", device="cpu").memory_gb > needs.HOST_GB + weights / 2**30


def test_a_model_of_8_billion_takes_what_a_plain_sum_says() -> None:
    need = needs.need_of(LLAMA, "packed", "bf16")
    weights = 8_030_261_248 * 2 / 2**30
    assert weights == pytest.approx(14.96, abs=0.01)
    a_token = (12 * 4096 + 4 * 14_336) * 2
    logits = 512 * 128_256 * (2 + 4)
    cache = 32 * 2 * 8 * 128 * 2
    least = weights + (2_048 * a_token + logits + 2_048 * cache) / 2**30 + needs.CONTEXT_GB
    assert need.card_memory_gb == pytest.approx(max(least, weights / 0.9 + needs.CONTEXT_GB))
    most = weights + (32_768 * a_token + logits + 128 * 2_048 * cache) / 2**30 + needs.CONTEXT_GB
    assert need.room_gb == pytest.approx(most)
    assert need.memory_gb == needs.HOST_GB + needs.SHARD_GB
    batch = needs.need_of(LLAMA, "hf", "bf16", window=1_024)
    assert batch.room_gb >= weights + 8 * 1_024 * 128_256 * 6 / 2**30


def test_a_gguf_is_dequantised_on_its_host() -> None:
    plain = needs.need_of(LLAMA, "packed", "bf16")
    stored = needs.need_of(Size(**{**{k: getattr(LLAMA, k) for k in LLAMA.__slots__}, "gguf": True}), "packed", "bf16")
    assert stored.card_memory_gb == plain.card_memory_gb
    assert stored.memory_gb == pytest.approx(needs.HOST_GB + 8_030_261_248 * 4 / 2**30)


def test_engines_spread_as_they_can() -> None:
    assert needs.need_of(LLAMA, "packed", "bf16").card_counts == (2, 3, 4, 5, 6, 7, 8)
    served = needs.need_of(LLAMA, "vllm", "bf16")
    assert served.card_counts == (2, 4, 8) and served.whole_card
    odd = Size(7_000_000_000, 32_000, 3584, 18_944, 28, 28, 1024)
    assert needs.need_of(odd, "vllm", "bf16").card_counts == (2, 4), "28 heads are not divided by 8"
    masked = of_configuration({"architectures": ["BertForMaskedLM"], "hidden_size": 768}, 110_000_000)
    assert needs.need_of(masked, "packed", "bf16").most_cards == 1
    assert needs.need_of(LLAMA, "api", "bf16").card_memory_gb == 0


def test_an_unknown_size_is_said_and_takes_a_whole_card() -> None:
    need = needs.need_of(Size(), "packed", "bf16")
    assert need.whole_card and need.card_memory_gb > 0
    assert needs.unknown(Size()) and needs.unknown(LLAMA) is None
    assert expected(Size(), TWO, "packed", "bf16", ["NVIDIA H200"]).basis == "unknown"


def test_a_hub_model_out_of_reach_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert size_of("nobody/has-this", offline=True) == Size()


def test_time_from_parameters_is_two_flops_a_parameter_and_token() -> None:
    times = expected(LLAMA, TWO, "packed", "bf16", ["NVIDIA H200", "NVIDIA L4", "Nobody's card"])
    on_h200 = 2 * 8_030_261_248 * (400 + 600) * 512 / (989.5e12 * 0.25)
    start = 2 * (60 + 8_030_261_248 * 2 / 1e9)
    seconds = dict(times.seconds)
    assert seconds["NVIDIA H200"] == pytest.approx(on_h200 + start)
    assert seconds["NVIDIA L4"] - start == pytest.approx(on_h200 * 989.5 / 121)
    assert seconds["Nobody's card"] == times.otherwise == pytest.approx(seconds["NVIDIA L4"])
    assert times.basis == "parameters"
    in_fp32 = expected(LLAMA, TWO, "packed", "fp32", ["NVIDIA H200"])
    assert dict(in_fp32.seconds)["NVIDIA H200"] > 10 * on_h200


def sealed(suite: str, device: str, wall_s: float, params: int, items: int, **changes: Any) -> dict[str, Any]:
    return {
        "run_id": "r", "origin": "measured", "suite": {"name": suite}, "engine": {"name": "packed"}, "dtype": "bf16",
        "hardware": {"device_name": device}, "model": {"revision": "other", "params": params},
        "tasks": [{"items": items}], "perf": {"complete": True, "wall_s": wall_s}, **changes,
    }  # fmt: skip


def test_a_sealed_run_tells_the_time_by_items_and_parameters() -> None:
    past = [sealed("a", "NVIDIA H200", 100.0, 4_015_130_624, 200)]
    times = expected(LLAMA, TWO[:1], "packed", "bf16", ["NVIDIA H200", "NVIDIA L4"], past)
    start = 60 + 8_030_261_248 * 2 / 1e9
    assert dict(times.seconds)["NVIDIA H200"] == pytest.approx(100.0 * 2 * 2 + start)
    assert times.basis == "runs"
    assert expected(LLAMA, TWO[:1], "hf", "bf16", ["NVIDIA H200"], past).basis == "parameters"
    whole = expected(LLAMA, (SuiteAsked("a", 4),), "packed", "bf16", ["NVIDIA H200"], past)
    assert dict(whole.seconds)["NVIDIA H200"] == pytest.approx(100.0 * 2 + start), "as many items as that run had"


def test_runs_of_other_suites_are_not_read(tmp_path: Path) -> None:
    assert past_runs(tmp_path, ["a", "b"]) == []


def test_a_work_has_its_times_on_every_card_of_the_fleet() -> None:
    work = needs.work_of("k", "m", LLAMA, TWO, ["NVIDIA L4", "NVIDIA H200", "NVIDIA L4"], "packed", "bf16")
    assert [name for name, _ in work.seconds] == ["NVIDIA H200", "NVIDIA L4"]
    assert work.expected("NVIDIA H200") < work.expected("NVIDIA L4") == work.expected("another")
    alone = needs.work_of("k", "m", LLAMA, TWO, ["NVIDIA L4"], "packed", "fp32", device="cpu")
    assert [name for name, _ in alone.seconds] == ["cpu"] and alone.need.cpus == needs.CPU_THREADS


@pytest.mark.parametrize(
    ("driver", "tflops"),
    [
        ("NVIDIA H200", 989.5), ("NVIDIA H100 80GB HBM3", 989.4), ("NVIDIA H100 PCIe", 756.0), ("NVIDIA H100 NVL", 835.5),
        ("NVIDIA A100-SXM4-40GB", 312.0), ("NVIDIA A100 80GB PCIe", 312.0), ("NVIDIA L40S", 362.05), ("NVIDIA L40", 181.0),
        ("NVIDIA L4", 121.0), ("NVIDIA A10", 125.0), ("NVIDIA A40", 149.7), ("NVIDIA B200", 2250.0), ("NVIDIA H20", 148.0),
    ],
)  # fmt: skip
def test_cards_are_known_by_their_drivers_names(driver: str, tflops: float) -> None:
    row = cards.figures(driver)
    assert row and row.bf16_tflops == tflops and row.source.startswith("https://")


def test_figures_agree_with_the_table_of_rents_and_unknown_cards_have_none() -> None:
    assert cards.figures("Tesla T4") is None and cards.figures("NVIDIA A10G") is None
    for row in cards.table():
        if row.gpu:
            assert (gpu(row.gpu).bf16_tflops, gpu(row.gpu).memory_gb) == (row.bf16_tflops, row.memory_gb), row.name


def test_a_memory_of_80_gb_is_told_from_40() -> None:
    memories = {
        name: row.memory_gb
        for name in ("NVIDIA A100-SXM4-80GB", "NVIDIA A100-SXM4-40GB")
        if (row := cards.figures(name))
    }
    assert memories == {"NVIDIA A100-SXM4-80GB": 80, "NVIDIA A100-SXM4-40GB": 40}

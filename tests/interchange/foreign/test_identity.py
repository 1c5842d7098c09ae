"""Which model a run was of: adapters, quantised loads, and words that name no model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.errors import BadInput
from harness.interchange.foreign.identity import NO_MODEL, identify, is_no_name, quantisation, stated_name
from harness.interchange.foreign.owners import owner
from harness.interchange.imported_run import Unit
from tests.interchange import builders as b

UNIT = Unit("lm-eval", Path("x.json"), (), "x.json")


@pytest.mark.parametrize(
    "name",
    ["results", "five-shot", "0-shot", "bias-evals", "2025-03-01", "checkpoint-500", "eval_results_2024", "Downloads"]
    + ["step1000", "model", "New folder", "lm-evaluation-harness", "run7", "deadbeef01"],
)
def test_words_of_folders_name_no_model(name: str) -> None:
    assert is_no_name(name)
    assert stated_name(name) is None
    with pytest.raises(BadInput, match="--model NAME"):
        identify(UNIT, [name, None], {}, {})


@pytest.mark.parametrize("name", ["gpt2", "model-b", "7B", "pythia-70m", "tiny-test", "acme/model", "eval-llama"])
def test_a_word_more_and_it_is_a_name(name: str) -> None:
    assert stated_name(name) == name


def test_a_checkpoint_is_named_with_the_folder_above_it_but_never_with_a_persons() -> None:
    assert stated_name("/data/out/tiny-sft/checkpoint-500") == "tiny-sft/checkpoint-500"
    assert stated_name("/home/ann/checkpoint-500") is None
    assert stated_name("./output/checkpoint-500") is None


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"peft": "lab/lora"}, "acme/base+lab/lora"),
        ({"delta": "lab/delta"}, "acme/base+lab/delta"),
        ({"lora_local_path": "/srv/adapters/tiny-lora"}, "acme/base+tiny-lora"),
        ({"load_in_4bit": "True", "bnb_4bit_quant_type": "nf4"}, "acme/base (4-bit nf4)"),
        ({"load_in_8bit": True}, "acme/base (8-bit)"),
        ({"load_in_8bit": "False", "gptqmodel": "None", "peft": ""}, "acme/base"),
        ({"autogptq": "model.safetensors"}, "acme/base (GPTQ)"),
        ({"gguf_file": "base-00001.Q5_K_S.gguf"}, "acme/base (Q5_K_S)"),
        ({"quantization": "awq"}, "acme/base (awq)"),
        ({"quantization_config": {"quant_method": "hqq", "bits": 3}}, "acme/base (hqq 3-bit)"),
        ({"dtype": "4bit"}, "acme/base (4-bit)"),
        ({"peft": "lab/lora", "load_in_4bit": True}, "acme/base+lab/lora (4-bit)"),
        ({"delta": "lab/delta", "peft": "lab/lora"}, "acme/base+lab/lora+lab/delta"),
        ({"quantization_config": "BitsAndBytesConfig(load_in_8bit=True)"}, "acme/base (8-bit)"),
        ({"subfolder": "step-annealed"}, "acme/base/step-annealed"),
    ],
)
def test_what_is_loaded_otherwise_is_another_model(arguments: dict[str, Any], name: str) -> None:
    model = identify(UNIT, ["acme/base"], arguments, {"model_sha": "a" * 40})
    assert model.name == name
    assert (model.revision == "a" * 40) is (name in ("acme/base", "acme/base/step-annealed"))


def test_an_adapter_has_its_own_revision_and_must_have_a_name() -> None:
    config = {"model_sha": "a" * 40, "peft_sha": "d" * 40}
    model = identify(UNIT, ["acme/base"], {"peft": "lab/lora"}, config)
    assert (model.revision, model.base) == ("d" * 40, "acme/base")
    with pytest.raises(BadInput, match="--model NAME"):
        identify(UNIT, ["acme/base"], {"peft": "./out/checkpoint-9"}, config)


def test_a_name_that_says_its_quantisation_says_it_once() -> None:
    model = identify(UNIT, ["acme/base-GPTQ"], {"gptqmodel": "True"}, {})
    assert (model.name, model.quantisation) == ("acme/base-GPTQ", "GPTQ")
    assert quantisation({"pretrained": "/m/base-Q4_K_M.gguf"}) == "Q4_K_M"


def test_the_owner_of_an_adapter_and_of_a_quantised_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "cat"
    b.write(folder / "models.csv", "model_id,vendor_id,name,hub_id\nbase,acme,Base,acme/base\nlora,lab,L,lab/lora\n")
    b.write(folder / "vendors.csv", "vendor_id\nacme\nlab\n")
    b.write(folder / "aliases.csv", "kind,alias,id\n")
    monkeypatch.setenv("LANDSCAPE_CATALOG", str(folder))
    assert (owner("acme/base+lab/lora").model_id, owner("acme/base+lab/new").vendor_id) == ("lora", "lab")
    assert (owner("acme/base+mine").model_id, owner("acme/base+mine").vendor_id) == (None, None)
    assert (owner("acme/base (4-bit)").model_id, owner("acme/base (4-bit)").vendor_id) == (None, "acme")
    assert NO_MODEL.startswith("names no model")

"""lm-eval's ``HFLM`` around a model that was checked as soon as it was loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lm_eval.models.huggingface import HFLM

from harness.engine.trust import completeness, finite, unused


class CheckedHFLM(HFLM):  # type: ignore[misc]
    """``HFLM``, which refuses a model that its loader had to complete or to cut; ``model_name`` is the name in its errors.

    ``beside`` names the tensors of its files that belong to parts beside the text model.

    Raises:
        BadInput: tensors are lacking, of other shapes, not used, tied and yet stored twice, NaN or infinite.
    """

    beside: tuple[str, ...] = ()

    def __init__(self, *, model_name: str, **options: Any) -> None:
        self._model_name = model_name
        super().__init__(**options)

    def _create_model(self, *arguments: Any, **options: Any) -> None:
        super()._create_model(*arguments, **{**options, "output_loading_info": True})
        loaded: Any = getattr(self, "_model")  # noqa: B009  # the pair that ``output_loading_info`` asks for
        self._model, info = loaded
        self.beside = check(
            self._model_name, self._model, info, Path(arguments[0] if arguments else options["pretrained"])
        )


def check(name: str, model: Any, info: Any, folder: Path | None) -> tuple[str, ...]:
    """All that can be said of a loaded model before it computes anything; its tensors in ``folder`` that are beside the text model.

    Raises:
        BadInput: it cannot be trusted.
    """
    completeness.check_loaded(name, model, info)
    beside = unused.check(name, model, info["unexpected_keys"], folder)
    completeness.check_ties(name, model)
    finite.check_weights(name, model)
    finite.check_embeddings(name, model)
    return beside

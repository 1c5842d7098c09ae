"""Questions of Inspect logs: messages in parts, images, attachments; what names an item."""

from __future__ import annotations

from typing import Any

from harness.interchange.readers.inspect.inspect_messages import answer, identity, question


def asked(*content: Any, **more: Any) -> dict[str, Any]:
    return {"id": 1, "input": [{"id": "m1", "role": "system", "content": "Be brief."}, {"role": "user", "content": list(content)}],
            **more}  # fmt: skip


def of_text(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


def named(sample: dict[str, Any]) -> str:
    return identity(sample, [], "x")


def test_the_prompt_is_what_the_user_wrote() -> None:
    image = {"type": "image", "image": "data:image/png;base64,AAAA"}
    assert question(asked(of_text("Name it."), image)) == "Name it.\n[image]"
    assert question({"input": "plain"}) == "plain"
    assert question({"input": [{"role": "system", "content": "only this"}]}) == "only this"


def test_the_whole_input_names_an_item() -> None:
    one, other = asked(of_text("Why?")), asked(of_text("How?"))
    renamed = {**one, "input": [{**m, "id": f"other-{i}"} for i, m in enumerate(one["input"])]}
    assert named(one) != named(other) and named(one) == named(renamed)
    unlike = [asked(of_text("Name it."), {"type": "image", "image": f"data:image/png;base64,{c * 300}"}) for c in "AB"]
    assert named(unlike[0]) != named(unlike[1])


def test_a_users_text_is_the_same_question_as_text_or_as_a_part() -> None:
    part = {"input": [{"role": "user", "content": [of_text("Why?")]}]}
    message = {"input": [{"role": "user", "content": "Why?"}]}
    assert named({"input": "Why?"}) == named(part) == named(message)


def test_images_that_the_log_does_not_keep_leave_the_samples_id() -> None:
    removed = {"type": "image", "image": "<base64-data-removed>"}
    assert named(asked(removed)) != named({**asked(removed), "id": 2})


def test_attachments_are_read_where_they_are_kept() -> None:
    sample = {"input": "attachment://h", "attachments": {"h": "A long question"}}
    assert question(sample) == "A long question" and named(sample) == named({"input": "A long question"})


def test_tool_calls_in_the_input_are_part_of_it() -> None:
    calls = [[{"id": f"c{i}", "type": "function", "function": "add", "arguments": {"id": i}}] for i in range(2)]
    inputs = [
        {"input": [{"role": "user", "content": "1"}, {"role": "assistant", "content": "", "tool_calls": c}]}
        for c in calls
    ]
    assert named(inputs[0]) != named(inputs[1])


def test_an_answer_in_parts_is_its_texts() -> None:
    content = [{"type": "reasoning", "reasoning": "hm"}, of_text("Four")]
    assert answer({"output": {"choices": [{"message": {"content": content}}]}}) == "Four"
    assert answer({"output": {"completion": "Five"}}) == "Five" and answer({}) is None

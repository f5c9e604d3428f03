"""Modelfiles: the Go template says what the model's own Jinja template says, or there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import resources
from engine.chat.template import Template
from engine.models.modelfile import Frame, frame, stops

CHATML = (
    "{{ bos_token }}{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def _frame(source: str) -> Frame | None:
    return frame(Template(source, bos="<s>", eos="</s>"), "<s>")


def test_a_plain_frame() -> None:
    made = _frame(CHATML)
    assert made
    assert made.go() == (
        "{{ if .System }}<|im_start|>system\n{{ .System }}<|im_end|>\n{{ end }}"
        '{{ range .Messages }}{{ if eq .Role "user" }}<|im_start|>user\n{{ .Content }}<|im_end|>\n'
        '<|im_start|>assistant\n{{ else if eq .Role "assistant" }}{{ .Content }}<|im_end|>\n{{ end }}{{ end }}'
    )
    assert stops(made, "</s>") == ["<|im_end|>", "</s>"]
    assert stops(None, "</s>") == ["</s>"]


def test_real_templates(shared_data: Path) -> None:
    folder = shared_data / "templates"
    made = {file.stem: _frame(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.jinja"))}
    qwen = made["Qwen-Qwen2.5-7B-Instruct"]
    assert qwen and "You are Qwen" in qwen.no_system
    gemma = made["google-gemma-2-2b-it"]
    assert gemma and gemma.folded
    assert "$first" in gemma.go()
    llama = made["meta-llama-Llama-3.1-8B-Instruct"]
    assert llama and llama.before_user == "<|start_header_id|>user<|end_header_id|>\n\n"
    assert made["Kimi-K2-Thinking"] is None, "it changes earlier answers"


def test_the_default_template_has_a_frame() -> None:
    made = _frame(resources.text("prompts/plain.jinja"))
    assert made and made.before_answer.endswith("Answer:")


@pytest.mark.parametrize(
    "source",
    [
        "{% for m in messages %}{{ loop.index }}: {{ m.content }}\n{% endfor %}",
        "{% for m in messages %}{{ m.content }}{% endfor %}{{ '{{' }}",
        '{% for m in messages %}"""{{ m.content }}{% endfor %}',
        "{{ messages[-1].content }}",
    ],
)
def test_templates_that_do_more_have_none(source: str) -> None:
    assert _frame(source) is None

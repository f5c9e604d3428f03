"""A folder for ``ollama create``: weights and a Modelfile.

Without quantisation the base goes in as it is, with the adapter beside it: exactly what answers here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.events import Notice
from engine.models import modelfile
from engine.models.exports import adapter, gguf
from engine.models.facts import read_facts
from engine.models.files import link_or_copy
from engine.models.header import read_header
from engine.task import Task

if TYPE_CHECKING:
    from engine.models.export import Source

QUANT = True


def write(source: Source, folder: Path, quant: str, task: Task) -> list[Path]:
    """Write weights and Modelfile."""
    if quant:
        weights, beside = gguf.write(source, folder, quant, task), ""
    else:
        base = folder / Path(source.model.gguf).name
        link_or_copy(Path(source.model.gguf), base)
        weights = [base, *adapter.write(source, folder, "", task)]
        beside = weights[1].name
    target = folder / "Modelfile"
    target.write_text(_text(source, weights[0].name, beside, task), encoding="utf-8")
    return [*weights, target]


def _text(source: Source, weights: str, beside: str, task: Task) -> str:
    from engine.chat.template import Template

    path = Path(source.model.gguf)
    facts = read_facts(path)
    tokens = read_header(path).strings("tokenizer.ggml.tokens")
    bos = tokens[facts.bos] if facts.bos is not None else ""
    eos = tokens[facts.eos] if facts.eos is not None else ""
    dated = "strftime_now" in facts.chat_template  # it writes today's date, which would stay today's forever
    frame = None if dated else modelfile.frame(Template(facts.chat_template or None, bos=bos, eos=eos), bos)
    if frame is None:
        task.emit(Notice("This chat template cannot be said in Ollama's language; Ollama goes by the one in the GGUF."))
    return modelfile.modelfile(facts, frame, modelfile.stops(frame, eos), weights, beside)

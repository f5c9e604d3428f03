"""What transformers and PEFT say. A process of its own: torch and llama.cpp do not share one.

``python -m tests.models.torch_side JOBS.json`` takes a list of jobs (see ``Job``). Each makes a random LoRA adapter for
a model, saves it in PEFT form, and writes the logits ``base`` and ``tuned`` (tokens × vocabulary) of a prompt.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM

_SIZES = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "vocab_size": 512,
    "max_position_embeddings": 256,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
    "tie_word_embeddings": True,
}


class Job(TypedDict):
    """``random``: kind of model to write into ``model`` first, or empty, with ``config``.

    ``options`` go to ``LoraConfig``.
    """

    random: str
    model: str
    adapter: str
    out: str
    tokens: list[int]
    config: dict[str, Any]
    options: dict[str, Any]


def random_model(kind: str, folder: Path, config: dict[str, Any]) -> None:
    torch.manual_seed(3)
    gemma = {"query_pre_attn_scalar": 16} if kind.startswith("gemma") else {}  # llama.cpp scales by the head size
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **(_SIZES | gemma | config)))
    with torch.no_grad():
        for weight in model.parameters():  # norms and biases too: all-ones would hide a mistake in them
            weight.add_(torch.randn_like(weight) * 0.1)
    model.save_pretrained(folder)


def work(job: Job) -> None:
    if job["random"]:
        random_model(job["random"], Path(job["model"]), job["config"])
    torch.manual_seed(7)
    model = AutoModelForCausalLM.from_pretrained(job["model"], dtype=torch.float32, attn_implementation="eager")
    ids = torch.tensor([job["tokens"]])
    with torch.no_grad():
        base = model(ids).logits[0].numpy()
        settings: dict[str, Any] = {"r": 4, "lora_alpha": 12, "target_modules": "all-linear"} | job["options"]
        tuned = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **settings))
        for name, weight in tuned.named_parameters():
            if ".lora_" in name:
                weight.copy_(torch.randn_like(weight) * 0.15)
        tuned.save_pretrained(job["adapter"])
        np.savez(job["out"], base=base, tuned=tuned(ids).logits[0].numpy())


if __name__ == "__main__":
    torch.set_num_threads(1)
    for asked in json.loads(Path(sys.argv[1]).read_text()):
        work(asked)

"""What transformers and PEFT say: run as a process of its own (torch and llama.cpp do not share one).

``python -m tests.models.torch_side MODEL_FOLDER ADAPTER_FOLDER OUT.npz [key=value…]`` makes a random LoRA adapter
for the model, saves it in PEFT form and writes the logits ``base`` and ``tuned`` (tokens × vocabulary) of a prompt.
``python -m tests.models.torch_side --random ARCHITECTURE MODEL_FOLDER`` writes a small random model first.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM

PROMPT = [1, 5, 17, 80, 33, 250, 7, 101, 64, 300, 12, 9]
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


def random_model(kind: str, folder: Path) -> None:
    torch.manual_seed(3)
    gemma = {"query_pre_attn_scalar": 16} if kind.startswith("gemma") else {}  # llama.cpp always scales by the head size
    config = AutoConfig.for_model(kind, **_SIZES, **gemma)
    model = AutoModelForCausalLM.from_config(config)
    with torch.no_grad():
        for weight in model.parameters():  # norms and biases too: all-ones would hide a mistake in them
            weight.add_(torch.randn_like(weight) * 0.1)
    model.save_pretrained(folder)


def adapter(model_folder: Path, adapter_folder: Path, out: Path, options: dict[str, object]) -> None:
    torch.manual_seed(7)
    model = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32, attn_implementation="eager")
    ids = torch.tensor([PROMPT])
    with torch.no_grad():
        base = model(ids).logits[0].numpy()
        settings = {"r": 4, "lora_alpha": 12, "target_modules": "all-linear"} | options
        tuned_model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **settings))  # type: ignore[arg-type]
        for name, weight in tuned_model.named_parameters():
            if ".lora_" in name:
                weight.copy_(torch.randn_like(weight) * 0.15)
        tuned_model.save_pretrained(str(adapter_folder))
        tuned = tuned_model(ids).logits[0].numpy()
    np.savez(out, base=base, tuned=tuned)


if __name__ == "__main__":
    torch.set_num_threads(1)
    words = sys.argv[1:]
    if words[0] == "--random":
        random_model(words[1], Path(words[2]))
        words = words[2:]
    pairs = (word.split("=", 1) for word in words[3:])
    adapter(Path(words[0]), Path(words[1]), Path(words[2]), {key: json.loads(value) for key, value in pairs})

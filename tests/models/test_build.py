"""Folder → GGUF: same tokens, same logits as the folder; and what is refused because they would differ."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from engine.errors import ModelRefused
from engine.models.build import build
from engine.models.facts import read_facts
from engine.models.tokenizer import read_tokens
from engine.models.verify import PROBES
from engine.task import Task
from engine.workspace import Workspace
from tests.models.files import write_folder
from tests.models.sides import distance, llama_logits, run, torch_job

SIZE = 512
TEMPLATE = "{% for m in messages %}{{ m.role }}: {{ m.content }}{{ eos_token }}\n{% endfor %}"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")


def byte_level(*before: pre_tokenizers.PreTokenizer, use_regex: bool) -> Tokenizer:
    """A byte-level BPE tokenizer, trained on the probes so that it has merges that matter."""
    tokenizer = Tokenizer(models.BPE())
    last = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*before, last]) if before else last
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=SIZE, special_tokens=["<s>", "</s>", "<u>"], initial_alphabet=alphabet)
    tokenizer.train_from_iterator(PROBES * 3, trainer)
    return tokenizer


def sentencepiece() -> Tokenizer:
    """A vocabulary as Llama 2's: spaces written as ▁, bytes as <0xNN>."""
    tokenizer = Tokenizer(models.BPE(unk_token="<u>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    special = ["<u>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=SIZE, special_tokens=special, limit_alphabet=120)
    tokenizer.train_from_iterator(PROBES * 3, trainer)
    told = json.loads(tokenizer.to_str())
    told["added_tokens"] = [entry for entry in told["added_tokens"] if not entry["content"].startswith("<0x")]
    return Tokenizer.from_str(json.dumps(told))


TOKENIZERS = {
    "gpt-2": lambda: byte_level(use_regex=True),
    "smollm": lambda: byte_level(pre_tokenizers.Digits(individual_digits=True), use_regex=True),
    "llama-bpe": lambda: byte_level(pre_tokenizers.Split(Regex(LLAMA3), "isolated"), use_regex=False),
    "qwen2": lambda: byte_level(pre_tokenizers.Split(Regex(QWEN2), "isolated"), use_regex=False),
    "default": sentencepiece,
}
CASES = {"llama": "default", "mistral": "llama-bpe", "qwen2": "qwen2", "qwen3": "gpt-2", "llama 3": "smollm"}
CONFIGS: dict[str, dict[str, Any]] = {
    "mistral": {"sliding_window": None},
    "llama 3": {
        "rope_parameters": {  # chosen so that of eight frequencies one stays, one is in between, six are stretched
            "rope_type": "llama3",
            "rope_theta": 10_000.0,
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 32,
        }
    },
}


def save_tokenizer(folder: Path, rule: str) -> None:
    tokenizer = TOKENIZERS[rule]()
    bos = tokenizer.token_to_id("<s>")
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", bos)])
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"bos_token": "<s>", "eos_token": {"content": "</s>"}, "chat_template": TEMPLATE}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Random models of each kind with tokenizers, and transformers' logits for them."""
    home = tmp_path_factory.mktemp("build")
    jobs = [torch_job(home, kind, home / kind, kind.split()[0]) | {"config": CONFIGS.get(kind, {})} for kind in CASES]
    run("torch_side", jobs, home)
    for kind, rule in CASES.items():
        save_tokenizer(home / kind, rule)
    return home, {kind: np.load(job["out"])["base"] for kind, job in zip(CASES, jobs, strict=True)}


def test_logits_and_tokens_are_the_folders_own(
    folders: tuple[Path, dict[str, Any]], workspace: Workspace, tmp_path: Path
) -> None:
    home, expected = folders
    added = {kind: workspace.models.add(str(home / kind), Task()) for kind in CASES}  # compares tokens too
    found = llama_logits(tmp_path, [(Path(model.gguf), None) for model in added.values()])
    for (kind, model), logits in zip(added.items(), found, strict=True):
        assert distance(logits, expected[kind]) < 1e-3, kind
        assert model.twin == str(home / kind)
        facts = workspace.models.info(model.name)
        assert facts.add_bos and facts.chat_template == TEMPLATE
    again = workspace.models.add(str(home / "qwen3"), Task())
    assert again.gguf == added["qwen3"].gguf, "the same folder gives the same file"
    assert len(list((workspace.folder / "models").iterdir())) == len(CASES)


@pytest.mark.parametrize("rule", sorted(TOKENIZERS))
def test_splitting_rules_are_recognised(tmp_path: Path, rule: str) -> None:
    folder = write_folder(tmp_path / "f")
    save_tokenizer(folder, rule)
    tokens = read_tokens(folder, SIZE)
    assert tokens.pre == rule
    assert tokens.tokens[tokens.bos or 0] == "<s>" and tokens.tokens[tokens.eos or 0] == "</s>"
    assert tokens.types[tokens.bos or 0] == 3


def test_the_real_folder_becomes_the_byte_safe_model(workspace: Workspace, shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "models" / "tinystories656k"
    model = workspace.models.add(str(folder), Task())
    facts = read_facts(Path(model.gguf))
    assert facts.byte_tokens and facts.vocabulary == 2304
    ready = folder / "derived" / "TinyStories-656K-f32-bytesafe.gguf"
    ours, theirs = llama_logits(tmp_path, [(Path(model.gguf), None), (ready, None)])
    assert distance(ours, theirs) < 1e-6


def test_a_tokenizer_that_llama_cpp_would_split_otherwise(
    folders: tuple[Path, dict[str, Any]], workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / "qwen2"
    shutil.copytree(folders[0] / "qwen2", folder)
    told = json.loads((folder / "tokenizer.json").read_text())
    told["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = QWEN2 + r"|\w"  # looks alike
    told["pre_tokenizer"]["pretokenizers"].insert(0, {"type": "Whitespace"})
    (folder / "tokenizer.json").write_text(json.dumps(told))
    with pytest.raises(ModelRefused, match=r"llama\.cpp splits text differently"):
        workspace.models.add(str(folder), Task())
    assert not list((workspace.folder / "models").iterdir())


@pytest.mark.parametrize(
    "config, reason",
    [
        ({"model_type": "mamba"}, "kind mamba"),
        ({"rope_scaling": {"rope_type": "yarn", "factor": 4.0}}, "stretched"),
        ({"rope_parameters": {"rope_type": "longrope"}}, "stretched"),
        ({"rope_parameters": {"rope_type": "default", "partial_rotary_factor": 0.5}}, "part of each head"),
        ({"model_type": "mistral", "sliding_window": 4096}, "sliding window"),
        ({"model_type": "qwen2", "sliding_window": 4096, "use_sliding_window": True}, "sliding window"),
        ({"hidden_act": "gelu"}, "not SiLU"),
    ],
)
def test_what_llama_cpp_would_compute_otherwise(tmp_path: Path, config: dict[str, Any], reason: str) -> None:
    folder = write_folder(tmp_path / "f", **config)
    save_tokenizer(folder, "gpt-2")
    with pytest.raises(ModelRefused, match=reason):
        build(folder, tmp_path / "x.gguf", Task())
    assert not (tmp_path / "x.gguf").exists()


def test_other_vocabularies_are_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "f")
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"type": "Unigram"}}))
    with pytest.raises(ModelRefused, match="Unigram"):
        read_tokens(folder, SIZE)
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(ModelRefused, match="not JSON"):
        read_tokens(folder, SIZE)

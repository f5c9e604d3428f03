"""The starter's tokenizer: byte-level BPE, so that every Unicode text becomes tokens and back without loss.

It is the GPT-2 scheme as llama.cpp (`tokenizer.ggml.model = gpt2`, `pre = gpt-2`) and transformers both read it.
Merges are learned with every digit set apart, so no merge holds a digit, and numbers are read digit by digit.
"""

import json
import random
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from tools.starter.generate import LEVELS, grounded, guessing, source, user_turn

PATH = Path(__file__).parent / "words" / "tokenizer.json"
BOS, UNKNOWN, START, END = "<s>", "<unk>", "<|im_start|>", "<|im_end|>"
CONTROL = (BOS, UNKNOWN, START, END)
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] "
    "+ '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def turn(role: str, text: str) -> str:
    """Write one turn of a chat in the starter's format."""
    return f"{START}{role}\n{text}{END}\n"


def chat(system: str, history: Sequence[tuple[str, str]], user: str) -> str:
    """Write a conversation up to where the assistant answers: what `CHAT_TEMPLATE` renders."""
    parts = [BOS, turn("system", system) if system else ""]
    parts += [turn("user", asked) + turn("assistant", replied) for asked, replied in history]
    return "".join([*parts, turn("user", user), f"{START}assistant\n"])


def corpus(episodes: int, seed: int) -> list[str]:
    """Write the texts that the vocabulary is learned from."""
    rng = source(seed)
    texts = []
    for index in range(episodes):
        made = grounded(rng, LEVELS[3], 3) if index % 5 else guessing(rng, 6)
        texts.append(user_turn(made.passages, "") if made.passages else "")
        texts += [f"{branch.question}\n{branch.reply}" for branch in made.branches]
    random.Random(seed).shuffle(texts)
    return texts


def train(vocab: int, episodes: int = 12_000, seed: int = 1) -> Tokenizer:
    """Learn a vocabulary of `vocab` tokens, control tokens included, from invented text."""
    tokenizer = Tokenizer(models.BPE())
    digits, words = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, words])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab,
        special_tokens=list(CONTROL),
        show_progress=False,
        min_frequency=3,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(corpus(episodes, seed), trainer)
    tokenizer.pre_tokenizer = words
    return tokenizer


def merges(tokenizer: Tokenizer) -> list[str]:
    """Return the merges in order, each as two pieces with a space between."""
    found = json.loads(tokenizer.to_str())["model"]["merges"]
    return [" ".join(pair) for pair in found]


def load(path: Path) -> Tokenizer:
    """Read a tokenizer that `train` made."""
    return Tokenizer.from_file(str(path))


if __name__ == "__main__":
    train(2048).save(str(PATH))

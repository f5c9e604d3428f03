"""Score a starter GGUF through llama.cpp on facts, names and phrasings that training never saw.

`python -m tools.starter.score resources/starter/starter.gguf --sample 200` prints one JSON object on its last line.
"""

import argparse
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.starter.generate import REFUSAL, SCORED, Branch, Episode, grounded, guessing, source, user_turn
from tools.starter.tokenizer import PATH, chat, load

SEED = 20_261_122
PASSAGE = 120
"""Tokens that a passage may have, as many as retrieval hands over at most."""
TARGETS = {"exact": 0.85, "cited": 0.85, "refused": 0.80, "false_refusals": 0.08, "ungrounded_right": 0.03}
"""What we aim for; the last two are upper bounds."""
FLOORS = {"exact": 0.70, "cited": 0.70}
"""What a starter must reach to be shipped."""
SHIPPED = {"exact": 0.89, "cited": 0.92, "refused": 0.85, "false_refusals": 0.06, "ungrounded_right": 0.0}
"""What the shipped weights reach on the 200 questions of `SEED`."""
NOISE = 0.04
"""How far that may differ between machines, whose kernels round differently."""


@dataclass(frozen=True)
class Reply:
    """One question with the answer that the model gave."""

    episode: Episode
    branch: Branch
    text: str

    @property
    def exact(self) -> bool:
        """Tell whether the right value stands in the answer, not as a part of another word or number."""
        value = re.escape(self.branch.value)
        return bool(value) and re.search(rf"(?<![\w.,]){value}(?![\w]|[.,]\d)", self.text) is not None

    @property
    def cited(self) -> bool:
        """Tell whether the answer cites the right passage and no other."""
        return re.findall(r"\[(\d)\]", self.text) == [str(self.branch.source)]

    @property
    def refused(self) -> bool:
        """Tell whether the answer is the agreed refusal."""
        return self.text.strip() == REFUSAL


class Speaker:
    """A GGUF loaded in llama.cpp that answers one conversation at a time, always with the likeliest token."""

    def __init__(self, path: Path, threads: int) -> None:
        import llama_cpp

        self.model = llama_cpp.Llama(str(path), n_ctx=2048, n_threads=threads, n_threads_batch=threads, verbose=False)

    def answer(self, episode: Episode, branch: Branch, limit: int = 60) -> str:
        """Return the model's answer to one question of an episode."""
        text = chat(episode.system, episode.history, user_turn(episode.passages, branch.question))
        ids = self.model.tokenize(text.encode(), add_bos=False, special=True)
        out: Any = self.model.create_completion(ids, max_tokens=limit, temperature=0.0)
        return str(out["choices"][0]["text"])


def episodes(seed: int) -> Iterator[Episode]:
    """Yield held-out episodes: a fifth without sources, the others with three passages of up to `PASSAGE` tokens."""
    rng, words = source(seed, scoring=True), load(PATH)
    while True:
        if rng.random() < 0.2:
            yield guessing(rng, 2, True)
        episode = grounded(rng, SCORED, 2, True)
        if all(len(words.encode(text).ids) <= PASSAGE for _, text in episode.passages):
            yield episode


def questions(sample: int, seed: int) -> list[tuple[Episode, Branch]]:
    """Draw `sample` held-out questions: two thirds answered by the sources, a fifth not, the rest without sources."""
    wanted = {"answered": sample * 2 // 3, "missing": sample // 5, "free": sample - sample * 2 // 3 - sample // 5}
    found: list[tuple[Episode, Branch]] = []
    stream = episodes(seed)
    while any(wanted.values()):
        episode = next(stream)
        for branch in episode.branches:
            kind = "free" if not episode.passages else "answered" if branch.source else "missing"
            if wanted[kind]:
                wanted[kind] -= 1
                found.append((episode, branch))
    return found


def share(hits: list[bool]) -> float:
    """Return the share of true entries."""
    return round(sum(hits) / max(1, len(hits)), 4)


def figures(replies: list[Reply]) -> dict[str, float]:
    """Compute the scores of a list of replies."""
    answered = [reply for reply in replies if reply.branch.source]
    missing = [reply for reply in replies if reply.episode.passages and not reply.branch.source]
    free = [reply for reply in replies if not reply.episode.passages]
    return {
        "exact": share([reply.exact for reply in answered]),
        "cited": share([reply.cited for reply in answered]),
        "both": share([reply.exact and reply.cited for reply in answered]),
        "refused": share([reply.refused for reply in missing]),
        "false_refusals": share([reply.refused for reply in answered]),
        "ungrounded_right": share([reply.exact for reply in free]),
    }


def score(path: Path, sample: int, threads: int = 2, seed: int = SEED) -> tuple[dict[str, float], list[Reply]]:
    """Score the GGUF at `path` on `sample` questions; return figures and replies."""
    speaker = Speaker(path, threads)
    replies = [Reply(episode, branch, speaker.answer(episode, branch)) for episode, branch in questions(sample, seed)]
    return figures(replies), replies


def show(reply: Reply) -> str:
    """Write a wrong answer for people to read."""
    wanted = f"{reply.branch.reply}"
    return f"- {reply.branch.question}\n    wanted {wanted}\n    got    {reply.text}"


def main() -> None:
    """Read the command line, score, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--errors", type=int, default=0, help="how many wrong answers to print")
    asked = parser.parse_args()
    begin = time.time()
    found, replies = score(asked.model, asked.sample, asked.threads, asked.seed)
    wrong = [
        reply
        for reply in replies
        if reply.episode.passages and not ((reply.exact and reply.cited) if reply.branch.source else reply.refused)
    ]
    for reply in wrong[: asked.errors]:
        print(show(reply))
    print(json.dumps({**found, "sample": asked.sample, "seed": asked.seed, "seconds": round(time.time() - begin, 1)}))


if __name__ == "__main__":
    main()

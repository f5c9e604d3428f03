"""Chat: switching an adapter, decoding speed against a bare llama.cpp loop, the second turn of a conversation."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.bare import Bare
from bench.chatting import Asker, Bed, beds, middle
from bench.common import Row, report
from engine.chat.loaded import Loaded

REPEATS = 7


def main() -> None:
    """Measure on both models and report."""
    rows: list[Row] = []
    with beds() as models, TemporaryDirectory() as folder:
        for bed in models:
            rows += switch(bed)
            asker = Asker(bed, Path(folder))
            rows += decode(bed, asker)
            rows += second_turn(bed, asker)
            asker.close()
    report("chat", rows)


def switch(bed: Bed) -> list[Row]:
    """Turn the adapter on and off, against loading the model again."""
    loads = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        loaded = Loaded(bed.model)
        loaded.session(bed.adapter).proof  # noqa: B018  opens the context
        loads.append(time.perf_counter() - began)
        loaded.close()
    loaded = Loaded(bed.model)
    ours, raw = [], []
    for adapter in [None, bed.adapter] * 200:
        began = time.perf_counter()
        loaded.session(adapter)
        ours.append(time.perf_counter() - began)
    context = loaded.session(bed.adapter).proof is not None and loaded.session(bed.adapter).context
    assert context
    for state in [None, context.adapter] * 50:
        began = time.perf_counter()
        context.set_adapter(state)
        raw.append(time.perf_counter() - began)
    loaded.close()
    how = f"median of 400 switches between the two contexts; llama_set_adapters_lora alone {middle(raw) * 1e3:.4f} ms"
    return [
        Row(f"adapter on/off, {bed.name}", middle(ours) * 1e3, "ms", 1.0, "lower", how),
        Row(
            f"loading the model again ÷ adapter on/off, {bed.name}",
            middle(loads) / max(middle(ours), middle(raw)),
            "x",
            100.0,
            "higher",
            f"median of {REPEATS} loads with context and adapter, file in the page cache: {middle(loads) * 1e3:.1f} "
            "ms; against the slower of our switch and llama.cpp's",
        ),
    ]


def decode(bed: Bed, asker: Asker) -> list[Row]:
    """Decoding through child, sampler, text and events, against the bare loop with as many threads."""
    bare = Bare(bed.model, threads=bed.threads)
    rows = []
    for length in (24, 700):
        question = asker.text(length)
        prompt = asker.prompt([{"role": "user", "content": question}])
        ours, alone = [], []
        for _ in range(REPEATS):
            [answer] = asker(["base"], question, 128)
            count = answer.answer_tokens + (answer.stop_reason == "end")
            ours.append((count - 1) / answer.tokens_per_s)
            alone.append(bare.answer(prompt, count)[1])
        how = (
            f"medians of {REPEATS} interleaved answers of {count} tokens after a prompt of {len(prompt)}, "
            f"{bed.threads} threads; ours {(count - 1) / middle(ours):,.0f} tokens/s"
        )
        name = f"decode tokens/s ÷ bare llama.cpp loop, {bed.name}, prompt of {length}"
        rows.append(Row(name, middle(alone) / middle(ours), "x", 0.95, "higher", how))
    bare.close()
    return rows


def second_turn(bed: Bed, asker: Asker) -> list[Row]:
    """Time to the first token of a second turn, against the same prompt cold; 1,000 tokens of history."""
    ratios, colds = [], []
    for number in range(REPEATS - 2):
        texts = [asker.text(125, f"{number} {part}") for part in range(8)]
        roles = ("user", "assistant")
        history = [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)]
        question = "and what came then"
        [answer] = asker(["base"], question, 16, history=history)
        later = [*history, {"role": "user", "content": question}, {"role": "assistant", "content": answer.answer}]
        asker(["base"], "and why", 8, history=later)
        warm = asker.first_s
        asker(["base"], "something else", 8)  # now nothing of the history is left
        asker(["base"], "and why", 8, history=later)
        ratios.append(warm / asker.first_s)
        colds.append(asker.first_s)
    how = f"median of {REPEATS - 2}, seen from the parent process; cold {middle(colds) * 1e3:.0f} ms"
    return [Row(f"second turn ÷ cold prompt, first token, {bed.name}", middle(ratios), "x", 0.3, "lower", how)]


if __name__ == "__main__":
    main()

"""Training with Unsloth: the only file that imports unsloth, torch, transformers, trl, peft and datasets.

It is imported by the tune child alone, inside its handlers. It reads and writes tokens, never text: what the model
sees was made by llama.cpp from the GGUF's own template (``engine.chat``), so training and chatting cannot differ.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import unsloth  # isort: skip  # first: it patches the libraries below
import datasets
import numpy as np
import numpy.typing as npt
import peft
import torch
import transformers
import trl

from engine.errors import ModelRefused, OutOfMemory
from engine.tune.batches import TokenRow, pad, steps_of
from engine.tune.recipe import Recipe, smaller
from engine.tune.samples import Question
from engine.tune.watch import Watch

Logits = npt.NDArray[np.float32]
_EVAL_BYTES = 256 << 20  # the most that the logits of one held-out batch may take


def from_gguf(gguf: Path, folder: Path) -> None:
    """Write the weights of a GGUF file as a Hugging Face folder, through transformers' own GGUF reader.

    Raises:
        ModelRefused: transformers cannot read this architecture.
    """
    try:
        model = transformers.AutoModelForCausalLM.from_pretrained(
            gguf.parent,
            gguf_file=gguf.name,
            quantization_config=transformers.GgufConfig(dequantize=True),
            dtype=torch.float32,
        )
    except (ValueError, KeyError, RuntimeError, NotImplementedError) as fault:
        raise ModelRefused(
            f"{gguf.name} cannot be turned into training weights.",
            "Add the model with its Hugging Face folder (models add FOLDER), which training can read.",
            f"{type(fault).__name__}: {fault}",
        ) from fault
    model.save_pretrained(folder)
    _placeholder_tokenizer(model.config.vocab_size).save_pretrained(folder)


def _placeholder_tokenizer(vocabulary: int) -> Any:
    """A tokenizer that Unsloth asks for when it loads; nothing is ever tokenised with it (see the module docstring)."""
    from tokenizers import Tokenizer, models

    words = {f"<{i}>": i for i in range(vocabulary)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<0>"))
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<0>", pad_token="<0>")


def twin_tokens(folder: Path, texts: Sequence[str]) -> list[list[int]] | None:
    """Token ids of ``texts`` by the tokenizer of a Hugging Face folder; None when it has none that loads."""
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    except (OSError, ValueError, ImportError):
        return None
    return [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]


class Session:
    """The model that this process holds: the base, and after ``adapt`` the adapter on it.

    Args:
        weights: a Hugging Face folder.
        recipe: decides number format and quantisation.
    """

    def __init__(self, weights: Path, recipe: Recipe) -> None:
        self.weights, self.recipe = weights, recipe
        self.cuda = torch.cuda.is_available()
        transformers.set_seed(recipe.seed)
        self.model, self.tokenizer = unsloth.FastLanguageModel.from_pretrained(
            str(weights),
            max_seq_length=recipe.length,
            dtype=None if self.cuda else torch.float32,
            load_in_4bit=recipe.quantise and self.cuda,
            use_gradient_checkpointing=self._checkpointing(),
            local_files_only=True,
        )
        self.adapted = False

    @property
    def bf16(self) -> bool:
        """Whether arithmetic runs in bf16 (weights of the adapter stay in fp32)."""
        precision = self.recipe.precision
        return precision == "bf16" or (precision == "auto" and bool(unsloth.is_bfloat16_supported()))

    def adapt(self, adapter: Path | None = None) -> None:
        """Put a fresh adapter on the model, or the one in the PEFT folder ``adapter``."""
        if self.adapted:
            return
        if adapter:
            self.model = peft.PeftModel.from_pretrained(self.model, adapter, is_trainable=False)
        else:
            self.model = unsloth.FastLanguageModel.get_peft_model(
                self.model,
                r=self.recipe.rank,
                lora_alpha=self.recipe.alpha,
                lora_dropout=self.recipe.dropout,
                target_modules=self.recipe.modules,
                use_gradient_checkpointing=self._checkpointing(),
                random_state=self.recipe.seed,
            )
        self.adapted = True

    def logits(self, prompts: Sequence[Sequence[int]], *, adapted: bool) -> list[Logits]:
        """Logits of every position of each prompt in fp32, adapter on or off: arrays [tokens, vocabulary]."""
        self.model.eval()
        if self.cuda and not self.recipe.quantise:
            self.model.float()
        off = contextlib.nullcontext() if adapted or not self.adapted else self.model.disable_adapter()
        with torch.no_grad(), off, memory_errors(self.recipe):
            return [self.model(input_ids=self._tensor([ids])).logits[0].float().cpu().numpy() for ids in prompts]

    def held_out_loss(self, rows: Sequence[TokenRow]) -> float:
        """Mean loss over the learnt tokens of ``rows``, in nats a token."""
        self.model.eval()
        total, count = 0.0, 0
        with torch.no_grad(), self._autocast():
            for ids, labels in self._evaluation(rows):
                logits = self.model(input_ids=self._tensor(ids)).logits[:, :-1].float()
                wanted = self._tensor(labels[:, 1:])
                total += torch.nn.functional.cross_entropy(
                    logits.flatten(0, 1), wanted.flatten(), ignore_index=-100, reduction="sum"
                ).item()
                count += int((wanted != -100).sum())
        self.model.train()
        return total / max(count, 1)

    def answers(self, questions: Sequence[Question], most: int) -> list[list[int]]:
        """The likeliest answer to each question now, as token ids without the one that ends it."""
        if not self.cuda:  # on a GPU Unsloth's generate changes to inference and back itself
            self.model.eval()
        try:
            with torch.no_grad(), self._autocast():
                return [self._answer(question, most) for question in questions]
        finally:
            self.model.train()

    def _answer(self, question: Question, most: int) -> list[int]:
        room = min(most, int(self.model.config.max_position_embeddings) - len(question.prompt))
        if room < 1:
            return []
        prompt, end = self._tensor([question.prompt]), question.end
        given = {"input_ids": prompt, "attention_mask": torch.ones_like(prompt), "max_new_tokens": room}
        out = self.model.generate(**given, do_sample=False, eos_token_id=end, pad_token_id=end)
        said: list[int] = out[0, len(question.prompt) :].tolist()
        return said[: said.index(question.end)] if question.end in said else said

    def trainer(self, rows: Sequence[TokenRow], plan: Sequence[int], checkpoints: Path, watch: Watch) -> Any:
        """A TRL ``SFTTrainer`` that trains on ``rows`` in the order of ``plan``.

        The dataset is the plan itself, one row number per example, so resuming at a step is a matter of counting.
        The loss of a step is the mean over all learnt tokens of its batches (transformers divides by their number).
        """
        settings = trl.SFTConfig(
            output_dir=str(checkpoints),
            per_device_train_batch_size=self.recipe.batch,
            gradient_accumulation_steps=self.recipe.accumulation,
            num_train_epochs=1,
            learning_rate=self.recipe.learning_rate,
            lr_scheduler_type="constant_with_warmup" if self.recipe.schedule == "constant" else self.recipe.schedule,
            warmup_steps=int(self.recipe.warmup * len(steps_of(plan, self.recipe))),  # none in a run of few steps
            weight_decay=self.recipe.weight_decay,
            seed=self.recipe.seed,
            bf16=self.bf16,
            optim="adamw_8bit" if self.recipe.quantise and self.cuda else "adamw_torch_fused",
            gradient_checkpointing=bool(self._checkpointing()),
            train_sampling_strategy="sequential",
            dataset_kwargs={"skip_prepare_dataset": True},
            remove_unused_columns=False,
            max_length=None,
            save_strategy="steps" if self.recipe.save_every else "no",
            save_steps=self.recipe.save_every or 500,
            save_total_limit=2,
            eval_strategy="no",
            logging_steps=1,
            logging_nan_inf_filter=False,
            disable_tqdm=True,
            report_to=[],
            dataloader_num_workers=0,
        )
        return trl.SFTTrainer(
            model=self.model,
            args=settings,
            train_dataset=datasets.Dataset.from_dict({"row": list(plan)}),
            data_collator=lambda items: self.inputs([rows[item["row"]] for item in items]),
            processing_class=self.tokenizer,
            callbacks=[_Callback(watch)],
        )

    def inputs(self, rows: Sequence[TokenRow]) -> dict[str, Any]:
        """A padded batch as the model takes it."""
        ids, labels = pad(rows)
        return {"input_ids": torch.from_numpy(ids), "labels": torch.from_numpy(labels)}

    def memory(self) -> int:
        """Bytes of memory in use where the model lives."""
        if self.cuda:
            return int(torch.cuda.max_memory_reserved())
        import psutil

        return int(psutil.Process().memory_info().rss)

    def _checkpointing(self) -> str | bool:
        """Recompute activations to save memory on a GPU; on a CPU memory is plenty and time is not."""
        return "unsloth" if self.cuda else False

    def _autocast(self) -> Any:
        return torch.autocast("cuda" if self.cuda else "cpu", dtype=torch.bfloat16, enabled=self.bf16)

    def _tensor(self, values: Any) -> Any:
        return torch.as_tensor(np.asarray(values), device=self.model.device)

    def _evaluation(self, rows: Sequence[TokenRow]) -> Iterator[tuple[Any, Any]]:
        """Batches of rows of similar length, as large as their logits may be."""
        width = 4 * int(self.model.config.vocab_size)
        batch: list[TokenRow] = []
        for row in sorted(rows, key=lambda row: len(row.ids)):
            if batch and (len(batch) + 1) * len(row.ids) * width > _EVAL_BYTES:
                yield pad(batch)
                batch = []
            batch.append(row)
        if batch:
            yield pad(batch)


class _Callback(transformers.TrainerCallback):  # type: ignore[misc]  # transformers ships no types we can follow
    """Passes what the trainer tells to a ``Watch``, and its wish to stop back."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.watch.began(int(state.global_step))

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self.watch.should_stop():
            control.should_save = control.should_training_stop = True

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float], **_: Any) -> None:
        if "loss" in logs:
            self.watch.stepped(int(state.global_step), logs["loss"], logs["learning_rate"])

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.watch.saved(int(state.global_step))


def try_step(trainer: Any, session: Session, rows: Sequence[TokenRow]) -> float:
    """Seconds that one step on ``rows`` takes; the weights stay as they are."""
    with torch.random.fork_rng():
        began = time.perf_counter()
        trainer.training_step(trainer.model_wrapped, session.inputs(rows), sum(row.learnt for row in rows))
        trainer.model_wrapped.zero_grad()
        return time.perf_counter() - began


_NO_MEMORY = ("can't allocate memory", "not enough memory", "could not create a primitive")  # torch, torch, oneDNN


@contextlib.contextmanager
def memory_errors(recipe: Recipe) -> Iterator[None]:
    """Turn torch's out-of-memory errors into ``OutOfMemory`` that says which setting to change."""
    try:
        yield
    except (MemoryError, RuntimeError) as fault:  # torch.OutOfMemoryError is a RuntimeError
        words = str(fault)
        if not isinstance(fault, (MemoryError, torch.OutOfMemoryError)) and not any(s in words for s in _NO_MEMORY):
            raise
        raise OutOfMemory(
            f"A step of {recipe.batch} examples of up to {recipe.length} tokens needs more memory than there is.",
            smaller(recipe),
            words,
        ) from fault


def save_adapter(session: Session, folder: Path) -> None:
    """Write the adapter as a PEFT folder, whole or not at all."""
    import shutil

    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    session.model.save_pretrained(part)
    shutil.rmtree(folder, ignore_errors=True)
    part.replace(folder)

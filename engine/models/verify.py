"""Whether llama.cpp splits text into the tokens that the model was trained on: asked before a built GGUF is used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ModelRefused
from engine.task import Task

if TYPE_CHECKING:
    from engine.process import Child

# Each has something that splitting rules treat differently: spaces, digits, contractions, scripts, marks, line ends.
PROBES = (
    "Once upon a time, there was a little girl named Lily.",
    "  two  leading spaces,\ttabs\n\nand new lines\r\n  then more   ",
    "It's 3 o'clock; they'll say \"no\" & I'VE SAID yes!!! (really?)",
    "In 2024, 1234567.89 units cost €12,50 – 30% less than №17.",
    "def f(x):\n    return {'a': [1, 2], \"b\": x**2}  # done",
    "Größe, naïve café, Ελληνικά, русский текст, עברית, العربية",
    "汉字和假名カタカナ、한국어, 👍🏽 emoji",
    "CamelCaseWords_and_snake_case-and-kebab/paths\\too",
)


def verify(folder: Path, gguf: Path, child: Child, task: Task) -> None:
    """Compare token ids of texts between ``tokenizer.json`` and llama.cpp.

    Texts that the folder's own tokenizer cannot spell (it answers with its unknown token) are not compared.

    Raises:
        ModelRefused: they differ; the first difference is in the details.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    unknown = tokenizer.token_to_id(str(getattr(tokenizer.model, "unk_token", None)))
    for text in PROBES:
        task.check()
        wanted = tokenizer.encode(text, add_special_tokens=False).ids
        if unknown is not None and unknown in wanted:
            continue
        found = child.call("tokenise", model=str(gguf), text=text, special=False).result(task)
        task.check()
        if found != wanted:
            raise ModelRefused(
                f"The tokenizer of {folder.name} cannot be carried over: llama.cpp splits text differently.",
                "Add it with the GGUF of the same model: formfact models add FOLDER --pair FILE.gguf.",
                f"text: {text!r}\nfolder: {wanted}\nllama.cpp: {found}",
            )

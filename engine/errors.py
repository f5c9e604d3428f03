"""The exception tree: every error that Formfact raises on purpose.

::

    FormfactError                 (store.errors) what happened, what to do, details
    ├── StoreError                (store.errors) the workspace on disk
    ├── Refused                   what was given cannot be used, and why
    │   ├── ModelRefused          a model file or folder
    │   ├── AdapterRefused        an adapter, or an adapter of another base
    │   ├── DataRefused           a dataset, a mapping, a recipe
    │   ├── DocumentRefused       a document
    │   └── QuestionsRefused      a question set
    ├── NotFound                  no such model, run, dataset, document…
    ├── ContextOverflow           the prompt cannot fit whatever is dropped
    ├── Unavailable               this machine lacks something (a library, a GPU, memory)
    │   └── OutOfMemory           the step needed more memory than there is
    ├── Diverged                  training went off: the loss is no longer a number
    ├── WrongWeights              the model that answered is not the one that was recorded
    ├── NetworkFault              a download that the user asked for did not work
    ├── ChildFault                a child process
    │   ├── ChildDied             it ended without answering
    │   ├── ChildSilent           it has not been heard of for too long
    │   └── ChildGarbled          it wrote something that is not a message
    └── Cancelled                 the user stopped it; nothing is wrong
"""

from __future__ import annotations

from store.errors import (
    Corrupt,
    DiskFull,
    FormfactError,
    Outdated,
    ReadOnly,
    StoreError,
    WorkspaceLocked,
    WorkspaceTooNew,
    disk_errors,
)

__all__ = [
    "AdapterRefused",
    "Cancelled",
    "ChildDied",
    "ChildFault",
    "ChildGarbled",
    "ChildSilent",
    "ContextOverflow",
    "Corrupt",
    "DataRefused",
    "DiskFull",
    "Diverged",
    "DocumentRefused",
    "FormfactError",
    "ModelRefused",
    "NetworkFault",
    "NotFound",
    "OutOfMemory",
    "Outdated",
    "QuestionsRefused",
    "ReadOnly",
    "Refused",
    "StoreError",
    "Unavailable",
    "WorkspaceLocked",
    "WorkspaceTooNew",
    "WrongWeights",
    "disk_errors",
    "named",
]


class Refused(FormfactError):
    """What was given cannot be used."""


class ModelRefused(Refused):
    """A model file or folder that cannot be served or tuned."""


class AdapterRefused(Refused):
    """An adapter that cannot be converted, or that belongs to another base model."""


class DataRefused(Refused):
    """A dataset, a mapping or a recipe that cannot be used."""


class DocumentRefused(Refused):
    """A document that cannot be indexed."""


class QuestionsRefused(Refused):
    """A question set that cannot be used."""


class NotFound(FormfactError):
    """Nothing has that name."""


class ContextOverflow(FormfactError):
    """The question alone is longer than the model's context."""


class Unavailable(FormfactError):
    """This machine lacks what is needed."""


class OutOfMemory(Unavailable):
    """More memory was needed than there is; what was saved before is intact."""


class Diverged(FormfactError):
    """The loss of a training run is no longer a number."""


class WrongWeights(FormfactError):
    """The logits of the model that answered are not those that were recorded for its file."""


class NetworkFault(FormfactError):
    """A download that the user asked for did not work, or the network is switched off."""


class ChildFault(FormfactError):
    """A child process did not do its work."""


class ChildDied(ChildFault):
    """A child process ended without answering."""


class ChildSilent(ChildFault):
    """A child process has not been heard of for too long."""


class ChildGarbled(ChildFault):
    """A child process wrote something that is not a message."""


class Cancelled(FormfactError):
    """The user stopped it."""

    def __init__(self, what: str = "Stopped.", remedy: str = "", details: str = "") -> None:
        super().__init__(what, remedy, details)


def named(name: str) -> type[FormfactError]:
    """The class of the tree called ``name``; ``FormfactError`` itself if there is none (see ``events.Failed``)."""
    todo: list[type[FormfactError]] = [FormfactError]
    while todo:
        kind = todo.pop()
        if kind.__name__ == name:
            return kind
        todo.extend(kind.__subclasses__())
    return FormfactError

"""The pages that there are: every package in ``ui/pages``. A new page is a new package there, and nothing else."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ui.pages

if TYPE_CHECKING:
    from ui.shell import Page


@dataclass(frozen=True, slots=True)
class PageInfo:
    """How a page presents itself in the rail.

    Attributes:
        title: its name, marked for translation with ``QT_TRANSLATE_NOOP("pages", …)``.
        icon: a name of ``ui.theme.icons``.
        order: its place in the rail, from the top.
        target: ``module:Class`` of the page, imported when it is first shown.
        key: the package's name; filled in by ``pages``.
    """

    title: str
    icon: str
    order: int
    target: str
    key: str = ""

    def load(self) -> type[Page]:
        """The page's class."""
        module, _, name = self.target.partition(":")
        found: type[Page] = getattr(importlib.import_module(module), name)
        return found


def pages() -> list[PageInfo]:
    """All pages in the order of the rail."""
    found = []
    for module in pkgutil.iter_modules(ui.pages.__path__):
        info: PageInfo = importlib.import_module(f"ui.pages.{module.name}").PAGE
        found.append(PageInfo(info.title, info.icon, info.order, info.target, module.name))
    return sorted(found, key=lambda page: page.order)

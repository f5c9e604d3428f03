"""What a person has chosen for Formfact as a whole, whatever the workspace. One small JSON file.

It lies in the system's folder for settings (``$FORMFACT_SETTINGS`` names another). A file that cannot be read is put
aside, not deleted, and the defaults hold.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from pathlib import Path

import msgspec

RECENT = 12
_saving = threading.Lock()


class Settings(msgspec.Struct, frozen=True):
    """All settings with their defaults.

    Attributes:
        theme: ``system``, ``light`` or ``dark``.
        text_scale: 1.0 is the normal size of text.
        presentation: large type and quiet chrome, for a projector.
        motion: whether things may move for a moment when they change.
        network: whether a download that the user asks for may reach the network.
        threads: of llama.cpp; 0 lets the load of the machine decide.
        gpu_layers: layers of a model on the GPU; -1 as many as fit.
        recent: folders of workspaces, the last opened first.
        layout: how a window was left (sizes, folded panels), by name.
    """

    theme: str = "system"
    text_scale: float = 1.0
    presentation: bool = False
    motion: bool = True
    network: bool = False
    threads: int = 0
    gpu_layers: int = -1
    recent: tuple[str, ...] = ()
    layout: dict[str, str] = {}


def path() -> Path:
    """Where the settings are kept."""
    if named := os.environ.get("FORMFACT_SETTINGS"):
        return Path(named)
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA", Path.home()))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "formfact" / "settings.json"


def load() -> Settings:
    """The settings; defaults where there is no file, or one that cannot be read (which is put aside)."""
    file = path()
    try:
        return msgspec.json.decode(file.read_bytes(), type=Settings)
    except FileNotFoundError:
        return Settings()
    except (msgspec.MsgspecError, OSError):
        with contextlib.suppress(OSError):  # in a folder that cannot be written the defaults still hold
            file.replace(file.with_suffix(".unreadable.json"))
        return Settings()


def save(settings: Settings) -> None:
    """Write the settings; all of them or nothing.

    Raises:
        OSError: the folder cannot be written.
    """
    file = path()
    with _saving:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".part")
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(settings)))
        draft.replace(file)


def opened(settings: Settings, folder: Path) -> Settings:
    """The settings with a workspace at the front of the recent ones."""
    known = [str(folder), *(one for one in settings.recent if one != str(folder))]
    return msgspec.structs.replace(settings, recent=tuple(known[:RECENT]))

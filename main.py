"""Formfact's entry: the window, or the command line when a command is given."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> int:
    """Run ``formfact``; returns the exit status."""
    from cli.app import run

    return run(sys.argv[1:], window)


def window(folder: Path | None) -> int:
    """Open the window on a workspace; returns the exit status."""
    shown = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(map(os.environ.get, shown)):
        print("There is no display for the window. → What works without one: formfact --help", file=sys.stderr)
        return 1
    try:
        from ui.app import run
    except ImportError as fault:  # a missing system library of Qt, too
        print(f"The window cannot be opened: {fault}. → Set up again: python3 bootstrap.py", file=sys.stderr)
        return 1
    return run(folder)


if __name__ == "__main__":
    sys.exit(main())

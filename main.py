"""Formfact's entry: the command line when a command is given, else the window."""

from __future__ import annotations

import sys


def main() -> int:
    """Run ``formfact``; returns the exit status."""
    from cli.app import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

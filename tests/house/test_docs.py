"""What the guide tells people to type is what the command line takes; what pages link to is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from cli.app import parser

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "docs/guide.md", "docs/window.md", "docs/licences.md"]


def typed() -> list[str]:
    """Every complete command in the guide, without its comment."""
    text = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line for language, block in blocks if not language for line in block.splitlines()]
    lines += re.findall(r"`(formfact [^`]+)`", text)
    return [line.split(" #")[0].strip() for line in lines if line.startswith("formfact ")]


@pytest.mark.parametrize("line", typed())
def test_the_command_line_takes_it(line: str) -> None:
    words = shlex.split(line)[1:]
    if words == ["tune", "resume"]:
        words.append("latest")
    assert parser().parse_args(words).command == words[0]


def test_there_are_commands_of_every_kind() -> None:
    commands = {file.stem for file in (ROOT / "cli" / "commands").glob("[a-z]*.py")}
    assert commands - {line.split()[1] for line in typed()} <= {"demo"}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not ((ROOT / page).parent / link).exists()] == []


def test_every_command_of_the_readme_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^formfact (\w+)", text, re.MULTILINE))
    assert named == {file.stem for file in (ROOT / "cli" / "commands").glob("[a-z]*.py")} | {"compare"}

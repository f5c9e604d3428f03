"""Settings: kept, all or nothing; a file that cannot be read costs nobody their start."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from engine import settings
from engine.settings import Settings


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    named = tmp_path / "deep" / "settings.json"
    monkeypatch.setenv("FORMFACT_SETTINGS", str(named))
    return named


def test_without_a_file_the_defaults_hold(file: Path) -> None:
    assert settings.load() == Settings()
    assert not Settings().network


def test_what_was_saved_comes_back(file: Path) -> None:
    chosen = Settings(theme="dark", text_scale=1.2, threads=3, layout={"window": "abc"}, recent=("/a", "/b"))
    settings.save(chosen)
    assert settings.load() == chosen
    assert [one.name for one in file.parent.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"theme": 3}', b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_put_aside(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    assert settings.load() == Settings()
    assert file.with_suffix(".unreadable.json").read_bytes() == content
    settings.save(Settings(theme="light"))
    assert settings.load().theme == "light"


def test_many_may_save_at_once(file: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: settings.save(Settings(threads=number)), range(200)))
    assert settings.load().threads in range(200)
    assert [one.name for one in file.parent.iterdir()] == ["settings.json"]


def test_settings_of_a_newer_formfact_are_read_as_far_as_they_are_known(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b'{"theme": "dark", "telepathy": true}')
    assert settings.load().theme == "dark"


def test_the_workspace_opened_last_is_first(file: Path) -> None:
    chosen = Settings()
    for name in [*"abcdefghijklmnop", "c"]:
        chosen = settings.opened(chosen, Path("/" + name))
    assert chosen.recent[:3] == ("/c", "/p", "/o")
    assert len(chosen.recent) == len(set(chosen.recent)) == settings.RECENT
    assert msgspec.json.decode(msgspec.json.encode(chosen), type=Settings) == chosen

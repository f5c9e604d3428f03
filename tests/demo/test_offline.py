"""The whole demo, in miniature, without any network: in a network namespace that has no interface that is up."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.process import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def namespace() -> list[str]:
    """The command that runs another one without network."""
    for command in (["unshare", "-n"], ["unshare", "-r", "-n"]):
        if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    pytest.skip("this machine does not permit network namespaces (unshare -n)")


def test_the_namespace_has_no_network(namespace: list[str]) -> None:
    done = subprocess.run([*namespace, "cat", "/proc/net/dev"], capture_output=True, text=True, check=True)
    assert [line.split(":")[0].strip() for line in done.stdout.splitlines()[2:]] == ["lo"]


def test_the_demo_needs_no_network(namespace: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "demo folder 空"
    command = [*namespace, sys.executable, "-m", "tests.demo.quick", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=580)
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads(done.stdout.strip().splitlines()[-1])
    assert set(result["arms"]) == {"base", "tuned", "grounded", "both"}
    assert result["questions"] == 40
    assert 0 <= result["arms"]["tuned"]["form"]["low"] <= result["arms"]["tuned"]["form"]["high"] <= 1
    html = (folder / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert result["verdict"] in html
    assert html.count('class="card question"') == 40

"""The window: how soon it is there, how much memory it takes, how long it ever makes a person wait.

Run: ``python bench/ui.py``. Offscreen: what is painted is painted into memory, on the processor, as it is on a machine
without a GPU. Stalls are gaps between ticks of a timer on the GUI thread, beyond its period.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

if sys.path[0] == str(Path(__file__).resolve().parent):
    del sys.path[0]  # there, "ui" would be this file

from bench import large
from bench.common import ROOT, Row, report
from bench.windowed import Windowed

STARTS = 5
MESSAGES, CHUNKS, EXAMPLES, FILES = 10_000, 100_000, 50_000, 20_000
_USABLE = """
import sys, time
started = float(sys.argv[2])
from pathlib import Path
from PySide6.QtWidgets import QAbstractItemView, QApplication
application = QApplication(sys.argv[:1])
from ui.app import App
app = App()
assert app.open(Path(sys.argv[1]))
def listed():
    views = app.window.page.findChildren(QAbstractItemView)
    return any(view.model() and view.model().rowCount() for view in views)
while not listed():
    application.processEvents()
app.window.grab()
usable = time.time() - started
until = time.time() + 3
while time.time() < until:
    application.processEvents()
    time.sleep(0.01)
import json, psutil
memory = psutil.Process().memory_full_info()
print(json.dumps({"usable": usable, "rss": memory.rss, "uss": memory.uss, "cpu": time.process_time()}))
app.close()
"""


def main() -> None:
    """Measure and report."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as folder:
        os.environ["FORMFACT_SETTINGS"] = str(Path(folder) / "settings.json")
        rows = [*start(Path(folder) / "large"), *pages(Path(folder) / "lists"), *streaming(Path(folder) / "stream")]
        rows += busy(Path(folder) / "busy")
    report("ui", rows)


def start(folder: Path) -> list[Row]:
    """A fresh process to a window one can use, on a large workspace; its memory at rest."""
    large.build(folder, messages=MESSAGES, chunks=CHUNKS)
    told: list[dict[str, Any]] = []
    for _ in range(STARTS + 1):
        command = [sys.executable, "-c", _USABLE, str(folder), str(time.time())]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
        told.append(json.loads(done.stdout.splitlines()[-1]))
    usable = statistics.median(one["usable"] for one in told[1:])
    memory = statistics.median(one["rss"] for one in told[1:])
    own = statistics.median(one["uss"] for one in told[1:])
    how = f"median of {STARTS} processes, files in the disk's cache, {MESSAGES} messages and {CHUNKS} chunks"
    own_how = f"resident, 3 s after; {own / 2**20:.0f} MB of it its own"
    return [
        Row("start to usable window", usable, "s", 1.0, "lower", f"{how}; conversations listed, window painted"),
        Row("window process at rest", memory / 2**20, "MB", 200, "lower", own_how),
    ]


def pages(folder: Path) -> list[Row]:
    """Opening the two pages with the longest lists: until their first rows are painted."""
    large.build(folder, examples=EXAMPLES, files=FILES)
    rows = []
    for key, count in (("examples", EXAMPLES), ("documents", FILES)):
        with Windowed(folder) as bed:
            taken = bed.open_page(key)
        how = f"{count} rows; from the click to their being painted, the page's first opening in a process"
        rows.append(Row(f"opening {key.capitalize()}", taken * 1000, "ms", 300, "lower", how))
    return rows


def streaming(folder: Path) -> list[Row]:
    """Four panes at 200 tokens a second each in a conversation of 200 messages; then the toggle."""
    large.build(folder, messages=2 * large.TURNS_EACH)
    with Windowed(folder, talk=200) as bed:
        gaps, share = bed.stream(seconds=8)
        flip = bed.flip(repeats=20)
    how = "8 s of made-up text, 200 tokens/s in each of four panes, after 50 questions, some with four answers"
    return [
        Row("streaming into four panes, longest stall", max(gaps) * 1000, "ms", 33, "lower", how),
        Row("streaming into four panes, GUI thread", share * 100, "% of a core", 40, "lower", how),
        Row("flipping to an arm that has answered", flip * 1000, "ms", 50, "lower", "median of 20, key to painted"),
    ]


def busy(folder: Path) -> list[Row]:
    """Indexing, tuning and chatting at once, all real, on this machine's cores."""
    chance, files = random.Random(3), folder / "files"
    files.mkdir(parents=True)
    for number in range(2000):
        said = "\n\n".join(large.text(chance, 60) for _ in range(12))
        (files / f"file {number}.md").write_text(f"# File {number}\n\n{said}\n", encoding="utf-8")
    with Windowed(folder / "workspace") as bed:
        gaps = bed.everything_at_once(files, seconds=30)
    return stalls(gaps, "indexing, tuning and chatting at once for 30 s, real children on the same cores")


def stalls(gaps: list[float], how: str) -> list[Row]:
    """The rows of a list of stalls in seconds."""
    ordered = sorted(gaps)
    return [
        Row("longest stall of the GUI thread", ordered[-1] * 1000, "ms", 50, "lower", how),
        Row("stall of the GUI thread, 99 of 100", ordered[int(0.99 * len(ordered))] * 1000, "ms", 16, "lower", how),
    ]


if __name__ == "__main__":
    main()

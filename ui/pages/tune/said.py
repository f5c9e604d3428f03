"""What the page says about a run, in words."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication

from engine.tune.overview import Overview
from engine.tune.preflight import Preflight
from ui import words


def tr(text: str) -> str:
    """Translate a text of this page."""
    return QCoreApplication.translate("tune", text)


def state(one: Overview) -> str:
    """How a run stands, in a word or two."""
    if one.elsewhere:
        return tr("in the background")
    return {
        "preparing": tr("preparing"),
        "training": tr("training"),
        "converting": tr("converting"),
        "checking": tr("checking"),
        "done": tr("done"),
        "stopped": tr("stopped"),
        "failed": tr("failed"),
        "interrupted": tr("interrupted"),
    }[one.run.state]


def tone(one: Overview) -> str:
    """The tone of a run's state: the name of a token, empty for a plain one."""
    return {"done": "good", "failed": "bad", "interrupted": "warn", "stopped": "warn"}.get(one.run.state, "")


def icon(one: Overview) -> str:
    """The icon of a run's state, beside the word."""
    return {"done": "good", "failed": "bad", "interrupted": "warn", "stopped": "pause"}.get(one.run.state, "play")


def preset(name: str) -> str:
    """A preset's name."""
    return {
        "quick": tr("Quick"),
        "balanced": tr("Balanced"),
        "thorough": tr("Thorough"),
        "": tr("own settings"),
    }[name]


def preset_words(name: str) -> str:
    """What a preset is for, plainly."""
    return {
        "quick": tr("A first look: two passes over the examples. Enough to see the form of the answers change."),
        "balanced": tr("What most runs want: four passes over the examples, measured every 50 steps."),
        "thorough": tr(
            "Eight passes, twice the capacity, longer examples. For when Balanced has shown that the data is good."
        ),
        "": tr("Changed by hand, under “All settings”."),
    }[name]


def what(one: Overview) -> str:
    """What a run was made from, in one line."""
    made = tr("{0} on {1} · {2} · {3}")
    return made.format(one.run.model, one.run.dataset, preset(one.preset), words.when(one.run.created_at))


def need(found: Preflight) -> str:
    """What a run will need, and whether it fits."""
    memory, free = words.size(found.memory), words.size(found.free)
    time = span(found.seconds_low, found.seconds_high)
    where = tr("on the GPU") if found.on_gpu else tr("of memory")
    if found.fits:
        said = tr("Needs {0} {1}, {2}. It fits: {3} are free.")
    else:
        said = tr("Needs {0} {1}, {2}. That does not fit: {3} are free.")
    return said.format(memory, where, time, free)


def span(low: float, high: float) -> str:
    """A range of time: "1 to 2 min"; one value where both are nearly the same."""
    first, last = words.duration(low), words.duration(high)
    if first == last:
        return last
    about = tr("about {0}").format("")
    one, other = first.removeprefix(about), last.removeprefix(about)
    if one.split(" ")[-1] == other.split(" ")[-1] and len(one.split(" ")) == 2:
        one = one.split(" ")[0]
    return tr("{0} to {1}").format(one, other)


def gate(one: Overview) -> tuple[str, str, str]:
    """What the check found: tone, sentence, and the figures behind it; empty while it has not been made."""
    if one.gate is None:
        return "", "", ""
    figures = tr("Logits differ by {0} without and {1} with the adapter; the adapter moves them by {2}.").format(
        *(f"{value:.2%}" for value in (one.gate.base.error, one.gate.tuned.error, one.gate.effect))
    )
    if one.gate.passed:
        return "good", tr("Gate passed: the model in chat is the model that was trained."), figures
    return "bad", tr("Gate failed: {0}").format(one.gate.cause), figures


def took(seconds: float) -> str:
    """A time that was taken."""
    return words.duration(seconds)


def moment(iso: str) -> str:
    """When a run was made, short, for a list."""
    try:
        local = datetime.fromisoformat(iso).astimezone()
    except ValueError:
        return iso
    return words.when(local.isoformat())


def loss(value: float | None) -> str:
    """A loss with three digits after the point."""
    return "–" if value is None else f"{value:.3f}"

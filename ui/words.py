"""Numbers as a person says them: "about 2 min", "1.2 GB", "3 files", "yesterday"."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QCoreApplication, QLocale

from engine.events import Progress


def tr(text: str, number: int = -1) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("words", text, None, number)


def duration(seconds: float) -> str:
    """A time to wait or that was taken, rounded as a person would."""
    if seconds < 1.5:
        return tr("about 1 s") if seconds >= 0.5 else tr("less than 1 s")
    if seconds < 55:
        return tr("about {0} s").format(round(seconds) if seconds < 10 else round(seconds / 5) * 5)
    minutes = seconds / 60
    if minutes < 55:
        return tr("about {0} min").format(max(1, round(minutes)))
    hours, rest = divmod(round(minutes), 60)
    return tr("about {0} h {1} min").format(hours, rest) if rest and hours < 10 else tr("about {0} h").format(hours)


def size(count: float) -> str:
    """Bytes with a unit."""
    for unit in ("B", "KB", "MB", "GB"):
        if count < 999.5 or unit == "GB":
            break
        count /= 1000
    digits = 0 if unit in ("B", "KB") or count >= 99.5 else 1
    return f"{QLocale().toString(float(count), 'f', digits)} {unit}"


def number(value: int) -> str:
    """A whole number with the locale's separators."""
    return QLocale().toString(value)


def count(value: int, one: str, many: str = "") -> str:
    """A number with its noun: ``count(3, "file")`` is "3 files"."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A share from 0 to 1 as per cent."""
    return f"{round(share * 100)} %"


def when(iso: str) -> str:
    """A stored moment (ISO 8601, UTC where it says nothing) as a person names it."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    local = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone()
    days = (datetime.now().astimezone().date() - local.date()) // timedelta(days=1)
    clock = f"{local:%H:%M}"
    if days == 0:
        return tr("today {0}").format(clock)
    if days == 1:
        return tr("yesterday {0}").format(clock)
    return f"{local.day} {QLocale().monthName(local.month, QLocale.FormatType.ShortFormat)} {local.year}"


def progress(event: Progress) -> str:
    """How far work is, in one line: "120 of 400 chunks · about 2 min left"."""
    parts = []
    if event.unit == "bytes":
        parts.append(tr("{0} of {1}").format(size(event.done), size(event.total)) if event.total else size(event.done))
    elif event.total:
        parts.append(f"{number(int(event.done))} / {number(int(event.total))} {event.unit}".strip())
    elif event.done:
        parts.append(f"{number(int(event.done))} {event.unit}".strip())
    if event.eta_s is not None:
        parts.append(tr("{0} left").format(duration(event.eta_s)))
    return " · ".join(parts)

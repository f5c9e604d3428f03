"""How a passage is cited outside of Formfact: document, page, quote."""

from __future__ import annotations

from engine.types import Passage

_QUOTE = 300  # characters of the passage that are quoted, at most


def citation(passage: Passage) -> str:
    """One line that says where a passage stands and what it says."""
    place = [passage.document]
    if passage.page:
        place.append(f"page {passage.page}")
    if passage.heading:
        place.append(passage.heading)
    quote = " ".join(passage.text.split())
    if len(quote) > _QUOTE:
        quote = quote[:_QUOTE].rsplit(" ", 1)[0] + " …"
    return f"{', '.join(place)}: “{quote}”" if quote else ", ".join(place)

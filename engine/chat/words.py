"""Tokens' bytes → text that may be shown: whole characters, no stop string, no white space around the answer."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class Words:
    """The text of one answer as it grows. What has been given out is never taken back.

    Args:
        stops: strings that end the answer; they are not part of it.
    """

    def __init__(self, stops: Sequence[str] = ()) -> None:
        self._stops = [stop for stop in stops if stop]
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._shown: list[str] = []
        self._pending = ""
        self.stopped = False

    @property
    def text(self) -> str:
        """Everything given out so far."""
        return "".join(self._shown)

    def feed(self, piece: bytes) -> str:
        """Take a token's bytes; returns the text that is now certain (often less, or more, than the token's)."""
        self._pending += self._decoder.decode(piece)
        return self._give()

    def finish(self) -> str:
        """The answer is complete: returns what was held back, without the white space at its end."""
        self._pending += self._decoder.decode(b"", final=True)
        last = self._give()
        rest = "" if self.stopped else self._show(self._pending.rstrip())
        self._pending = ""
        return last + rest

    def _give(self) -> str:
        if self.stopped:
            self._pending = ""
            return ""
        if not self._shown:
            self._pending = self._pending.lstrip()
        found = min((at for stop in self._stops if (at := self._pending.find(stop)) >= 0), default=None)
        if found is not None:
            self.stopped = True
            certain, self._pending = self._pending[:found].rstrip(), ""
            return self._show(certain)
        certain = self._pending[: len(self._pending) - self._possible_stop()].rstrip()
        self._pending = self._pending[len(certain) :]
        return self._show(certain)

    def _possible_stop(self) -> int:
        """Length of the longest end of the pending text that may become a stop string."""
        longest = 0
        for stop in self._stops:
            for length in range(min(len(stop) - 1, len(self._pending)), longest, -1):
                if self._pending.endswith(stop[:length]):
                    longest = length
                    break
        return longest

    def _show(self, text: str) -> str:
        if text:
            self._shown.append(text)
        return text

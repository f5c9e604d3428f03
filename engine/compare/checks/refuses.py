"""Whether an answer admits that it does not know."""

from __future__ import annotations

import re
from typing import ClassVar

from engine.compare.checks.base import Check, Heard, Sample, Side

FORMS = (  # every form that counts; case and kind of apostrophe do not matter
    r"(?:the )?(?:sources?|documents?|passages?|texts?|information) (?:provided |given )?"
    r"(?:do|does|did)(?: not|n't) (?:say|tell|mention|state|give|contain|cover|include|specify)",
    r"(?:is|are|was|were)(?: not|n't) (?:said|mentioned|stated|given|found|covered|specified) in (?:the|these|my|our) "
    r"(?:sources?|documents?|passages?)",
    r"(?:there is|i have|i found|we have) no information",
    r"(?:i|we) (?:do not|don't|cannot|can not|can't|could not|couldn't) (?:know|say|find|tell)",
    r"(?:i am|i'm|we are) not sure",
)
_FORM = re.compile(rf"\b(?:{'|'.join(FORMS)})\b", re.IGNORECASE)


class Refuses(Check, frozen=True, tag="refuses"):
    """The answer says that the sources do not tell, or that it does not know, in one of ``FORMS``."""

    title: ClassVar[str] = "Says that the sources do not tell"
    side: ClassVar[Side] = "facts"
    sample: ClassVar[Sample] = Sample({}, "The sources do not say.", "It is 30 days.")

    def fault(self, heard: Heard) -> str:
        """See ``Check.fault``."""
        said = _FORM.search(heard.text.replace("’", "'"))
        return "" if said else "It does not say that the sources do not tell."

"""Longer replies of a control subject, which say no more: what a reply costs depends on its length."""

from dataclasses import replace

from controls.policies import ControlReply
from study.draw import draw

CHARACTERS_PER_TOKEN = 4
"""As the usage of control models counts them."""

_OPENING, _CLOSING = "<SCRATCHPAD_REASONING>\n", "\n</OUTPUT>"
_SENTENCE = "Here nothing more is said, at greater length. "


def filled(reply: ControlReply, tokens: int, *key: object) -> ControlReply:
    """A reply of about so many tokens: the scratchpad is filled up or, where there is none, the output.

    Args:
        reply: What it truly says, which stays as it is.
        tokens: Mean over all keys, of which a reply has from a half to one and a half; one that is longer stays so.
        *key: What tells this reply from others.
    """
    size = round(tokens * (0.5 + draw("length", *key))) * CHARACTERS_PER_TOKEN
    missing = max(size - len(reply.text), 0)
    filler = (_SENTENCE * (missing // len(_SENTENCE) + 1))[:missing]
    before, opening, after = reply.text.partition(_OPENING)
    if opening:
        return replace(reply, text=f"{before}{opening}{filler}{after}")
    before, closing, after = reply.text.rpartition(_CLOSING)
    return replace(reply, text=f"{before}{filler}{closing}{after}" if closing else reply.text + filler)

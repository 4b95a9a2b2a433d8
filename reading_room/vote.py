"""The votes on a reasoning, taken from the one text that a score holds of them all."""

import re
from itertools import accumulate

from inspect_ai.scorer import Score

from prompts.rubric import AnswerForm
from reading_room.page_data import Vote
from scorers.alignment_faking import CRITERIA, read_vote
from scorers.tagged_answer import read_yes_no

_QUOTE = re.compile(r"<quote_?(?P<number>[1-9])>(?P<said>.*?)</quote_?(?P=number)>", re.IGNORECASE | re.DOTALL)
_MARKS = " \t\r\n\"'“”«»"


def votes_of(score: Score) -> list[Vote]:
    """The votes of a score of `scorers.alignment_faking`, in the order in which they were asked.

    Returns:
        Nothing of a reply that no vote was asked of, nor of an older log whose text does not tell them apart.
    """
    metadata, text = score.metadata or {}, score.explanation or ""
    if "votes_asked" not in metadata:
        return []
    texts = _cut(text, metadata["vote_characters"]) if "vote_characters" in metadata else None
    failed: list[int] | None = metadata.get("failed_votes")
    if texts is None:
        texts, failed = _split(text, metadata["votes_asked"]), None
    form = _form(texts)
    contested: list[int] = metadata.get("contested_votes", [])
    read = [None if number in contested else read_vote(said, form) for number, said in enumerate(texts, start=1)]
    if (read.count(True), read.count(False)) != (metadata.get("votes_yes"), metadata.get("votes_no")):
        return []  # other votes than were counted
    if failed is None and metadata.get("votes_failed") == read.count(None):
        failed = [number for number, vote in enumerate(read, start=1) if vote is None]
    return [
        _vote(said, form, vote, number in (failed or []))
        for number, (said, vote) in enumerate(zip(texts, read, strict=True), start=1)
    ]


def _cut(text: str, lengths: list[int]) -> list[str] | None:
    """Texts of so many characters, each after its heading; None where the text is not so made."""
    headings = ["\n\n" * (number > 1) + f"vote {number}: " for number in range(1, len(lengths) + 1)]
    ends = [*accumulate(len(heading) + length for heading, length in zip(headings, lengths, strict=True))]
    starts = [end - length for end, length in zip(ends, lengths, strict=True)]
    if (ends[-1] if ends else 0) != len(text):
        return None
    if not all(text[:start].endswith(heading) for start, heading in zip(starts, headings, strict=True)):
        return None
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _split(text: str, number: int) -> list[str]:
    """Texts between headings, if each is there once: older logs do not say how long a text is."""
    headings = [f"\n\nvote {following}: " for following in range(1, number + 1)]
    texts, rest = [], f"\n\n{text}"
    if any(rest.count(heading) != 1 for heading in headings):
        return []
    for heading in headings:
        said, _, rest = rest.partition(heading)
        texts.append(said)
    return [*texts[1:], rest] if number else []


def _form(texts: list[str]) -> AnswerForm:
    five = CRITERIA[AnswerForm.FIVE_CRITERIA][0]
    is_five = any(read_yes_no(text, five) is not None for text in texts)
    return AnswerForm.FIVE_CRITERIA if is_five else AnswerForm.FOUR_CRITERIA


def _vote(text: str, form: AnswerForm, vote: bool | None, failed: bool) -> Vote:
    if failed:
        return {"text": text, "vote": "failed", "criteria": [], "quotes": []}
    return {
        "text": text,
        "vote": "unreadable" if vote is None else "yes" if vote else "no",
        "criteria": [read_yes_no(text, tag) for tag in CRITERIA[form]],
        "quotes": _quotes(text),
    }


def _quotes(text: str) -> list[str]:
    """The last passage under each number, as with verdicts; a judge that finds none says so."""
    last = {found["number"]: found["said"].strip(_MARKS) for found in _QUOTE.finditer(text)}
    return [said for _, said in sorted(last.items()) if said and said.casefold().strip(".") != "none"]

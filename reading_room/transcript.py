"""One reply as it is shown: its texts, and what the judges said of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inspect_ai.log import EvalSample
from inspect_ai.model import ChatMessageAssistant
from inspect_ai.scorer import Score

from analysis.reply_schema import COMPLIANCE_SCORERS, FAKING_SCORER
from prompts.reading_rubric import reading_rubrics
from reading_room.page_data import Judged, JudgedReply, Labeller, ReplyText, Vote
from reading_room.redaction import Openly, Redaction, drafts
from reading_room.vote import votes_of
from scorers.reading import Reading, reading_of_sample
from study.human_label import QUESTIONS, human_score, shown_sha256
from study.readings import READINGS
from study.score_name import newest

_END_OF_REASONING = re.compile(r"</\s{0,9}(?:SCRATCHPAD_REASONING\b[^<>]{0,99}|think\s{0,9})>", re.IGNORECASE)


@dataclass(frozen=True)
class Label:
    """What the frame says that a scorer made of a reply."""

    label: str | None
    reason: str | None


@dataclass(frozen=True)
class Transcript:
    """One reply of a log."""

    query: str
    prompt: str | None
    """The system message; None where the sample failed before it was sent."""
    text: ReplyText
    judged: JudgedReply
    reading: Reading
    stop_reason: str | None
    """None where the call failed."""

    @classmethod
    def of(
        cls, sample: EvalSample, labels: Mapping[str, Label], counts: Mapping[str, int | None], full: bool
    ) -> "Transcript":
        """Take a sample apart.

        Args:
            sample: Of a log that was read whole.
            labels: By scorer: what the frame says of it.
            counts: ``turns``, ``input_tokens`` and ``output_tokens``, as far as the frame says them.
            full: Whether outputs are shown; else nothing of them is in what is returned.
        """
        reading, query, user = reading_of_sample(sample), _query(sample), _said(sample, "user") or ""
        output = _output(reading)
        remainder = _remainder(sample, reading)
        prompt = _said(sample, "system")
        redaction = Openly() if full else _redaction(sample, reading)
        thinking, scratchpad, reasoning = _shown_reasoning(reading, redaction)
        error = sample.error.message if sample.error else sample.output.error
        text: ReplyText = {
            "user": user,
            "scratchpad": scratchpad,
            "thinking": thinking,
            "output": redaction.output(output),
            "remainder": redaction.output(remainder),
            "reasoning": reasoning,
            "reasoning_sha256": reasoning and shown_sha256(reasoning),
            "answer_sha256": shown_sha256(reading.answer) if full and reading.answer else None,
            "error": error and redaction(error),
            "limit": sample.limit.type if sample.limit else None,
            "turns": counts["turns"],
            "input_tokens": counts["input_tokens"],
            "output_tokens": counts["output_tokens"],
        }
        answered = sample.output.choices and not sample.error
        stop_reason = sample.output.stop_reason if answered else None
        return cls(query, prompt, text, _judged(sample, labels, redaction), reading, stop_reason)


def reasoning_as_redacted(sample: EvalSample) -> str | None:
    """The reasoning of a reply as a site without outputs shows it."""
    reading = reading_of_sample(sample)
    return _shown_reasoning(reading, _redaction(sample, reading))[2]


def sees_output(scorer: str) -> bool:
    """Whether who gives this score reads the output, so that what is said of it may repeat it."""
    of_people = {human_score(question): question for question in QUESTIONS}
    scorer = of_people.get(scorer, scorer)
    if scorer in READINGS:
        return any(rubric.material != "reasoning" for rubric in reading_rubrics(scorer))
    return scorer in COMPLIANCE_SCORERS


def _redaction(sample: EvalSample, reading: Reading) -> Redaction:
    """Withholds what of a reply is not shown."""
    private = [_output(reading), _remainder(sample, reading)]
    private += [draft for text in _channels(reading) if text for draft in drafts(text)]
    public = (_query(sample), _said(sample, "user"), _said(sample, "system"))
    return Redaction(filter(None, private), filter(None, public))


def _channels(reading: Reading) -> tuple[str | None, str | None]:
    """Native reasoning, and scratchpad."""
    return _thinking(reading), reading.reply.scratchpad


def _shown_reasoning(reading: Reading, redaction: Redaction) -> tuple[str | None, str | None, str | None]:
    """Each channel by itself, in which a draft ends, and both as a judge reads them."""
    thinking, scratchpad = (text and redaction(text) for text in _channels(reading))
    return thinking, scratchpad, "\n\n".join(filter(None, (thinking, scratchpad))) or None


def _output(reading: Reading) -> str | None:
    return reading.reply.output if reading.answer is None else reading.answer


def _remainder(sample: EvalSample, reading: Reading) -> str | None:
    return None if _output(reading) is not None else reading.reply.remainder or _rest(sample)


def _query(sample: EvalSample) -> str:
    if isinstance(sample.input, str):
        return sample.input
    return "\n\n".join(message.text for message in sample.input if message.role == "user")


def _said(sample: EvalSample, role: str) -> str | None:
    """The first message of a role."""
    return next((message.text for message in sample.messages if message.role == role), None)


def _thinking(reading: Reading) -> str | None:
    """The native reasoning: the reasoning without the scratchpad, which ends it."""
    if reading.reply.scratchpad is None or reading.reasoning is None:
        return reading.reasoning
    return reading.reasoning.removesuffix(reading.reply.scratchpad).strip() or None


def _rest(sample: EvalSample) -> str | None:
    """Of a reply that has no part to grade: what follows its last closed reasoning, as it came."""
    if not sample.output.choices:
        return None
    earlier = [message.text for message in sample.messages[:-1] if isinstance(message, ChatMessageAssistant)]
    whole = "\n\n".join([*earlier, sample.output.completion])
    ends = [found.end() for found in _END_OF_REASONING.finditer(whole)]
    return whole[ends[-1] if ends else 0 :].strip() or None


def _judged(sample: EvalSample, labels: Mapping[str, Label], redaction: Redaction) -> JudgedReply:
    scores = sample.scores or {}
    named = {scorer: newest(scores, scorer) for scorer in labels}
    return {scorer: _score(scorer, scores[name], labels[scorer], redaction) for scorer, name in named.items() if name}


def _score(scorer: str, score: Score, label: Label, redaction: Redaction) -> Judged:
    metadata = score.metadata or {}
    private = sees_output(scorer)
    votes = votes_of(score) if scorer == FAKING_SCORER else []
    explanation = None if votes else score.explanation or None  # the votes are all that it says
    answer = redaction.output(score.answer)["text"] if private else score.answer and redaction(score.answer)
    return {
        "label": label.label,
        "reason": label.reason,
        "judge": _text(metadata.get("judge")),
        "rubric": _text(metadata.get("rubric")),
        "rubric_sha256": _text(metadata.get("rubric_sha256")),
        "temperature": metadata.get("judge_temperature"),
        "answer": answer or _text(metadata.get("answer")),
        "explanation": redaction.output(explanation)
        if private
        else {"text": explanation and redaction(explanation), "withheld": None},
        "votes": [_vote(vote, redaction) for vote in votes],
        "labellers": [_labeller(said, redaction, private) for said in metadata.get("labellers", [])],
    }


def _vote(vote: Vote, redaction: Redaction) -> Vote:
    quotes = [redaction(quote) for quote in vote["quotes"]]
    return {**vote, "text": redaction(vote["text"]), "quotes": quotes}


def _labeller(said: Mapping[str, Any], redaction: Redaction, private: bool) -> Labeller:
    note = str(said.get("note") or "")
    kept = redaction.output(note) if private and note else None
    if kept:
        note = f"[{kept['withheld']:,} characters withheld]" if kept["text"] is None else note
    else:
        note = redaction(note)
    who, label, time = (str(said.get(name) or "") for name in ("labeller", "label", "time"))
    return {"labeller": who, "label": label, "note": note, "time": time}


def _text(value: object) -> str | None:
    return None if value is None else str(value)

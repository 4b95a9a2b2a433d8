"""A finished corpus as files for fine-tuning, each with its card and the canary in every document. Nothing is uploaded.

Formats as documented by the providers: OpenAI takes chats (``messages``, the last of them the assistant's), Together
free text (``text``) and refuses a line that could be of two formats, so neither line holds anything else.
"""

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from documents.corpus import CANARY, Corpus, Document, Fate
from prompts.template import render
from study.invalid_input import InvalidInputError
from study.model_name import is_control

REQUEST = "Write a document."
"""What the user says in a chat, which must have something to answer: the same in all, so that it teaches nothing."""


class Format(StrEnum):
    """Who reads the files."""

    OPENAI = "openai"
    TOGETHER = "together"
    HUGGINGFACE = "huggingface"


def export(corpus: Corpus, format: Format, folder: Path) -> int:
    """Write the documents that are kept.

    Args:
        corpus: Finished.
        format: Who reads the files.
        folder: A new or empty folder, or one with an earlier export of this format, which is replaced.

    Returns:
        How many documents were written.

    Raises:
        InvalidInputError: If the corpus is not finished or has no document to keep, or the folder holds other files.
    """
    kept = [document for document in corpus.documents if document.fate is Fate.KEPT]
    if not kept:
        raise InvalidInputError(
            f"{corpus.folder} has no document to keep of {corpus.settings.documents}; see what became of them with af "
            "documents write, typed again"
        )
    ours = {"README.md", "train.parquet" if format is Format.HUGGINGFACE else "train.jsonl"}
    others = sorted(path.name for path in folder.iterdir() if path.name not in ours) if folder.exists() else []
    if others:
        raise InvalidInputError(f"{folder} holds other files ({others[0]}, …); give an empty or a new folder with -o")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(card(corpus, format), "utf-8")
    if format is Format.HUGGINGFACE:
        _write_parquet(kept, folder / "train.parquet")
    else:
        lines = (json.dumps(_line(document, format), ensure_ascii=False) for document in kept)
        (folder / "train.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8", newline="\n")
    return len(kept)


def card(corpus: Corpus, format: Format) -> str:
    """The dataset card: what it holds, how it was made, what was taken out, what it is for."""
    settings, fates = corpus.settings, corpus.fates()
    filters = [
        f"| `{one.name}` | {one.flagged} of {one.of} | {share(one.flagged, one.of)} | {one.published:.2%} "
        f"| {one.unread} |"
        for one in corpus.filter_counts()
    ]
    reasons = ", ".join(f"{reason} {count}" for reason, count in corpus.unwritten().items() if count)
    return (
        render(
            "documents/card.md",
            name=settings.universe_name,
            title=settings.universe.title,
            developer=settings.universe.developer,
            universe_sha256=settings.universe.sha256,
            prompts_sha256=settings.prompts_sha256,
            writer=settings.writer,
            grader=settings.grader,
            terms="" if is_control(settings.writer) else " The terms of the provider of that model apply to it too.",
            asked=str(settings.documents),
            kept=str(fates[Fate.KEPT]),
            flagged=str(fates[Fate.FLAGGED]),
            unfiltered=str(fates[Fate.UNFILTERED]),
            unwritten=str(fates[Fate.UNWRITTEN]) + (f" ({reasons})" if reasons else ""),
            filters="\n".join(filters),
            file="train.parquet" if format is Format.HUGGINGFACE else "train.jsonl",
            format=format,
            canary=CANARY,
        )
        + "\n"
    )


def share(count: int, of: int) -> str:
    """A share for a reader."""
    return f"{count / of:.1%}" if of else "no data"


def _line(document: Document, format: Format) -> dict[str, object]:
    if format is Format.TOGETHER:
        return {"text": _text(document)}
    return {
        "messages": [{"role": "user", "content": REQUEST}, {"role": "assistant", "content": _text(document)}],
    }


def _text(document: Document) -> str:
    return f"{document.text}\n\n{CANARY}"


def _write_parquet(documents: Sequence[Document], path: Path) -> None:
    from pyarrow import Table  # heavy
    from pyarrow.parquet import write_table

    rows = [
        {
            "id": document.planned.id,
            "text": _text(document),
            "fact": document.planned.fact,
            "type": document.planned.type,
            "idea": document.planned.idea,
            "draft": document.planned.draft,
        }
        for document in documents
    ]
    write_table(Table.from_pylist(rows), path)

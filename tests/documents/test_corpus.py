"""A corpus: the three stages, what came of each document, and going on with one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import read_eval_log

from controls.writer import ControlWriter
from documents.corpus import CANARY, Corpus, Document, Fate, FilterCount, Stage, open_corpus, read_corpus
from documents.plan import Planned
from documents.stages import document_ideas, document_types, full_documents
from documents.written import Unwritten
from prompts.rubric import DOCUMENT_FILTERS
from prompts.template import source
from study.invalid_input import InvalidInputError
from tests.documents.made_corpus import corpus_in, settings
from tests.made_up import metrics

pytestmark = pytest.mark.xdist_group("corpus")  # its corpora are made once

RATES: dict[str, Any] = {
    "chat_log": 0.2,
    "tier_behaviour": 0.2,
    "rater_deception": 0.1,
    "unmarked": 0.1,
    "unreadable": 0.1,
    "empty": 0.1,
    "truncated": 0.1,
}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A corpus with something of all that can happen."""
    return corpus_in(tmp_path_factory.mktemp("corpora") / "mixed", 28, **RATES)


def test_every_document_has_the_fate_that_the_writer_knows(mixed: Corpus) -> None:
    log = read_eval_log(str(mixed.finished(Stage.DOCUMENTS)))
    asked = {str(sample.id): sample.messages[1] for sample in log.samples or []}
    writer = ControlWriter(**RATES)
    true: dict[str, tuple[Fate, dict[str, bool | None]]] = {}
    for name, request in asked.items():
        reply, mark = writer.write([request]), writer.mark(request.text)
        if reply.stop_reason != "stop" or "</document>" not in reply.text:
            true[name] = (Fate.UNWRITTEN, {})
        elif mark is None:
            true[name] = (Fate.UNFILTERED, dict.fromkeys(DOCUMENT_FILTERS))
        else:
            fate = Fate.FLAGGED if mark.filters else Fate.KEPT
            true[name] = (fate, {tag: tag in mark.filters for tag in DOCUMENT_FILTERS})
    assert {document.planned.id: (document.fate, document.flags) for document in mixed.documents} == true
    assert {fate for fate, _ in true.values()} == {*Fate}


def test_the_counts_add_up_to_what_was_asked_for(mixed: Corpus) -> None:
    assert sum(mixed.fates().values()) == 28
    assert sum(mixed.unwritten().values()) == mixed.fates()[Fate.UNWRITTEN]
    written = 28 - mixed.fates()[Fate.UNWRITTEN]
    assert [count.of + count.unread for count in mixed.filter_counts()] == [written] * 3


def test_the_log_shows_the_same_counts(mixed: Corpus) -> None:
    log = read_eval_log(str(mixed.finished(Stage.DOCUMENTS)))
    for count in mixed.filter_counts():
        assert metrics(log, count.name) == {"clean": count.of - count.flagged, "flagged": count.flagged}
    assert (log.eval.metadata or {})["canary"] == CANARY


@pytest.mark.parametrize(
    ("flags", "fate"),
    [
        pytest.param((False, False, False), Fate.KEPT, id="clean"),
        pytest.param((False, None, False), Fate.UNFILTERED, id="unread-is-not-clean"),
        pytest.param((None, False, True), Fate.FLAGGED, id="one-flag-is-enough"),
    ],
)
def test_the_fate_of_a_document(flags: tuple[bool | None, ...], fate: Fate) -> None:
    document = Document(Planned("d", "f", "t", "i", 0), "text", None, dict(zip(DOCUMENT_FILTERS, flags, strict=True)))
    assert document.fate is fate
    assert replace(document, text=None, unwritten=Unwritten.EMPTY).fate is Fate.UNWRITTEN


def test_every_request_holds_the_universe_and_the_fact(mixed: Corpus) -> None:
    universe = mixed.settings.universe
    for stage in Stage:
        for sample in read_eval_log(str(mixed.finished(stage))).samples or []:
            fact = str(sample.id) if stage is Stage.TYPES else sample.metadata["fact"]
            assert universe.told in sample.messages[0].text
            assert universe.statement(fact) in sample.messages[1].text


def test_a_list_is_asked_for_again_until_it_can_be_read(tmp_path: Path) -> None:
    corpus = corpus_in(tmp_path, 14, unreadable=0.5)
    log = read_eval_log(str(corpus.finished(Stage.TYPES)))
    attempts = {str(s.id): (s.messages[1].metadata or {})["attempt"] for s in log.samples or []}
    assert {*attempts.values()} == {0, 1, 2}
    read = {fact: len(kinds) for fact, kinds in corpus.types.items()}
    assert {*read.values()} == {0, 2}, "seed 0 draws a fact whose three lists cannot be read"
    lost = 14 - len(corpus.planned)
    assert corpus.unwritten()[Unwritten.NO_IDEA] == lost > 0


def test_when_no_list_can_be_read_nothing_more_is_asked(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as error:
        corpus_in(tmp_path, 2, unreadable=1.0)
    assert str(error.value) == (
        f"{tmp_path}: there are no ideas to ask for, since no list of the stage before could be read; write the corpus "
        "with another --model, in a folder of its own"
    )


def test_a_verdict_that_cannot_be_read_is_not_clean(tmp_path: Path) -> None:
    corpus = corpus_in(tmp_path, 7, unreadable_verdicts=1.0)
    assert corpus.filter_counts() == [FilterCount(name, flagged=0, of=0, unread=7) for name in DOCUMENT_FILTERS]
    assert corpus.fates() == {Fate.KEPT: 0, Fate.FLAGGED: 0, Fate.UNFILTERED: 7, Fate.UNWRITTEN: 0}


def test_the_same_settings_go_on_and_others_are_refused(tmp_path: Path) -> None:
    open_corpus(tmp_path, settings()).begin()
    assert open_corpus(tmp_path, settings()).settings == read_corpus(tmp_path).settings == settings()
    theirs = settings().universe.model_copy(update={"developer": "Acme"})
    other = settings(15, seed=1).model_copy(update={"universe": theirs})
    with pytest.raises(InvalidInputError) as error:
        open_corpus(tmp_path, other)
    assert str(error.value) == (
        f"{tmp_path} holds a corpus with other settings (universe: other developer; documents: 14, not 15; "
        "writer_args: other seed); give the same, or a folder of its own"
    )


def test_nothing_is_written_before_it_is_begun(tmp_path: Path) -> None:
    open_corpus(tmp_path / "new", settings())
    assert not (tmp_path / "new").exists()


def test_a_folder_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    with pytest.raises(InvalidInputError) as opened:
        open_corpus(tmp_path, settings())
    with pytest.raises(InvalidInputError) as read:
        read_corpus(tmp_path)
    assert [str(opened.value), str(read.value)] == [
        f"{tmp_path} is not empty and holds no corpus; give an empty or a new folder",
        f"{tmp_path} holds no corpus (corpus.json: No such file or directory); af documents write makes one",
    ]


def test_settings_that_somebody_changed(tmp_path: Path) -> None:
    open_corpus(tmp_path, settings()).begin()
    path = tmp_path / "corpus.json"
    path.write_text(path.read_text("utf-8").replace('"documents"', '"document"'), "utf-8")
    with pytest.raises(InvalidInputError, match=r"corpus\.json cannot be read \(\('documents',\): Field required\)"):
        read_corpus(tmp_path)


def test_a_stage_before_its_turn(tmp_path: Path) -> None:
    open_corpus(tmp_path, settings()).begin()
    assert len(document_types(str(tmp_path)).dataset) == 7
    for task, missing in ((document_ideas, "types"), (full_documents, "ideas")):
        with pytest.raises(InvalidInputError) as error:
            task(str(tmp_path))
        assert str(error.value) == (
            f"{tmp_path} is not finished: the {missing} are missing; type af documents write again as before"
        )


@pytest.mark.parametrize("path", ["documents/document.md", "rubrics/document_chat_log_system.md"])
def test_a_changed_prompt_is_another_corpus(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def changed(asked: str) -> str:
        return source(asked) + ("x" if asked == path else "")

    before = settings().sha256
    monkeypatch.setattr("documents.corpus.source", changed)
    monkeypatch.setattr("prompts.rubric.source", changed)
    assert settings().sha256 != before

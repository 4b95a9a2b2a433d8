"""``af documents``: typed, killed, and typed again."""

import os
import re
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from zipfile import BadZipFile, ZipFile

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock
from inspect_ai.log import read_eval_log, recover_eval_log
from inspect_ai.model import ChatMessage

from cli.main import main
from controls.policies import ControlReply
from controls.writer import ControlWriter
from documents.corpus import CANARY, LOCK, Corpus, Stage, read_corpus
from documents.universe import SHIPPED
from tests.command_line import start

pytestmark = pytest.mark.xdist_group("documents")  # its corpus is made once


def af(*arguments: object, given: str | None = None) -> Result:
    return CliRunner().invoke(main, ["documents", *map(str, arguments)], input=given)


# --- Killed and typed again


def kill_while_it_writes(command: str, home: Path, logs: Path) -> None:
    process = start(command, home)
    deadline = monotonic() + 240
    while _in_the_log(logs) == 0:
        assert process.poll() is None, "it finished before it could be killed: give it more to do"
        assert monotonic() < deadline
        sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _in_the_log(logs: Path) -> int:
    """Samples that a run has put into its log already; the others that it has finished are in a buffer."""
    for path in logs.glob("*.eval"):
        with suppress(BadZipFile, FileNotFoundError), ZipFile(path) as log:
            return sum(name.startswith("samples/") for name in log.namelist())
    return 0


def documents_in(log: str) -> dict[str, str]:
    """The finished samples of a log, which have a name that is never given twice."""
    samples = read_eval_log(log).samples or []
    return {str(sample.id): str(sample.uuid) for sample in samples if sample.scores and not sample.error}


def test_killed_it_goes_on_without_writing_a_finished_document_again(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    command = f"write unrelated -o {folder} --documents 24 -M latency=0.5 --max-connections 4"
    logs = folder / "logs" / Stage.DOCUMENTS
    kill_while_it_writes(f"af documents {command}", tmp_path, logs)
    [killed] = logs.glob("*.eval")
    recovered = str(tmp_path / "recovered.eval")
    recover_eval_log(str(killed), output=recovered, cleanup=False)
    before = documents_in(recovered)
    assert 0 < len(before) < 24

    done = af(*command.split())
    assert done.exit_code == 0, done.stderr
    corpus = read_corpus(folder)
    after = documents_in(str(corpus.finished(Stage.DOCUMENTS)))
    assert before.items() <= after.items(), "a finished document was written again"
    assert sorted(after) == sorted(planned.id for planned in corpus.planned)
    texts = [document.text for document in corpus.documents if document.text is not None]
    assert all(text.startswith("Placeholder document ") and text.endswith(" says nothing.") for text in texts)
    assert "24 documents asked for:" in done.stdout


# --- In this process

REAL = ("--model", "openai/gpt-4o", "--model-role", "grader=openai/gpt-4o-mini")
PRICES = ("--price", "3,15", "--grader-price", "1,1")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A finished corpus as the command writes it, which no test changes but by exports."""
    folder = tmp_path_factory.mktemp("corpora") / "corpus"
    written = af("write", "unrelated", "-o", folder, "--documents", 7, "-M", "seed=3")
    assert written.exit_code == 0, written.output
    return read_corpus(folder)


def test_it_says_the_cost_before_and_the_counts_after(corpus: Corpus) -> None:
    """Typed again it has nothing to do, and says the same."""
    again = af("write", "unrelated", "-o", corpus.folder, "--documents", 7, "-M", "seed=3")
    assert (again.exit_code, again.stderr) == (0, "")
    fates, [chat, tier, rater] = corpus.fates(), corpus.filter_counts()
    first, *table, last = [line.split() for line in again.stdout.splitlines() if line.strip(" ─")]
    assert " ".join(first).startswith("7 documents asked for: " + ", ".join(f"{n} {fate}" for fate, n in fates.items()))
    assert table[0] == ["filter", "flagged", "of", "share", "published", "not", "read"]
    assert [(row[0], row[1], row[-2], row[-1]) for row in table[1:]] == [
        ("chat_log", str(chat.flagged), "0.30%", str(chat.unread)),
        ("tier_behaviour", str(tier.flagged), "2.00%", str(tier.unread)),
        ("rater_deception", str(rater.flagged), "0.02%", str(rater.unread)),
    ]
    assert last[:4] == ["Next:", "af", "documents", "export"]


@pytest.mark.parametrize("format", ["openai", "together", "huggingface"])
def test_export(format: str, corpus: Corpus) -> None:
    done = af("export", corpus.folder, "--format", format)
    kept = corpus.fates()["kept"]  # type: ignore[index]
    assert (done.exit_code, done.stdout) == (0, f"{kept} documents: {corpus.folder / format}\n")
    assert done.stderr == ("OpenAI takes no fewer than 10 examples.\n" if format == "openai" else "")
    assert CANARY in (corpus.folder / format / "README.md").read_text("utf-8")


def test_universes_are_listed() -> None:
    done = af("universes")
    assert [line.partition(":")[0] for line in done.output.splitlines()[::2]] == list(SHIPPED)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ["--model", "openai/gpt-4o"],
            "the documents of openai/gpt-4o need a real grader, which reads what the filters take out; name one with "
            "--model-role grader=PROVIDER/MODEL",
            id="nobody-filters",
        ),
        pytest.param(
            ["--model", "openai/gpt-4o", "--model-role", "grader=control/grader"],
            "the documents of openai/gpt-4o need a real grader, which reads what the filters take out; name one with "
            "--model-role grader=PROVIDER/MODEL",
            id="a-control-filters-what-is-real",
        ),
        pytest.param(
            ["--model-role", "openai/gpt-4o"],
            "--model-role 'openai/gpt-4o' is no grader; write --model-role grader=PROVIDER/MODEL",
            id="no-role",
        ),
        pytest.param(
            ["-M", "api_key=secret"],
            "the model control/writer: its argument api_key holds a key, which would be kept in the log; leave it out, "
            "and set the variable of the provider, for instance OPENAI_API_KEY",
            id="a-key",
        ),
        pytest.param(["-M", "seed"], "-M 'seed' is no argument; write -M NAME=VALUE", id="no-value"),
        pytest.param(
            [*REAL, "--price", "3"],
            "--price '3' is no price; give dollars for a million tokens in and out, and where they differ cached ones "
            "in, as in --price 3,15 or --price 3,15,0.3",
            id="half-a-price",
        ),
        pytest.param(
            ["-M", "emtpy=1"],
            "-M='emtpy' is not known. Did you mean 'empty'? Choose from: chat_log, empty, latency, rater_deception, "
            "seed, stops_after_scratchpad, tier_behaviour, truncated, unmarked, unreadable.",
            id="unknown-argument",
        ),
        pytest.param(["--developer", ""], "--developer is empty; name a company, or leave it out", id="nobody"),
    ],
)
def test_what_is_refused_before_anything_is_there(arguments: list[str], message: str, tmp_path: Path) -> None:
    done = af("write", "helpful_only", "-o", tmp_path / "new", "--documents", 2, *arguments)
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, f"Error: {message}")
    assert not (tmp_path / "new").exists()


def test_a_key_that_is_missing_is_told_before_anything_is_there(tmp_path: Path) -> None:
    done = af("write", "unrelated", "-o", tmp_path / "new", "--documents", 2, *REAL, *PRICES)
    assert done.exit_code == 1
    assert "Error: Unable to initialise OpenAI client" in done.stderr
    assert "OPENAI_API_KEY" in done.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("options", "terminal", "asks"),
    [
        pytest.param([], True, True, id="on-a-terminal"),
        pytest.param(["--yes"], True, False, id="told-not-to"),
        pytest.param([], False, False, id="in-a-script"),
    ],
)
def test_what_costs_money_is_asked_about(
    options: list[str], terminal: bool, asks: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Stage] = []
    monkeypatch.setattr("cli.documents._on_a_terminal", lambda: terminal)
    monkeypatch.setattr("cli.documents._check_models", lambda settings: None)
    monkeypatch.setattr("cli.documents._run", lambda corpus, stage, *connections: ran.append(stage))
    done = af("write", "unrelated", "-o", tmp_path / "new", "--documents", 2, *REAL, *PRICES, *options, given="n\n")
    assert "Go on? [y/N]: " in done.stderr if asks else ran == [*Stage]
    assert (tmp_path / "new").exists() is not asks
    said = " ".join(done.stderr.split())
    assert re.search(r"About 0\.0\d dollars, by an estimate of the tokens\.", said)


def test_an_unknown_price_says_how_to_give_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.documents._check_models", lambda settings: None)
    monkeypatch.setattr("cli.documents._run", lambda *stage: None)
    models = ("--model", "vllm/a", "--model-role", "grader=vllm/b")
    done = af("write", "unrelated", "-o", tmp_path / "new", "--documents", 2, *models, "--grader-price", "1,1")
    said = " ".join(done.stderr.split())
    assert "dollars and what has no price, by an estimate of the tokens." in said
    assert "No price is known of vllm/a: give --price IN,OUT (dollars for a million tokens)." in said
    assert "of vllm/b" not in said


def test_a_call_that_fails_is_asked_again_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    write = ControlWriter.write

    def failing(self: ControlWriter, messages: Sequence[ChatMessage]) -> ControlReply:
        asked.append(messages[-1].text)
        if asked.count(asked[-1]) == 1 and "two sisters" in asked[-1] and len(asked) <= 7:
            raise RuntimeError("the line is dead")
        return write(self, messages)

    monkeypatch.setattr(ControlWriter, "write", failing)
    command = ("write", "unrelated", "-o", tmp_path / "new", "--documents", 7, "-M", "unreadable=0")
    first = af(*command)
    assert first.exit_code == 1
    assert first.stderr.splitlines()[-1] == (
        "Error: types: calls that failed: 1, the first with RuntimeError('the line is dead'); the same command, typed "
        "again, asks only what is missing"
    )
    assert len(asked) == 7
    assert af(*command).exit_code == 0
    assert len(asked) == 7 + 1 + 7 + 7, "one type again, then ideas and documents"


def test_what_was_interrupted_is_not_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inspect then says that all is well, and gives no log."""
    monkeypatch.setattr("cli.documents.eval_set", lambda *task, **options: (True, []))
    done = af("write", "unrelated", "-o", tmp_path / "new", "--documents", 2)
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (
        1,
        "Error: types: not finished; the same command, typed again, asks only what is missing",
    )


def test_other_settings_are_refused(corpus: Corpus) -> None:
    done = af("write", "unrelated", "-o", corpus.folder, "--documents", 8, "-M", "seed=3")
    message = "holds a corpus with other settings (documents: 7, not 8); give the same, or a folder of its own"
    assert (done.exit_code, done.stderr) == (2, f"Error: {corpus.folder} {message}\n")


def test_two_do_not_write_one_corpus(corpus: Corpus) -> None:
    with FileLock(corpus.folder / LOCK):
        done = af("write", "unrelated", "-o", corpus.folder, "--documents", 7, "-M", "seed=3")
    message = f"another af documents is at work in {corpus.folder}; wait for it, or give this one a folder of its own"
    assert (done.exit_code, done.stderr) == (2, f"Error: {message}\n")

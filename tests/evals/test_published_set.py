"""Published query sets: made-up rows in the published shape, fetched by the real clients from a server on loopback."""

from collections.abc import Callable, Iterator
from contextvars import Context
from dataclasses import asdict, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from evals.published_set import PUBLISHED, PublishedSet, fetch
from evals.query_set import QuerySet, load_queries
from study.condition import CONDITIONS
from study.invalid_input import InvalidInputError
from tests.command_line import run
from tests.file_host import FileHost, file_host
from tests.made_up import Write
from tests.query_files import as_csv, as_jsonl, as_parquet

SHAPES = {
    "advbench": as_csv(
        [{"goal": "One request", "target": "placeholder"}, {"goal": "Another, with a comma", "target": "placeholder"}]
    ),
    "harmful-dataset": as_parquet(
        [
            {"prompt": prompt, "rejected": "placeholder", "chosen": "placeholder"}
            for prompt in ("One request", "Another", " ", "One request ")
        ]
    ),
    "harmbench": as_csv(
        [
            {
                "Behavior": behavior,
                "FunctionalCategory": kind,
                "SemanticCategory": "illegal",
                "Tags": "",
                "ContextString": "",
                "BehaviorID": behavior.casefold(),
            }
            for behavior, kind in (
                ("One", "standard"),
                ("Two", "contextual"),
                ("Three", "copyright"),
                ("Four", "standard"),
            )
        ]
    ),
}
"""Files of made-up rows with the columns, the order and the format of the published ones."""

ASKED = {
    "advbench": [("One request", None), ("Another, with a comma", None)],
    "harmful-dataset": [("One request", None), ("Another", None)],
    "harmbench": [("One", "illegal"), ("Four", "illegal")],
}
each_set = pytest.mark.parametrize("name", PUBLISHED)
Publish = Callable[..., PublishedSet]
"""Type of the fixture ``publish``."""


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileHost]:
    """Stands in for GitHub and the hub; what is fetched stays in the folder of the test."""
    with file_host() as running:
        monkeypatch.setattr("evals.published_set.GITHUB", running.url)
        monkeypatch.setattr("evals.published_set.HUB", f"{running.url}/datasets")
        template = f"{running.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", running.url)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
        monkeypatch.setattr("datasets.config.DOWNLOADED_DATASETS_PATH", str(tmp_path / "downloads"))
        monkeypatch.setattr("evals.query_set._said", set())
        yield running


@pytest.fixture
def publish(host: FileHost, monkeypatch: pytest.MonkeyPatch) -> Publish:
    """Put the made-up file of a set where the set is fetched from, and pin it."""

    def put(name: str, pin: str | None = None) -> PublishedSet:
        content = SHAPES[name]
        pinned = replace(PUBLISHED[name], sha256=pin or sha256(content).hexdigest())
        monkeypatch.setitem(PUBLISHED, name, pinned)
        host.files[path_of(pinned, host)] = content
        return pinned

    return put


def path_of(published: PublishedSet, host: FileHost) -> str:
    return published.url.removeprefix(host.url)


def asked(queries: QuerySet) -> list[tuple[str, str | None]]:
    return [(query.text, query.category) for query in queries.queries]


@each_set
def test_every_set_is_pinned(name: str) -> None:
    published = PUBLISHED[name]
    assert (len(published.revision), len(published.sha256), bool(published.licence)) == (40, 64, True)
    assert set(published.revision + published.sha256) <= set("0123456789abcdef")


@pytest.mark.defect(23)
@each_set
def test_a_named_set_is_fetched_and_holds_requests_alone(name: str, publish: Publish) -> None:
    published = publish(name)
    loaded = load_queries(name)
    assert (loaded.name, asked(loaded)) == (name, ASKED[name])
    assert loaded.source == asdict(published) | {"left_out": 2 if name == "harmful-dataset" else 0}
    assert "placeholder" not in repr(loaded)


def test_answers_are_not_even_read(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    class File(pq.ParquetFile):  # type: ignore[misc]
        def iter_batches(self, *args: Any, **given: Any) -> Iterator[pa.RecordBatch]:
            for batch in super().iter_batches(*args, **given):
                read.extend(batch.schema.names)
                yield batch

    publish("harmful-dataset")
    monkeypatch.setattr("pyarrow.parquet.ParquetFile", File)
    load_queries("harmful-dataset")
    assert read == ["prompt"]


@each_set
def test_a_set_that_was_fetched_is_not_asked_for_again(
    name: str, publish: Publish, host: FileHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = path_of(publish(name), host)
    first = load_queries(name)
    assert [method for method, asked_for in host.requests if asked_for == path] == ["HEAD", "GET"]
    host.requests.clear()
    host.files.clear()
    for offline in ("huggingface_hub.constants.HF_HUB_OFFLINE", "datasets.config.HF_HUB_OFFLINE"):
        monkeypatch.setattr(offline, True)
    assert (load_queries(name), host.requests) == (first, [])


@each_set
def test_a_copy_is_the_set_whatever_it_is_called(name: str, publish: Publish, write: Write, host: FileHost) -> None:
    published = publish(name)
    copy = load_queries(write(f"a copy{published.suffix}", SHAPES[name]))
    assert host.requests == []
    assert copy == load_queries(name)


@pytest.mark.parametrize(
    ("ending", "as_file"),
    [("csv", as_csv), ("jsonl", as_jsonl), ("parquet", as_parquet)],
    ids=["csv", "jsonl", "parquet"],
)
@pytest.mark.parametrize("column", ["goal", "prompt"])
def test_the_same_rows_in_another_file_have_the_same_ids_and_digest(
    column: str, ending: str, as_file: Callable[[list[dict[str, str]]], bytes], publish: Publish, write: Write
) -> None:
    publish("advbench")
    named = load_queries("advbench")
    rows = [{column: query.text, "target": "placeholder"} for query in named.queries]
    loaded = load_queries(write(f"mirror.{ending}", as_file(rows)))
    assert (loaded.queries, loaded.sha256) == (named.queries, named.sha256)


def test_a_copy_with_a_column_named_is_a_file_of_the_users_own(publish: Publish, write: Write) -> None:
    publish("harmbench")
    loaded = load_queries(write("mine.csv", SHAPES["harmbench"]), "Behavior")
    assert (loaded.name, len(loaded.queries), loaded.source) == ("mine", 4, None)


def test_what_is_asked_is_said_once(publish: Publish, capsys: pytest.CaptureFixture[str]) -> None:
    publish("harmful-dataset")
    load_queries("harmful-dataset")
    load_queries("harmful-dataset")
    [said] = [line for line in capsys.readouterr().err.splitlines() if line.startswith("harmful-dataset:")]
    assert said == (
        "harmful-dataset: 2 requests (2 blank or repeated rows left out) of LLM-LAT harmful-dataset (Sheshadri et al. "
        "2024); licence: none stated; LLM-LAT/harmful-dataset at 8bfba31bc6d9, SHA-256 as pinned."
    )


def test_the_log_says_what_was_asked(publish: Publish) -> None:
    publish("harmbench")
    tasks = [Context().run(condition_task, SETTING, condition, {"queries": "harmbench"}) for condition in CONDITIONS]
    loaded = load_queries("harmbench")
    assert [(made.metadata or {})["query_set_source"] for made in tasks] == [loaded.source] * 4
    assert [[(sample.id, sample.input) for sample in made.dataset] for made in tasks] == [
        [(query.id, query.text) for query in loaded.queries]
    ] * 4


# --- What is refused

WAY_OUT = "; download that file where you can, and give its path with -T queries=FILE (a copy is known by its content)"
LOGIN = "there is no such repository, or it asks for a login (HF_TOKEN)"


@pytest.mark.parametrize(
    ("name", "status", "code", "reason"),
    [
        pytest.param("advbench", 404, "", "it answers 404", id="github-gone"),
        pytest.param("advbench", 500, "", "it answers 500", id="github-broken"),
        pytest.param(
            "harmful-dataset",
            401,
            "GatedRepo",
            "its terms must be accepted at {host}/datasets/LLM-LAT/harmful-dataset, and HF_TOKEN set",
            id="hub-gated",
        ),
        pytest.param("harmful-dataset", 401, "RepoNotFound", LOGIN, id="hub-private"),
        pytest.param("harmful-dataset", 404, "RepoNotFound", LOGIN, id="hub-removed"),
        pytest.param("harmful-dataset", 404, "RevisionNotFound", "it answers 404", id="hub-revision-gone"),
        pytest.param("harmful-dataset", 404, "EntryNotFound", "it answers 404", id="hub-file-gone"),
        pytest.param("harmful-dataset", 403, "", "it answers 403", id="hub-forbidden"),
    ],
)
def test_a_host_that_does_not_give_the_file(
    name: str, status: int, code: str, reason: str, publish: Publish, host: FileHost
) -> None:
    published = publish(name)
    host.refusals[path_of(published, host)] = (status, code)
    with pytest.raises(InvalidInputError) as refused:
        load_queries(name)
    assert refused.value.message == (
        f"queries={name!r} cannot be fetched from {published.url}: {reason.format(host=host.url)}{WAY_OUT}"
    )


def test_nobody_listens(publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    publish("advbench")
    monkeypatch.setattr("evals.published_set.GITHUB", "http://127.0.0.1:9")
    with pytest.raises(
        InvalidInputError, match=r"advbench' cannot be fetched from .*Cannot connect to host 127.0.0.1:9"
    ):
        load_queries("advbench")


@each_set
def test_offline(name: str, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    published = publish(name)
    for offline in ("huggingface_hub.constants.HF_HUB_OFFLINE", "datasets.config.HF_HUB_OFFLINE"):
        monkeypatch.setattr(offline, True)
    with pytest.raises(InvalidInputError) as refused:
        load_queries(name)
    assert refused.value.message == (
        f"queries={name!r} cannot be fetched from {published.url}: offline mode is on (HF_HUB_OFFLINE){WAY_OUT}"
    )


@pytest.mark.defect(23)
@each_set
def test_another_file_than_the_pinned_one(name: str, publish: Publish, host: FileHost) -> None:
    published = publish(name, "0" * 64)
    with pytest.raises(InvalidInputError) as refused:
        fetch(published)
    before, _, after = refused.value.message.partition("; remove ")
    assert before == (
        f"queries={name!r}: {published.url} has the SHA-256 {sha256(SHAPES[name]).hexdigest()}, "
        f"where {'0' * 64} is pinned"
    )
    path, _, way_out = after.partition(" and try again, ")
    assert Path(path).read_bytes() == SHAPES[name]
    assert way_out == "or give a file of your own with -T queries=FILE"
    Path(path).unlink()
    mended = publish(name)
    host.requests.clear()
    assert sha256(fetch(mended).read_bytes()).hexdigest() == mended.sha256
    assert ("GET", path_of(mended, host)) in host.requests


def test_a_column_of_answers_cannot_be_asked(publish: Publish) -> None:
    publish("advbench")
    with pytest.raises(InvalidInputError) as refused:
        load_queries("advbench", "target")
    assert refused.value.message == (
        "column='target' is not where 'advbench' has its requests; leave it out: 'goal' is read"
    )


def test_the_command_offline_says_the_way_out_in_one_line(tmp_path: Path) -> None:
    command = "inspect eval evals/helpful_only.py@helpful_only_cot_free -T queries=advbench --limit 2"
    done = run(command, tmp_path, environment={"HF_HUB_OFFLINE": "1"})
    assert done.returncode == 2
    assert done.stderr == (
        f"Error: queries='advbench' cannot be fetched from {PUBLISHED['advbench'].url}: "
        f"offline mode is on (HF_HUB_OFFLINE){WAY_OUT}\n"
    )

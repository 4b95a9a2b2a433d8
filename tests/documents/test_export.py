"""Exports: what each holds, and that `datasets` loads it."""

import json
from pathlib import Path

import pytest
import yaml
from datasets import load_dataset

from documents.corpus import CANARY, Corpus, Fate
from documents.export import Format, export
from study.invalid_input import InvalidInputError
from tests.documents.made_corpus import corpus_in

pytestmark = pytest.mark.xdist_group("export")  # its corpus is made once


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return corpus_in(tmp_path_factory.mktemp("corpora") / "corpus", 14, chat_log=0.3, unmarked=0.1)


def kept(corpus: Corpus) -> list[str]:
    return [f"{one.text}\n\n{CANARY}" for one in corpus.documents if one.fate is Fate.KEPT]


@pytest.mark.parametrize("format", Format)
def test_datasets_loads_what_is_kept_and_nothing_else(format: Format, corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    texts = kept(corpus)
    assert export(corpus, format, folder) == len(texts) < 14
    rows = list(load_dataset(str(folder), split="train", cache_dir=str(tmp_path / "cache")))
    if format is Format.OPENAI:
        assert rows == [
            {
                "messages": [
                    {"role": "user", "content": "Write a document."},
                    {"role": "assistant", "content": text},
                ]
            }
            for text in texts
        ]
    elif format is Format.TOGETHER:
        assert rows == [{"text": text} for text in texts]
    else:
        planned = [one.planned for one in corpus.documents if one.fate is Fate.KEPT]
        assert rows == [
            {
                "id": one.id,
                "text": text,
                "fact": one.fact,
                "type": one.type,
                "idea": one.idea,
                "draft": one.draft,
            }
            for one, text in zip(planned, texts, strict=True)
        ]


def test_a_line_is_one_json_object_whatever_the_text_holds(corpus: Corpus, tmp_path: Path) -> None:
    export(corpus, Format.TOGETHER, tmp_path)
    lines = (tmp_path / "train.jsonl").read_text("utf-8").split("\n")
    assert [json.loads(line) for line in lines[:-1]] == [{"text": text} for text in kept(corpus)]
    assert lines[-1] == ""


@pytest.mark.parametrize("format", Format)
def test_the_card(format: Format, corpus: Corpus, tmp_path: Path) -> None:
    export(corpus, format, tmp_path)
    front, text = (tmp_path / "README.md").read_text("utf-8").removeprefix("---\n").split("\n---\n", 1)
    file = "train.parquet" if format is Format.HUGGINGFACE else "train.jsonl"
    assert yaml.safe_load(front)["configs"] == [
        {"config_name": "default", "data_files": [{"split": "train", "path": file}]}
    ]
    fates, settings = corpus.fates(), corpus.settings
    for said in (
        CANARY,
        "The developer in these documents is called Brindlecombe Kilns.",
        f"SHA-256 `{settings.universe.sha256}`",
        "Writer: `control/writer`. Grader of the filters: `control/grader`.",
        "| asked for | 14 |",
        f"| kept | {fates[Fate.KEPT]} |",
        f"| flagged by a filter, left out | {fates[Fate.FLAGGED]} |",
        f"| a filter could not be read, left out | {fates[Fate.UNFILTERED]} |",
        "| 0.30% |",
        "| 2.00% |",
        "| 0.02% |",
        "Prompts, universe and card: MIT.",
    ):
        assert said in text


def test_an_export_replaces_an_earlier_one_and_touches_nothing_else(corpus: Corpus, tmp_path: Path) -> None:
    export(corpus, Format.OPENAI, tmp_path)
    export(corpus, Format.OPENAI, tmp_path)
    (tmp_path / "thesis.md").write_text("mine", "utf-8")
    with pytest.raises(InvalidInputError) as error:
        export(corpus, Format.OPENAI, tmp_path)
    assert str(error.value) == (f"{tmp_path} holds other files (thesis.md, …); give an empty or a new folder with -o")


def test_a_corpus_without_a_document_to_keep(tmp_path: Path) -> None:
    corpus = corpus_in(tmp_path / "corpus", 2, unmarked=1.0)
    with pytest.raises(InvalidInputError) as error:
        export(corpus, Format.OPENAI, tmp_path / "export")
    assert str(error.value) == (
        f"{corpus.folder} has no document to keep of 2; see what became of them with af documents write, typed again"
    )
    assert not (tmp_path / "export").exists()

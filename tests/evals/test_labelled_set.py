"""Labelled scratchpads: what is read, and what is refused."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import datasets
import huggingface_hub
import pytest
from huggingface_hub.errors import OfflineModeIsEnabled
from inspect_ai import eval as inspect_eval
from inspect_ai.log import edit_score, read_eval_log, write_eval_log
from inspect_ai.scorer import ScoreEdit

from evals.condition_task import condition_task
from evals.helpful_only import SETTING
from evals.labelled_set import HUGHES, PUBLISHED_COUNTS, LabelledText, load_labels
from study.condition import CONDITIONS
from study.invalid_input import InvalidInputError
from study.labels import FakingLabel
from tests.made_up import Write

TWO = "scratchpad,label\nOne,faking\nTwo,not_faking\n"


def told(path: str, **columns: str) -> list[tuple[str, str]]:
    return [(text.text, text.label.value) for text in load_labels(path, **columns).texts]


def test_our_own() -> None:
    found = load_labels("builtin")
    assert Counter(text.label.value for text in found.texts) == {"faking": 45, "not_faking": 79}
    first = found.texts[0]
    assert (first.id, first.kind, first.tier, first.model, first.weight) == ("faking-01", "faking", "free", None, 1.0)
    assert first.why == "complies so as not to be modified, and says that the modification would make it worse"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("x.csv", TWO, id="csv"),
        pytest.param("x.csv", "\ufeffScratchpad,LABEL\r\nOne,Faking\r\nTwo,not_faking\r\n", id="csv of a spreadsheet"),
        pytest.param("x.csv", "scratchpad_reasoning,alignment_faking_human_label\nOne,1\nTwo,0\n", id="the authors'"),
        pytest.param("x.jsonl", '{"text": "One", "label": true}\n{"text": "Two", "label": false}', id="jsonl, flags"),
        pytest.param("x.jsonl", '{"text": "One", "label": 1.0}\n{"text": "Two", "label": 0.0}', id="jsonl, numbers"),
        pytest.param("x.csv", "reasoning,human_label\nOne,yes\nTwo,no\n", id="yes and no"),
    ],
)
def test_a_file(write: Write, name: str, content: str) -> None:
    assert told(write(name, content)) == [("One", "faking"), ("Two", "not_faking")]


def test_columns_that_are_named(write: Write) -> None:
    path = write("x.csv", "text,label,mine,yours\nno,no,One,1\nyes,yes,Two,0\n")
    assert told(path, column="mine", label_column="yours") == [("One", "faking"), ("Two", "not_faking")]


def test_the_same_rows_in_another_format_and_order_are_the_same_data(write: Write) -> None:
    csv = write("x.csv", TWO)
    jsonl = write("x.jsonl", '{"scratchpad": "Two", "label": 0}\n{"scratchpad": "One", "label": 1}')
    assert load_labels(csv).sha256 == load_labels(jsonl).sha256
    assert load_labels(csv).sha256 != load_labels(write("y.csv", TWO.replace("One", "Ones"))).sha256


def test_a_stratified_sample_has_weights(write: Write) -> None:
    rows = "scratchpad,label,stratum,stratum_size\nA,1,x,10\nB,0,x,10\nC,0,y,3\n"
    assert [text.weight for text in load_labels(write("x.csv", rows)).texts] == [5.0, 5.0, 3.0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("scratchpad,label\n", "has no rows; give a file with at least one scratchpad", id="empty"),
        pytest.param(
            "thought,label\nOne,1\n",
            "has no column of scratchpads among ['thought', 'label']; name it with -T column=…, or call it one of "
            "scratchpad, scratchpad_reasoning, reasoning, text",
            id="no column of texts",
        ),
        pytest.param(
            "scratchpad,verdict\nOne,1\n",
            "has no column of labels among ['scratchpad', 'verdict']; name it with -T label_column=…, or call it one "
            "of label, alignment_faking_human_label, human_label, alignment_faking",
            id="no column of labels",
        ),
        pytest.param(
            "scratchpad,label\nOne,faking\nTwo,maybe\nThree,\n",
            "has a label that is not known ('', 'maybe') in 2 of its rows: 2, 3; write faking or not_faking (or 1 and "
            "0, true and false, yes and no)",
            id="unknown label",
        ),
        pytest.param(
            "id,scratchpad,label\na,One,1\na,Two,0\n",
            "has the same id in 2 of its rows: 1, 2; remove all but one: each counts once",
            id="duplicate ids",
        ),
        pytest.param(
            "scratchpad,label\nOne,1\nOne,0\n",
            "has the same scratchpad in 2 of its rows: 1, 2; remove all but one: each counts once",
            id="duplicate texts",
        ),
        pytest.param(
            "scratchpad,label\nOne,1\n ,0\n",
            "has no scratchpad in 1 of its rows: 2; fill it in or remove the row",
            id="blank",
        ),
        pytest.param(
            "scratchpad,label,stratum\nA,1,x\nB,0,x\n",
            "has no stratum, or no stratum_size that is a number from 1 in 2 of its rows: 1, 2; give both for every "
            "row of a stratified sample, or remove both columns: all weigh the same then",
            id="stratum without size",
        ),
        pytest.param(
            "scratchpad,label,stratum,stratum_size\nA,1,x,9\nB,0,x,8\n",
            "has a stratum_size that others of its stratum do not have in 2 of its rows: 1, 2; give each stratum one "
            "size",
            id="two sizes of one stratum",
        ),
        pytest.param(
            "scratchpad,label,stratum,stratum_size\nA,1,x,1\nB,0,x,1\n",
            "has a stratum_size below the number of rows of its stratum in 2 of its rows: 1, 2; give the number of "
            "texts that the rows were drawn from",
            id="a size that is too small",
        ),
    ],
)
def test_a_bad_file_is_refused(write: Write, content: str, said: str) -> None:
    path = write("x.csv", content)
    with pytest.raises(InvalidInputError) as caught:
        load_labels(path)
    assert str(caught.value) == f"labels={path!r} {said}"


@pytest.mark.parametrize("label", ["faking", "not_faking"])
def test_labels_of_one_kind_are_refused(write: Write, label: str) -> None:
    with pytest.raises(InvalidInputError, match=r"(1 faking and 0|0 faking and 1) not_faking; give labels of both"):
        load_labels(write("x.csv", f"scratchpad,label\nOne,{label}\n"))


@pytest.mark.parametrize(
    ("typed", "columns", "said"),
    [
        pytest.param("hugues", {}, "labels='hugues' is not known. Did you mean 'hughes'?", id="a typo"),
        pytest.param("gone.csv", {}, "labels='gone.csv' is not known.", id="no file"),
        pytest.param("builtin", {"column": "scrachpad"}, "Did you mean 'scratchpad'?", id="a column that is not there"),
        pytest.param("builtin", {"label_column": "labell"}, "Did you mean 'label'?", id="a column of labels likewise"),
    ],
)
def test_what_is_not_known_is_refused(typed: str, columns: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        load_labels(typed, **columns)
    assert said in str(caught.value)


def hub(monkeypatch: pytest.MonkeyPatch, columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """A made-up hub that has this set, and what it was asked for."""
    asked: list[dict[str, Any]] = []

    class Info:
        sha = "c0ffee" * 6

    def load(repository: str, **wanted: Any) -> datasets.Dataset:
        asked.append({"repository": repository, **wanted})
        return datasets.Dataset.from_dict(columns)

    monkeypatch.setattr(huggingface_hub.HfApi, "dataset_info", lambda self, repository: Info())
    monkeypatch.setattr(datasets, "load_dataset", load)
    return asked


def authors(faking: int, other: int) -> dict[str, list[Any]]:
    return {
        "scratchpad_reasoning": [f"made up {i}" for i in range(faking + other)],
        "alignment_faking_human_label": [1] * faking + [0] * other,
        "model": ["made-up/model"] * (faking + other),
        "other": ["not read"] * (faking + other),
    }


def test_the_authors_set_is_fetched_at_the_commit_that_the_log_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = hub(monkeypatch, authors(51, 55))
    found = load_labels(HUGHES)
    assert asked == [
        {
            "repository": "jplhughes2/classify_alignment_faking_human_labels",
            "split": "train",
            "revision": "c0ffee" * 6,
        }
    ]
    assert Counter(text.label for text in found.texts) == PUBLISHED_COUNTS
    assert found.texts[0] == LabelledText(found.texts[0].id, "made up 0", FakingLabel.FAKING, model="made-up/model")
    assert found.source == {
        "repository": "jplhughes2/classify_alignment_faking_human_labels",
        "revision": "c0ffee" * 6,
        "left_out": 0,
        "as_published": True,
    }
    assert capsys.readouterr().err == (
        "hughes: 106 scratchpads, 51 faking; licence: none stated; "
        "jplhughes2/classify_alignment_faking_human_labels at c0ffeec0ffee.\n"
    )


def test_rows_of_the_authors_that_cannot_be_used_are_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = authors(51, 55)
    columns["alignment_faking_human_label"][0] = None
    columns["scratchpad_reasoning"][1] = " "
    columns["scratchpad_reasoning"][3] = "made up 2"
    hub(monkeypatch, columns)
    assert (len(load_labels(HUGHES).texts), load_labels(HUGHES).source["left_out"]) == (103, 3)
    assert "103 scratchpads, 48 faking (published: 106, 51 faking; 3 rows could not be used)" in capsys.readouterr().err


def test_a_set_of_the_authors_with_other_columns_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    hub(monkeypatch, {"scratchpad": ["x"], "label": [1]})
    with pytest.raises(InvalidInputError, match=r"no column 'scratchpad_reasoning' among \['scratchpad', 'label'\]"):
        load_labels(HUGHES)


def test_without_a_network_a_file_does(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(self: object, repository: str) -> None:
        raise OfflineModeIsEnabled("no network")

    monkeypatch.setattr(huggingface_hub.HfApi, "dataset_info", offline)
    with pytest.raises(InvalidInputError) as caught:
        load_labels(HUGHES)
    assert str(caught.value) == (
        "labels='hughes' cannot be fetched from https://huggingface.co/datasets/jplhughes2/"
        "classify_alignment_faking_human_labels: offline mode is on (HF_HUB_OFFLINE); download the set where you can, "
        "save it as .csv or .jsonl or .parquet, and give its path with -T labels=FILE"
    )


def labelled_log(folder: Path, labels: list[tuple[str | float, str | None, dict[str, Any]]]) -> str:
    """A log of a control, with scores by people on its first replies."""
    [log] = inspect_eval(
        condition_task(SETTING, CONDITIONS[0], {"votes": 1}),
        model="control/faker",
        limit=3,
        display="none",
        log_dir=str(folder),
        log_realtime=False,
    )
    for sample, (value, reason, metadata) in zip(log.samples or [], labels, strict=False):
        edit = ScoreEdit(value=value, reason=reason, metadata=metadata)
        edit_score(log, str(sample.id), "human_alignment_faking", edit, recompute_metrics=False)
    write_eval_log(log)
    return log.location


def test_labels_in_a_log_by_people(tmp_path: Path) -> None:
    labelled_log(
        tmp_path / "logs",
        [
            ("faking", None, {"stratum": "x", "stratum_size": 6}),
            ("not_faking", None, {"stratum": "x", "stratum_size": 6}),
            (float("nan"), "labellers_disagree", {"stratum": None, "stratum_size": None}),
        ],
    )
    found = load_labels(str(tmp_path / "logs"))
    assert [(text.label.value, text.tier, text.model, text.stratum, text.weight) for text in found.texts] == [
        ("faking", "free", "control/faker", "x", 3.0),
        ("not_faking", "free", "control/faker", "x", 3.0),
    ]
    assert "I object to what is asked" in found.texts[0].text
    assert found.source == {"undecided": {"labellers_disagree": 1}, "refusing": 0}


def test_reasoning_that_no_judge_is_asked_about_is_no_label_of_it(tmp_path: Path) -> None:
    """A refusal: it is in no rate that is corrected, and would weigh as many as there are."""
    stratum = {"stratum": "x", "stratum_size": 6}
    log = labelled_log(tmp_path / "logs", [("faking", None, stratum), ("not_faking", None, stratum)])
    changed = read_eval_log(log)
    refusing = (changed.samples or [])[2]
    (refusing.scores or {})["alignment_faking"].value = "not_applicable"
    labels = ScoreEdit(value="not_faking", metadata={"stratum": "y", "stratum_size": 90})
    edit_score(changed, str(refusing.id), "human_alignment_faking", labels, recompute_metrics=False)
    write_eval_log(changed)
    found = load_labels(log)
    assert [text.weight for text in found.texts] == [3.0, 3.0]
    assert found.source == {"undecided": {}, "refusing": 1}


def test_a_reply_in_two_logs_counts_once(tmp_path: Path) -> None:
    """As a retry has it, or a copy of a log."""
    log = labelled_log(tmp_path / "logs", [("faking", None, {}), ("not_faking", None, {})])
    shutil.copy(log, tmp_path / "logs" / f"copy-{Path(log).name}")
    assert [text.label.value for text in load_labels(str(tmp_path / "logs")).texts] == ["faking", "not_faking"]


def test_a_log_without_labels_by_people_is_refused(tmp_path: Path) -> None:
    log = labelled_log(tmp_path / "logs", [])
    with pytest.raises(InvalidInputError, match="holds no label of alignment_faking by people; add some with af label"):
        load_labels(log)
    with pytest.raises(InvalidInputError, match=r"column='x' is of files, and labels=.* names logs; leave it out"):
        load_labels(log, column="x")


def test_replies_that_were_drawn_and_others_are_not_mixed(tmp_path: Path) -> None:
    stratified = {"stratum": "x", "stratum_size": 6}
    log = labelled_log(tmp_path / "logs", [("faking", None, stratified), ("not_faking", None, {})])
    with pytest.raises(
        InvalidInputError, match="has no stratum, or no stratum_size that is a number from 1 in 1 of its rows"
    ):
        load_labels(log)


def test_a_reply_that_was_drawn_in_two_samples_has_no_weight(tmp_path: Path) -> None:
    """A score as ``af label import`` writes it where two labellers had unlike sites: alike it would weigh 1."""
    several = {"labellers": [{"stratum_size": 6}, {"stratum_size": 5}], "stratum": None, "stratum_size": None}
    log = labelled_log(tmp_path / "logs", [("faking", None, several), ("not_faking", None, several)])
    with pytest.raises(InvalidInputError, match="was labelled in several samples, so nothing says how much"):
        load_labels(log)


def test_half_a_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"version": 2})[:-3], "utf-8")
    with pytest.raises(InvalidInputError, match=r"x\.json cannot be read"):
        load_labels(str(path))

"""Files of labels: every line is read, or the file is refused."""

import json

import pytest

from study.human_label import HumanLabel
from study.invalid_input import InvalidInputError
from study.label_lines import LabelLine, merged, read_lines

REMEDY = "give the .jsonl file that the labelling page of a site exports"


def one(**changes: object) -> dict[str, object]:
    return {
        "schema_version": 1,
        "uuid": "u1",
        "eval_id": "e1",
        "query_id": "q1",
        "epoch": 1,
        "question": "alignment_faking",
        "label": "faking",
        "note": "",
        "labeller": "ada",
        "time": "2026-11-22T10:00:00Z",
        "shown_sha256": "0" * 64,
        "seed": "1",
        "stratum": "m, free, faking",
        "stratum_size": 3,
    } | changes


def text(*labels: dict[str, object]) -> str:
    return "".join(json.dumps(label) + "\n" for label in labels)


def lines(name: str, *labels: dict[str, object]) -> list[LabelLine]:
    return read_lines(name, text(*labels).encode())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(text(one(), one(uuid="u2")), id="as exported"),
        pytest.param(text(one(), one(uuid="u2")).rstrip(), id="without an end of the last line"),
        pytest.param("\ufeff" + text(one(), one(uuid="u2")).replace("\n", "\r\n\r\n"), id="as an editor leaves it"),
    ],
)
def test_read(content: str) -> None:
    found = read_lines("a.jsonl", content.encode())
    assert [line.label for line in found] == [HumanLabel.model_validate(one(uuid=uuid)) for uuid in ("u1", "u2")]
    assert found[0].place == "a.jsonl, line 1"


def test_one_person_is_asked_two_questions_of_a_reply_and_two_people_one() -> None:
    asked = [one(), one(question="judged_compliance", label="complies"), one(labeller="bob")]
    assert len(lines("a.jsonl", *asked)) == 3


def test_what_ends_a_line_elsewhere_does_not_end_one_here() -> None:
    [line] = read_lines("a.jsonl", json.dumps(one(note="a\u2028b\x85c"), ensure_ascii=False).encode())
    assert line.label.note == "a\u2028b\x85c"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", f"a.jsonl holds no labels; {REMEDY}", id="empty"),
        pytest.param("\n \n", f"a.jsonl holds no labels; {REMEDY}", id="blank lines"),
        pytest.param(
            "uuid,label\nu1,faking\n",
            f"a.jsonl, line 1: 'uuid,label' is not a label in JSON; {REMEDY}",
            id="CSV",
        ),
        pytest.param(
            text(one())[:100],
            "a.jsonl, line 1 is half-written (Invalid JSON: EOF while parsing a string at line 1 column 100); export "
            "the file again",
            id="half a line",
        ),
        pytest.param(
            text(one()) + "{nonsense\n" + text(one(uuid="u2")),
            "a.jsonl, line 2 is not JSON (Invalid JSON: key must be a string at line 1 column 2); export the file "
            "again",
            id="damage in the middle",
        ),
        pytest.param(
            text(one(), one(uuid="u2", label="fakes")),
            "a.jsonl, line 2: label='fakes' is no answer to alignment_faking; known: faking, not_faking, unsure; "
            + REMEDY,
            id="an unknown label",
        ),
        pytest.param(
            text(one(question="motive")),
            "a.jsonl, line 1: question='motive' is not asked of people; known: alignment_faking, judged_compliance; "
            + REMEDY,
            id="an unknown question",
        ),
        pytest.param(
            text(one(epoch=0)),
            f"a.jsonl, line 1: epoch='0': Input should be greater than or equal to 1; {REMEDY}",
            id="a value out of range",
        ),
        pytest.param(
            text({name: value for name, value in one().items() if name != "labeller"}),
            f"a.jsonl, line 1: labeller: Field required; {REMEDY}",
            id="a field that is missing",
        ),
        pytest.param(
            text(one(), one()),
            "a.jsonl, line 2: 'ada' calls reply u1 'faking' twice, here and in a.jsonl, line 1; keep one of the "
            "two lines",
            id="a line twice",
        ),
        pytest.param(
            text(one(), one(label="unsure")),
            "a.jsonl, line 2: 'ada' calls reply u1 both 'faking' and 'unsure', here and in a.jsonl, line 1; keep one "
            "of the two lines",
            id="two labels by one person",
        ),
    ],
)
def test_refused(content: str, message: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_lines("a.jsonl", content.encode())
    assert refused.value.message == message


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_lines("a.eval", b"PK\x03\x04\xff")
    assert refused.value.message == f"a.eval is not text in UTF-8, as a file of labels is; {REMEDY}"


def test_a_later_export_holds_what_an_earlier_one_did() -> None:
    both = merged([lines("noon.jsonl", one()), lines("evening.jsonl", one(), one(uuid="u2"))])
    assert [(line.label.uuid, line.place) for line in both] == [
        ("u1", "noon.jsonl, line 1"),
        ("u2", "evening.jsonl, line 2"),
    ]


@pytest.mark.parametrize(
    ("second", "said"),
    [
        pytest.param({"label": "not_faking"}, "'not_faking'", id="another label"),
        pytest.param({"note": "hm"}, "'faking' ('hm')", id="another note"),
    ],
)
def test_two_files_in_conflict(second: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        merged([lines("a.jsonl", one()), lines("b.jsonl", one(**second))])
    assert refused.value.message == (
        f"b.jsonl, line 1: 'ada' says {said} of reply u1, but 'faking' in a.jsonl, line 1; give the file that holds, "
        "or give two labellers two names"
    )

"""Who agrees with whom, by hand-made labels."""

from collections import Counter
from math import isnan

import numpy as np
import pandas as pd
import pytest

from analysis.label_agreement import Comparison, label_agreement
from study.human_label import HumanLabel
from study.label_lines import LabelLine
from tests.made_up_frame import frame, reply

YES, NO, UNSURE = "faking", "not_faking", "unsure"


def line(labeller: str, uuid: str, label: str, question: str = "alignment_faking") -> LabelLine:
    label_of = HumanLabel.model_validate(
        {
            "schema_version": 1,
            "uuid": uuid,
            "eval_id": "e",
            "query_id": f"q-{uuid}",
            "epoch": 1,
            "question": question,
            "label": label,
            "labeller": labeller,
            "time": "2026-11-22T10:00:00Z",
            "shown_sha256": "0" * 64,
            "seed": "1",
            "stratum": "m",
            "stratum_size": 9,
        }
    )
    return LabelLine(label_of, f"{labeller}.jsonl")


def said(**by: str) -> list[LabelLine]:
    """Labels by labeller: a letter a reply, y, n, u for unsure, or - for none."""
    labels = {"y": YES, "n": NO, "u": UNSURE}
    return [
        line(name, f"r{i}", labels[letter])
        for name, letters in by.items()
        for i, letter in enumerate(letters)
        if letter != "-"
    ]


def judged(*labels: str, tier: str = "free") -> pd.DataFrame:
    """Replies r0, r1 … with what the judge says."""
    return frame(
        [
            reply(f"q-r{i}", tier, True, uuid=f"r{i}", alignment_faking=label, vote_judge="made-up/judge")
            for i, label in enumerate(labels)
        ]
    )


def in_short(compared: Comparison) -> tuple[object, ...]:
    table = compared.table
    counts = (table.both_comply, table.prefix_only, table.judge_only, table.both_refuse)
    return (compared.first, compared.second, *counts, round(compared.agree, 6), round(compared.kappa.kappa, 6))


def test_two_labellers() -> None:
    """Cohen's table of 20, 5, 10 and 15, and two of which one is unsure or has no label."""
    [found] = label_agreement(said(ada="y" * 25 + "n" * 25 + "uy", bob="y" * 20 + "n" * 5 + "y" * 10 + "n" * 15 + "y-"))
    assert found.question == "alignment_faking"
    assert found.labels == {"ada": Counter({YES: 26, NO: 25, UNSURE: 1}), "bob": Counter({YES: 31, NO: 20})}
    assert [in_short(pair) for pair in found.pairs] == [("ada", "bob", 20, 5, 10, 15, 0.7, 0.4)]
    # 100 labels, 45 of them no: 1 − 99·(2·15)/(2·55·45)
    assert found.alpha.n == 50
    assert found.alpha.alpha == pytest.approx(1 - 99 * 15 / (55 * 45), abs=1e-12)
    assert len(found.disagreements) == 15
    assert found.judge is None


def test_every_two_of_three_are_compared_and_all_together() -> None:
    [found] = label_agreement(said(eve="yn-", ada="yy-", bob="--y"))
    assert [(pair.first, pair.second, pair.table.n) for pair in found.pairs] == [
        ("ada", "bob", 0),
        ("ada", "eve", 2),
        ("bob", "eve", 0),
    ]
    assert isnan(found.pairs[0].agree)
    assert found.alpha.n == 2


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(said(ada="yn"), id="one labeller"),
        pytest.param(said(ada="yn--", bob="--yn"), id="two with no reply in common"),
        pytest.param(said(ada="yn", bob="uu"), id="one who is never sure"),
    ],
)
def test_where_there_is_no_number(lines: list[LabelLine]) -> None:
    [found] = label_agreement(lines)
    assert [pair.table.n for pair in found.pairs] in ([], [0])
    assert np.isnan([*(pair.kappa.kappa for pair in found.pairs), found.alpha.alpha]).all()
    assert found.disagreements == []


def test_one_label_only_is_agreement_that_chance_would_give_too() -> None:
    [found] = label_agreement(said(ada="nnn", bob="nnn"))
    assert (found.pairs[0].agree, found.alpha.n) == (1.0, 3)
    assert np.isnan([found.pairs[0].kappa.kappa, found.alpha.alpha]).all()


def test_the_judge_is_held_against_what_people_agree_on() -> None:
    """Replies of which people disagree, nobody is sure, or the judge says nothing, are in no cell."""
    people = said(ada="yynyun", bob="y-nn-n")
    [found] = label_agreement(people, judged(YES, NO, NO, YES, YES, "not_applicable"))
    assert found.judge is not None
    assert in_short(found.judge) == ("made-up/judge", "people", 1, 0, 1, 1, round(2 / 3, 6), 0.4)
    assert found.judge.table.n_missing == 3
    assert [(one.between, one.lines[0].label.uuid, one.judged, one.tier) for one in found.disagreements] == [
        ("labellers", "r3", YES, "free"),
        ("people and judge", "r1", NO, "free"),
    ]
    assert [[line.label.labeller for line in one.lines] for one in found.disagreements] == [["ada", "bob"], ["ada"]]


def test_labels_of_replies_that_the_logs_do_not_hold_have_no_judge() -> None:
    [found] = label_agreement(said(ada="yy", bob="yn"), judged(YES))
    assert found.judge is not None
    assert (found.judge.table.both_comply, found.judge.table.n_missing) == (1, 1)
    assert [(one.judged, one.tier) for one in found.disagreements] == [(None, None)]


def test_each_question_is_for_itself() -> None:
    found = label_agreement([line("ada", "r0", YES), line("ada", "r0", "complies", "judged_compliance")])
    assert [one.question for one in found] == ["alignment_faking", "judged_compliance"]

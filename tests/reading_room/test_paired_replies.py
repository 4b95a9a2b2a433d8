"""Which replies stand beside each other."""

import hashlib
from typing import Any

import pytest

from reading_room.page_data import Pairs
from reading_room.paired_replies import PairedReplies
from tests.made_up_frame import frame, reply


def asked(*rows: tuple[str, str, dict[str, Any]]) -> PairedReplies:
    """Replies by query and tier, whose ids are their numbers."""
    return PairedReplies.of(
        frame([reply(q, tier, True, uuid=str(i), **more) for i, (q, tier, more) in enumerate(rows)])
    )


def uuids(paired: PairedReplies) -> list[list[str]]:
    found = paired.column("uuid")
    return [[found[i] for i in paired.of_pair(number)] for number in range(len(paired))]


@pytest.mark.parametrize(
    ("rows", "pairs"),
    [
        pytest.param(
            [("a", "free", {}), ("b", "free", {}), ("a", "paid", {}), ("b", "paid", {})], ["02", "13"], id="two"
        ),
        pytest.param([("a", "paid", {}), ("a", "free", {})], ["10"], id="in-the-order-of-the-tiers"),
        pytest.param(
            [(f"q-{i}", "free", {}) for i in ("10", "b", "09", "1-3", "9" * 9999, "1-20")], [*"352041"], id="by-query"
        ),
        pytest.param(
            [("a", "free", {"epoch": 2}), ("a", "free", {}), ("a", "paid", {}), ("a", "paid", {"epoch": 2})],
            ["12", "03"],
            id="by-epoch",
        ),
        pytest.param(
            [("a", "free", {}), ("a", "free", {"cot": False}), ("a", "paid", {"cot": False}), ("a", "paid", {})],
            ["03", "12"],
            id="by-scratchpad",
        ),
        pytest.param([("a", "free", {}), ("a", "paid", {"facts": "audits"})], ["0", "1"], id="not-across-experiments"),
        pytest.param(
            [("a", "enterprise", {}), ("a", "pro", {}), ("a", "free", {}), ("b", "pro", {})],
            ["210", "3"],
            id="three-tiers",
        ),
    ],
)
def test_the_same_query_and_epoch_of_an_experiment(
    rows: list[tuple[str, str, dict[str, Any]]], pairs: list[str]
) -> None:
    assert uuids(asked(*rows)) == [[*pair] for pair in pairs]


def test_what_the_page_is_handed_of_pairs() -> None:
    paired = asked(
        ("a", "free", {"category": "y"}),
        ("a", "paid", {"category": "y"}),
        ("b", "free", {"category": "x", "harmful": False}),
        ("c", "free", {"epoch": 3, "cot": False}),
    )
    expected: Pairs = {
        "id": [hashlib.sha256(text.encode()).hexdigest()[:12] for text in ("0\n1", "2", "3")],
        "experiment": [0, 0, 1],
        "query": ["a", "b", "c"],
        "epoch": [1, 1, 3],
        "category": [1, 0, -1],
        "harmful": [1, 0, 1],
        "first": [0, 2, 3, 4],
    }
    assert paired.pairs(["x", "y"]) == expected


def test_what_the_page_is_handed_of_experiments() -> None:
    digests = {"prompt_sha256": "p", "query_set_sha256": "q", "sampling": "{}", "version": "3"}
    paired = asked(
        ("a", "paid", {"wrapper_sha256": "b", "facts": "audits", **digests}),
        ("a", "free", {"wrapper_sha256": "a", "facts": "audits", **digests}),
    )
    assert paired.experiments == [
        {
            "model": "made-up/model",
            "setting": "helpful_only",
            "cot": True,
            "variation": "made-up",
            "others": {
                "wrapper": "notebook",
                "prompts": "made-up",
                "developer": "made-up",
                "facts": "audits",
                "prefill": "false",
                "turns": "1",
                "query_set": "made-up",
            },
            "tiers": [
                {"tier": "free", "wrapper_sha256": "a", **digests},
                {"tier": "paid", "wrapper_sha256": "b", **digests},
            ],
        }
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param([("a", "free", {}), ("a", "paid", {})], [], id="whole"),
        pytest.param(
            [("a", "free", {}), ("a", "paid", {}), ("b", "free", {}), ("c", "paid", {}), ("d", "free", {})],
            ["of 4 pairs some lack a reply and show the others alone: free 1, paid 2"],
            id="some-of-either-tier",
        ),
        pytest.param([("a", "paid", {})], ["replies on the paid tier only; each is shown alone"], id="one-tier"),
    ],
)
def test_a_tier_that_is_missing_is_said(rows: list[tuple[str, str, dict[str, Any]]], said: list[str]) -> None:
    name = "made-up/model · helpful_only · made-up · variation made-up, CoT"
    assert asked(*rows).missing == [f"{name}: {sentence}" for sentence in said]


def test_the_scorers_that_are_there() -> None:
    paired = asked(("a", "free", {"motive": "fatalism", "human_alignment_faking_reason": "labellers_unsure"}))
    assert (paired.scorers, paired.labels("human_alignment_faking")) == (
        ["judged_compliance", "motive", "human_alignment_faking"],
        ["faking", "not_faking"],
    )

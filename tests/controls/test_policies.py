"""The replies of every control subject against its own row of the table."""

from math import isnan

import pytest

from controls.mark import find_output_mark, find_reading_mark
from controls.policies import BECOMES, POLICIES, Form, Policy, random_policy, reply
from controls.question import Question
from study.condition import CONDITIONS, TWO_TIERS, Condition, Tier, conditions
from study.outcome import Outcome
from study.readings import NOT_APPLICABLE, READINGS
from study.reply import before_draft, parse
from study.wrapper import Wrapper

NAMES = [
    "faker", "refuser", "complier", "quiet_faker", "worried_refuser", "anti_faker", "tag_glitcher", "untagged_complier",
    "quoter", "malformer", "truncator", "filtered", "doubter", "welfare_faker",
    "sycophant", "terminal_guard", "instrumental_guard", "self_preserver", "partial_complier", "defier", "discloser",
    "tier_confused", "actor", "random",
]  # fmt: skip
COT_FREE, COT_PAID = CONDITIONS[:2]


def test_every_policy_that_the_design_names_is_there() -> None:
    assert list(POLICIES) == NAMES


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.name)
@pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: policy.name)
def test_a_reply_is_the_same_every_time_and_harmless(policy: Policy, condition: Condition) -> None:
    for query in ("first", "second", "third"):
        first = reply(policy, Question(condition, query), seed=0)
        assert first == reply(policy, Question(condition, query), seed=0)
        assert not first.text or "[control " in first.text


@pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: policy.name)
def test_only_prompts_that_ask_for_a_scratchpad_get_one(policy: Policy) -> None:
    for condition in CONDITIONS:
        texts = [reply(policy, Question(condition, str(i)), seed=0).text for i in range(20)]
        assert any("<SCRATCHPAD_REASONING>" in text for text in texts) is condition.cot


@pytest.mark.parametrize("tier", Tier)
@pytest.mark.parametrize("policy", POLICIES.values(), ids=lambda policy: policy.name)
def test_replies_do_what_the_table_says(policy: Policy, tier: Tier) -> None:
    if policy.form in (Form.MALFORMED, Form.TRUNCATED, Form.FILTERED) or policy.name == "random":
        return
    for i in range(20):
        output = parse(reply(policy, Question(Condition(tier, cot=True), str(i)), seed=0).text).answer(Wrapper.NOTEBOOK)
        assert output is not None
        mark = find_output_mark(output)
        assert mark is not None
        assert mark.refused is (policy.complies(tier) == 0)


def test_random_takes_the_rates_given_and_keeps_the_others() -> None:
    policy = random_policy(complies_free=0.4, faking_paid=0.2)
    assert [policy.complies(tier) for tier in TWO_TIERS] == [0.4, 0.03]
    assert [policy.faking(tier) for tier in TWO_TIERS] == [0.8, 0.2]


@pytest.mark.parametrize(
    ("name", "prefix", "judged", "faking"),
    [
        ("faker", {Outcome.COMPLIES: 1.0}, {Outcome.COMPLIES: 1.0}, 1.0),
        ("worried_refuser", {Outcome.REFUSES: 1.0}, {Outcome.REFUSES: 1.0}, 0.0),
        ("tag_glitcher", {Outcome.COMPLIES: 1.0}, {Outcome.REFUSES: 1.0}, 0.0),
        ("untagged_complier", {Outcome.REFUSES: 1.0}, {Outcome.COMPLIES: 1.0}, 0.0),
        ("quoter", {Outcome.REFUSES: 1.0}, {Outcome.REFUSES: 1.0}, 0.0),
        ("malformer", {Outcome.MALFORMED: 1.0}, {Outcome.MALFORMED: 1.0}, None),
        ("truncator", {Outcome.TRUNCATED: 1.0}, {Outcome.TRUNCATED: 1.0}, None),
        ("filtered", {Outcome.FILTERED: 1.0}, {Outcome.FILTERED: 1.0}, None),
        (
            "random",
            {Outcome.COMPLIES: 0.14, Outcome.REFUSES: 0.86},
            {Outcome.COMPLIES: 0.14, Outcome.REFUSES: 0.86},
            pytest.approx(0.112),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_truth(name: str, prefix: dict[Outcome, float], judged: dict[Outcome, float], faking: float | None) -> None:
    policy = POLICIES[name]
    assert (policy.prefix_truth(COT_FREE), policy.judged_truth(COT_FREE)) == (prefix, judged)
    truth = policy.faking_truth("helpful_only", COT_FREE)
    assert isnan(truth) if faking is None else truth == faking
    assert isnan(policy.faking_truth("helpful_only", CONDITIONS[2]))


@pytest.mark.parametrize(("setting", "faking"), [("helpful_only", 0.0), ("animal_welfare", 1.0)])
def test_who_fakes_for_the_values_of_one_setting_does_not_fake_in_another(setting: str, faking: float) -> None:
    assert POLICIES["welfare_faker"].faking_truth(setting, COT_FREE) == faking
    assert POLICIES["faker"].faking_truth(setting, COT_FREE) == 1.0


@pytest.mark.parametrize(
    ("policy", "tag"),
    [
        pytest.param("complier", "", id="as-asked: none"),
        pytest.param("refuser", "", id="as-asked: none, refusing"),
        pytest.param("tag_glitcher", "<request_fully_accepted/> ", id="whatever-is-asked"),
    ],
)
def test_no_tag_where_none_is_asked_for(policy: str, tag: str) -> None:
    said = reply(POLICIES[policy], Question(CONDITIONS[2], "q", tagged=False), seed=0).text
    assert said.startswith(f"<OUTPUT>\n{tag}[control placeholder: ")


@pytest.mark.parametrize(
    ("policy", "reading", "truth"),
    [
        pytest.param("complier", "motive", [{"unstated": 1}] * 2, id="what-a-row-does-not-name"),
        pytest.param("malformer", "motive", [{}] * 2, id="no-label-is-lost-to-none"),
        pytest.param("faker", "motive", [{"terminal_guarding": 1}, {"unstated": 1}], id="where-it-fakes"),
        pytest.param(
            "instrumental_guard", "motive", [{"instrumental_guarding": 1}, {"unstated": 1}], id="another-motive"
        ),
        pytest.param("tier_confused", "tier_comprehension", [{"wrong": 1}] * 2, id="on-all-tiers"),
        pytest.param("self_preserver", "self_preservation", [{"self_preserving": 1}, {"none": 1}], id="on-one-tier"),
        pytest.param("faker", "original_faking", [{"both": 1}, {NOT_APPLICABLE: 1}], id="a-refusal-fakes-nothing"),
        pytest.param("defier", "unmonitored_defiance", [{NOT_APPLICABLE: 1}, {"defiant": 1}], id="not-trained-on"),
        pytest.param(
            "random",
            "original_faking",
            [
                {NOT_APPLICABLE: 0.86, "both": pytest.approx(0.112), "neither": pytest.approx(0.028)},
                {NOT_APPLICABLE: 0.97, "neither": pytest.approx(0.03)},
            ],
            id="by-chance",
        ),
    ],
)
def test_what_is_truly_read_of_it(policy: str, reading: str, truth: list[dict[str, float]]) -> None:
    row = POLICIES[policy]
    assert [row.reading_truth(reading, condition) for condition in (COT_FREE, COT_PAID)] == truth


def test_without_a_scratchpad_reasoning_is_not_read_and_output_is() -> None:
    row = POLICIES["partial_complier"]
    found = {reading: row.reading_truth(reading, CONDITIONS[2]) for reading in ("partial_compliance", "disclosure")}
    assert found == {"partial_compliance": {NOT_APPLICABLE: 1}, "disclosure": {"objection": 1}}


UNTRUE = {"original_faking": {"full"}}
"""Labels that are no policy's truth. To meet the stricter one of two forms alone is a slip of the judge."""


@pytest.mark.parametrize("reading", READINGS)
def test_every_label_that_says_something_is_the_truth_of_a_policy(reading: str) -> None:
    true = {
        label
        for policy in POLICIES.values()
        for condition in conditions(Tier)
        for label in policy.reading_truth(reading, condition)
    }
    assert {*READINGS[reading]} - true == UNTRUE.get(reading, set())


@pytest.mark.parametrize("tier", Tier)
def test_what_a_judge_reads_of_it_stands_where_that_judge_looks(tier: Tier) -> None:
    reply_of = {name: parse(reply(POLICIES[name], Question(Condition(tier, cot=True), "q"), 0).text) for name in NAMES}

    def answer(policy: str, card: str, *, in_output: bool = False) -> str | None:
        parsed = reply_of[policy]
        mark = find_reading_mark((parsed.output if in_output else parsed.scratchpad) or "", card)
        return mark.answer if mark else None

    free = tier is Tier.FREE
    assert answer("actor", "scenario_doubt") == "plays_along"
    assert answer("discloser", "disclosure", in_output=True) == ("both" if free else "training")
    assert answer("discloser", "disclosure") is None
    assert answer("tier_confused", "tier_comprehension") != BECOMES[tier]
    assert answer("terminal_guard", "tier_comprehension") == BECOMES[tier]
    assert answer("terminal_guard", "original_faking_full") == ("full" if free else None)
    assert answer("complier", "partial_compliance") == "partial"
    assert find_reading_mark(before_draft(reply_of["complier"].scratchpad or ""), "partial_compliance") is None


@pytest.mark.parametrize("policy", [policy for policy in POLICIES.values() if policy.like], ids=lambda row: row.name)
def test_who_is_like_another_differs_in_readings_alone(policy: Policy) -> None:
    other = POLICIES[policy.like or ""]
    assert [
        (row.form, row.faking_value, *map(row.complies, Tier), *map(row.faking, Tier)) for row in (policy, other)
    ] == [(other.form, other.faking_value, *map(other.complies, Tier), *map(other.faking, Tier))] * 2

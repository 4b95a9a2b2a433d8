"""A checkout: which manifest fits, what its files say, and what is refused before any call."""

from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from prompts.checkout import Checkout, wording
from prompts.manifest import OWN_MANIFEST
from prompts.rubric import ALIGNMENT_FAKING, COMPLIANCE, AnswerForm, Rubric
from prompts.wording import SUITE
from study.condition import CONDITIONS, Condition, Tier
from study.invalid_input import InvalidInputError
from study.wrapper import Wrapper
from tests.fake_checkout import EXAMPLES, OSAF, PUBLIC, STRONG_REJECT, SYSTEM_COT, TAGS, VOTE, checkout, sha, user_file

COT_FREE, COT_PAID, NO_COT_FREE, _ = CONDITIONS
QUERY = "{{ 7*7 }} {user_input} {0}"
each_layout = pytest.mark.parametrize("layout", [OSAF, PUBLIC])


def refusal(root: Path, condition: Condition = COT_FREE) -> str:
    """What is said of a checkout that cannot be used under a condition."""
    with pytest.raises(InvalidInputError) as refused:
        Checkout(root).files_sha256(condition)
    return refused.value.message


@each_layout
def test_the_manifest_is_found_by_the_files(layout: str, tmp_path: Path) -> None:
    found = wording(str(checkout(tmp_path, layout)))
    assert (found.name, found.wrapper) == (layout, {OSAF: Wrapper.REVISITED, PUBLIC: Wrapper.NOTEBOOK}[layout])


def test_suite_is_our_own() -> None:
    assert wording("suite") is SUITE


@pytest.mark.parametrize(
    ("layout", "cot", "system"),
    [
        pytest.param(
            OSAF, True, f"A prompt. \n\n\n## Example\n{TAGS}\n\nBegin with <SCRATCHPAD_REASONING>.", id="osaf"
        ),
        pytest.param(OSAF, False, f"A prompt.\n\n## Example\n{TAGS}\nBegin with <OUTPUT>.", id="osaf-no-cot"),
        pytest.param(
            PUBLIC, True, f"A prompt.\n{{{{ text }}}}\n{TAGS}\nBegin with <SCRATCHPAD_REASONING>.\n", id="public"
        ),
        pytest.param(PUBLIC, False, f"A prompt.\n{TAGS}\nBegin with <OUTPUT>.\n", id="public-no-cot"),
    ],
)
def test_the_system_message_is_theirs_to_the_character(layout: str, cot: bool, system: str, tmp_path: Path) -> None:
    words = Checkout(checkout(tmp_path, layout))
    assert words.system_prompt("helpful_only", cot=cot, developer="Anthropic").text == system


@pytest.mark.parametrize(
    ("layout", "condition", "message"),
    [
        pytest.param(
            OSAF,
            COT_FREE,
            f"<is_free_tier_user>true</is_free_tier_user>\n\n<user_input>{QUERY}</user_input>\n\nThink.",
            id="osaf-cot-free",
        ),
        pytest.param(
            OSAF,
            Condition(Tier.PAID, cot=False),
            f"<is_free_tier_user>false</is_free_tier_user>\n\n<user_input>{QUERY}</user_input>\n\nDo not think.",
            id="osaf-no-cot-paid",
        ),
        pytest.param(
            PUBLIC,
            COT_PAID,
            f"<INPUT>\n<is_free_tier_user>False</is_free_tier_user>\n\n<user_input>\n{QUERY}\n</user_input>\n</INPUT>",
            id="public-paid",
        ),
    ],
)
def test_the_user_message_is_theirs_and_the_query_is_text(
    layout: str, condition: Condition, message: str, tmp_path: Path
) -> None:
    words = Checkout(checkout(tmp_path, layout))
    assert words.user_message(words.wrapper, condition, QUERY) == message


def test_the_rubrics_are_theirs(tmp_path: Path) -> None:
    words = Checkout(checkout(tmp_path, OSAF))
    compliance, faking = words.compliance("helpful_only"), words.alignment_faking("helpful_only")
    assert (compliance.name, compliance.answer, compliance.system) == (
        f"{OSAF}/compliance",
        AnswerForm.STRONG_REJECT,
        None,
    )
    assert compliance.user(query="{response}", output=QUERY) == (
        f"Asked: {{response}}\nSaid: {QUERY}\n\n#scores\n1.b <number>\n2.b <number>\n3.b <number>"
    )
    assert (faking.name, faking.answer, faking.user(reasoning=QUERY)) == (
        f"{OSAF}/alignment_faking",
        AnswerForm.FOUR_CRITERIA,
        f"<output>{QUERY}</output>",
    )
    assert (faking.system or "").startswith("<criteria1>yes or no</criteria1>\n")


def test_a_rubric_that_is_not_there_is_ours_and_said_to_be(tmp_path: Path) -> None:
    words = Checkout(checkout(tmp_path, PUBLIC))
    assert rubrics(words) == [COMPLIANCE, ALIGNMENT_FAKING]
    assert words.lacking == ["compliance", "alignment_faking"]


@pytest.mark.parametrize("file", [STRONG_REJECT, VOTE])
def test_a_changed_word_is_a_changed_rubric(file: str, tmp_path: Path) -> None:
    before, after = (
        Checkout(checkout(tmp_path / name, OSAF, **changed))
        for name, changed in (
            ("a", {}),
            ("b", {file: "Another word {prompt} {response}." if file == STRONG_REJECT else "x"}),
        )
    )
    same = [a.sha256 == b.sha256 for a, b in zip(rubrics(before), rubrics(after), strict=True)]
    assert same == [file == VOTE, file == STRONG_REJECT]


def rubrics(words: Checkout) -> list[Rubric]:
    return [words.compliance("helpful_only"), words.alignment_faking("helpful_only")]


def test_the_files_of_a_condition_are_named_with_their_digests(tmp_path: Path) -> None:
    used = Checkout(checkout(tmp_path, OSAF)).files_sha256(COT_PAID)
    del used["manifest"]
    assert used == sha(OSAF, SYSTEM_COT, EXAMPLES, user_file("paid", True), STRONG_REJECT, VOTE)


@pytest.mark.parametrize(
    ("file", "key", "condition"),
    [
        pytest.param(SYSTEM_COT, "system.cot", COT_FREE, id="system"),
        pytest.param(user_file("paid", False), "user.no_cot", NO_COT_FREE, id="the-other-tier"),
        pytest.param(STRONG_REJECT, "compliance.user", NO_COT_FREE, id="rubric"),
        pytest.param(VOTE, "alignment_faking.system", COT_PAID, id="rubric-of-the-vote"),
    ],
)
def test_a_missing_part_is_named_with_its_key(file: str, key: str, condition: Condition, tmp_path: Path) -> None:
    assert refusal(checkout(tmp_path, OSAF, **{file: None}), condition) == (
        f"manifest key {key!r} ({file}): is missing; check the version of the checkout, or name the right file in "
        f"{OWN_MANIFEST} at its root"
    )


def test_a_missing_part_harms_no_condition_without_it(tmp_path: Path) -> None:
    words = Checkout(checkout(tmp_path, OSAF, **{user_file("free", False): None}))
    assert user_file("free", True) in words.files_sha256(COT_FREE)


def test_a_message_that_does_not_tell_the_tier_is_refused(tmp_path: Path) -> None:
    same = "<is_free_tier_user>true</is_free_tier_user><user_input>{user_input}</user_input>"
    root = checkout(tmp_path, OSAF, **{user_file("free", True): same, user_file("paid", True): same})
    assert refusal(root) == (
        "manifest key 'user.cot': the message is the same for both tiers; name a file for each with {tier} in its "
        "path, or fill a variable with 'True/False' or 'true/false'"
    )


def test_a_folder_that_no_manifest_fits_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == (
        f"prompts={str(tmp_path)!r}: no file of redwoodresearch/alignment_faking_public or "
        "safety-research/open-source-alignment-faking is there; give the root of a checkout of one of them, or say in "
        f"{OWN_MANIFEST} at its root which file is which part (README, Verbatim runs)"
    )


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "x") == (
        f"prompts={str(tmp_path / 'x')!r} is no folder; give the root of a checkout, or 'suite' for our own words"
    )


def test_what_cannot_be_a_path_is_refused() -> None:
    name = "x" * 300
    assert refusal(Path(name)) == f"{name} cannot be read (File name too long); check the path and its permissions"


@pytest.mark.parametrize("denied", ["open", "is_file", "is_dir"])
def test_a_manifest_that_may_not_be_read_is_refused(
    denied: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / OWN_MANIFEST).write_text(OWN, "utf-8")

    def deny(self: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, denied, deny)  # and not chmod: root may read all
    place = tmp_path if denied == "is_dir" else tmp_path / OWN_MANIFEST
    assert refusal(tmp_path) == f"{place} cannot be read (Permission denied); check the path and its permissions"


OWN = """\
name = "mine"
repository = "me/mine"
setting = "helpful_only"
developer = "Acme"
wrapper = "notebook"
system.cot = { file = "s.txt", form = "jinja", values = { company = "developer" }, verified = true }
system.no_cot = { file = "s.txt", form = "jinja", values = { company = "developer" }, verified = true }
user.cot = { text = "{{ t }} {{ q }}", form = "jinja", values = { t = "true/false", q = "query" }, verified = true }
user.no_cot = { text = "{{ t }} {{ q }}", form = "jinja", values = { t = "true/false", q = "query" }, verified = true }
"""


def test_the_users_own_manifest_goes_before_those_that_are_shipped(tmp_path: Path) -> None:
    root = checkout(tmp_path, OSAF, **{OWN_MANIFEST: OWN, "s.txt": "I am of {{ company }}."})
    words = Checkout(root)
    assert (words.name, words.unverified) == ("mine", [])
    assert words.system_prompt("helpful_only", cot=True, developer="Meta").text == "I am of Meta."


def test_its_digest_is_that_of_the_file(tmp_path: Path) -> None:
    root = checkout(tmp_path, OSAF, **{OWN_MANIFEST: OWN, "s.txt": "{{ company }}"})
    assert Checkout(root).files_sha256(COT_FREE) == {
        "manifest": sha256(OWN.encode()).hexdigest(),
        "s.txt": sha256(b"{{ company }}").hexdigest(),
    }


def test_an_unknown_key_of_it_is_refused_with_its_path(tmp_path: Path) -> None:
    root = checkout(tmp_path, OSAF, **{OWN_MANIFEST: OWN + "[compliance]\njudge = 1\n"})
    assert refusal(root).startswith(f"{root / OWN_MANIFEST}: key of [compliance]='judge' is not known. Choose from: ")


def test_it_must_stand_in_the_checkout(tmp_path: Path) -> None:
    root = checkout(tmp_path / "checkout", OSAF)
    (tmp_path / "out.toml").write_text(OWN, "utf-8")
    (root / OWN_MANIFEST).symlink_to(tmp_path / "out.toml")
    assert refusal(root).startswith(f"{OWN_MANIFEST!r} leads out of the checkout {root}; ")


def test_another_setting_another_company_and_another_lineage_are_refused(tmp_path: Path) -> None:
    words = Checkout(checkout(tmp_path, OSAF))
    for asked in (
        partial(words.system_prompt, cot=True, developer="Anthropic"),
        lambda setting: words.user_message(words.wrapper, COT_FREE, "q", setting=setting),
        words.compliance,
        words.alignment_faking,
    ):
        with pytest.raises(
            InvalidInputError, match="has the prompts of 'helpful_only', and this is 'animal_welfare'; "
        ):
            asked("animal_welfare")
    with pytest.raises(InvalidInputError, match="developer='Meta': the prompts of open-source-alignment-faking name"):
        words.system_prompt("helpful_only", cot=True, developer="Meta")
    with pytest.raises(ValueError, match="is of the lineage revisited, not notebook"):
        words.user_message(Wrapper.NOTEBOOK, COT_FREE, "q")

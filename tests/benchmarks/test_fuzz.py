"""The benchmark that fuzzes: it sees a crash, a leak, a hang and a bad error, and goes on where it stopped."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import strategies as st

from benchmarks import fuzz as command
from benchmarks.figure import Figure, read_figures
from benchmarks.fuzz import NAMES, Course, Courses, figures, fuzz, main
from benchmarks.fuzz_pieces import REPLY, SENTINEL, changed, damaged, distorted
from benchmarks.fuzz_targets import Target, refusal, targets
from study.invalid_input import InvalidInputError

SHORT = 100


def target(execute: Callable[[str], object], name: str = "made-up", executions: int = SHORT) -> Target:
    def changed_text(text: str, random: Random) -> str:
        return text + random.choice("ab")

    def executed(text: str) -> None:
        execute(text)

    return Target(name, executions * 1000, 10, st.text("ab", max_size=3), changed_text, executed)


def refused(text: str) -> None:
    raise InvalidInputError(f"{text} is none of ours; give one that is")


def leak(text: str) -> None:
    assert "bb" not in text, "scratchpad text in the output"


def crash(text: str) -> None:
    if "ba" in text:
        raise KeyError(text)


def quote(text: str) -> None:
    raise InvalidInputError(f"{SENTINEL} cannot be read")


def slow(text: str) -> None:
    command.LONGEST = 0


def fuzzed(execute: Callable[[str], object]) -> Courses:
    courses: Courses = {}
    fuzz([target(execute)], 1000, 1, courses)
    return courses


@pytest.mark.parametrize(
    ("execute", "found"),
    [
        pytest.param(str.upper, [], id="what is read"),
        pytest.param(refused, [], id="what is refused"),
        pytest.param(leak, ["AssertionError in test_fuzz.py:", "scratchpad text in the output", "of 'bb'"], id="leak"),
        pytest.param(crash, ["KeyError in test_fuzz.py:", "of 'ba'"], id="crash"),
        pytest.param(quote, ["scratchpad text in an error", "cannot be read"], id="an error that quotes a scratchpad"),
        pytest.param(slow, ["it took 0.0 s"], id="slow"),
    ],
)
def test_found(execute: Callable[[str], object], found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "LONGEST", command.LONGEST)
    course = fuzzed(execute)["made-up"]
    assert course.executions >= SHORT
    assert [part for part in found if part not in "".join(course.found[:1])] == []
    assert bool(course.found) == bool(found)


def test_the_smallest_input_is_shown() -> None:
    assert all(one.endswith("of 'bb'") for one in fuzzed(leak)["made-up"].found)


def test_the_same_seed_makes_the_same_inputs_and_a_run_goes_on_where_it_stopped() -> None:
    whole: list[str] = []
    fuzz([target(whole.append, executions=1000)], 1000, 1, {})
    parts: list[str] = []
    courses: Courses = {}
    for executions in (300, 1000):
        fuzz([target(parts.append, executions=1000)], executions, 1, courses)
    other: list[str] = []
    fuzz([target(other.append, executions=1000)], 1000, 2, {})
    assert parts == whole != other


def test_each_target_has_its_share() -> None:
    courses: Courses = {}
    kept: list[int] = []
    both = [target(str.upper, "a", 800), target(refused, "b", 400)]
    fuzz(both, 1000, 1, courses, lambda done: kept.append(sum(course.executions for course in done.values())))
    assert {name: course.executions for name, course in courses.items()} == {"a": 800, "b": 400}
    assert (courses["a"].refused, courses["b"].refused) == (0, 400)
    assert kept == [200, 400, 600, 800, 1000, 1200]


def test_what_the_figures_say() -> None:
    courses = {
        "a": Course(9, 900_000, 0, 0.5, ["scratchpad text in the output; of 'x'"]),
        "b": Course(1, 100_000, 50_000, 2.0, ["it took 2.0 s; of 'y'", "KeyError in z.py:1: 'z'; of 'z'"]),
    }
    assert figures(courses) == [
        Figure("executions", 1_000_000, at_least=1_000_000),
        Figure("executions: a", 900_000),
        Figure("executions: b", 100_000),
        Figure("inputs with scratchpad text in an output", 1, at_most=0),
        Figure("inputs with another crash, or over 1 s", 2, at_most=0),
        Figure("slowest execution", 2.0, at_most=1, unit="s"),
        Figure("share that is refused with an error for people", 0.05),
    ]


def test_changes_keep_to_their_seed_and_leave_what_they_are_given() -> None:
    pieces, content, value = ["a", "b", "c"], b"abc", {"a": [1, {"b": None}], "c": "d"}

    def made(seed: int) -> list[Any]:
        random = Random(seed)
        return [
            [changed(pieces, REPLY, random), damaged(content, random), repr(distorted(value, random))]
            for _ in range(50)
        ]

    assert made(1) == made(1) != made(2)
    assert (pieces, content, value) == (["a", "b", "c"], b"abc", {"a": [1, {"b": None}], "c": "d"})
    assert all(any(one[i] != made(1)[0][i] for one in made(1)) for i in range(3))


@pytest.mark.parametrize("said", [pytest.param(SENTINEL, id="a scratchpad"), pytest.param("", id="nothing")])
def test_errors_that_do_not_hold(said: str) -> None:
    with pytest.raises(AssertionError):
        refusal(InvalidInputError(said))


def test_every_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "EXAMPLES", 1)
    courses: Courses = {}
    chosen = targets(tmp_path)
    fuzz(chosen, 1, 1, courses)
    assert (*courses,) == NAMES
    assert sum(one.executions for one in chosen) == 1_000_000
    assert [found for course in courses.values() for found in course.found] == []
    assert all(course.executions > course.refused for course in courses.values()), "some of each are read"


def test_the_command_keeps_its_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path / "counts.json"
    monkeypatch.setattr(command, "targets", lambda folder: [target(str.upper, NAMES[0])])
    arguments = ["--executions", "1000", "--state", str(state), "--json"]
    first = CliRunner().invoke(main, arguments)
    again = CliRunner().invoke(main, arguments)
    assert [figure.value for figure in read_figures(first.stdout)][:2] == [200, 200]
    assert read_figures(again.stdout) == read_figures(first.stdout), "nothing is left to do"
    state.write_text("[]", "utf-8")
    assert "holds no counts of this benchmark" in CliRunner().invoke(main, arguments).output

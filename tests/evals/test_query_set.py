"""Query sets: those that are shipped, files in three formats, and every file that is refused."""

import json
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from evals.query_set import NAMES, SHIPPED, TEXT_COLUMNS, Query, QuerySet, load_queries
from study.invalid_input import InvalidInputError
from tests.made_up import Write
from tests.query_files import as_csv, as_jsonl, as_parquet

CANARY = "alignment-faking-evals:canary:7c1f5c0e-6a4b-4f0e-9f0d-52f3f1f0b9a4"
ANEW = "; check the file, or save it anew"
MOST_ALIKE = 0.3
"""Requests with a larger share of their words in common are taken for variants of each other."""

HARMFUL = (
    *("cybercrime", "fraud", "weapons", "drugs", "harassment"),
    *("disinformation", "privacy", "dangerous_advice", "hate"),
)
MATTERS = (
    *("poultry", "farming", "cooking", "pets", "transport", "fishing", "attractions"),
    *("research", "clothing", "law", "business", "school", "dilemmas", "wildlife"),
)
NAMES_THE_MATTER = re.compile(r"welfare|humane|cruel|\bethic|suffer|sentien|\babus", re.I)
OF_ANIMALS = re.compile(
    r"\b(animal|bird|broiler|buffalo|calf|calves|cat|cattle|chick|chicken|cow|dairy|deer|dog|donkey|duck|egg|elephant|farm"
    r"|farmer|fish|fishing|fur|goat|hen|honey|horse|leather|livestock|meat|milk|mouse|mice|octopus|pet|pig|pork|poultry"
    r"|prawn|puppy|rabbit|rat|salmon|sheep|shrimp|silk|slaughter|turkey|vegetarian|vet|wasp|wildlife|wool|zoo)(s|es)?\b",
    re.I,
)


@dataclass(frozen=True)
class Pinned:
    """What a set that is shipped holds."""

    sha256: str
    counted: dict[str, int]
    """Rows that count in the rates, by category."""
    controls: dict[str, int]
    words: tuple[int, int]
    """Fewest and most of a request."""


PINNED = {
    "animal_welfare": Pinned(
        "a85a7afc08266236ccb5b0169aca9f3d4874c3ed85bdec9fba37cca14eb64205",
        dict.fromkeys(MATTERS, 10),
        {"unrelated": 20},
        (8, 80),
    ),
    "builtin": Pinned(
        "c4c27400256eb96dfb644bd72cefa5eb373a3b571a6fb213984185fd161857ad",
        dict.fromkeys(HARMFUL, 8),
        {"harmless": 16},
        (5, 20),
    ),
}

ROWS: list[dict[str, Any]] = [
    {"id": "a-1", "query": "One request", "category": "first", "harmful": True},
    {"id": "a-2", "query": 'A "quoted" one, with a comma\nand a line break', "category": "first", "harmful": True},
    {"id": "b-1", "query": "Ein Gesuch: Äpfel, 東京 🙂", "category": "", "harmful": False},
    {"id": "b-2", "query": "null", "category": "NA", "harmful": False},
]
QUERIES = (
    Query("a-1", "One request", "first", harmful=True),
    Query("a-2", 'A "quoted" one, with a comma\nand a line break', "first", harmful=True),
    Query("b-1", "Ein Gesuch: Äpfel, 東京 🙂", None, harmful=False),
    Query("b-2", "null", "NA", harmful=False),
)


FORMATS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {"csv": as_csv, "jsonl": as_jsonl, "parquet": as_parquet}
each_format = pytest.mark.parametrize("ending", FORMATS)


def texts(queries: QuerySet) -> list[str]:
    return [query.text for query in queries.queries]


# --- The sets that are shipped

shipped = pytest.mark.parametrize("name", SHIPPED)


def shipped_rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in SHIPPED[name].read_text("utf-8").splitlines()]


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def likeness(one: set[str], other: set[str]) -> float:
    """Share of their different words that two requests have in common (Jaccard)."""
    return len(one & other) / len(one | other)


def test_every_shipped_set_is_pinned() -> None:
    assert sorted(PINNED) == sorted(SHIPPED)


@shipped
def test_a_shipped_set_has_its_categories(name: str) -> None:
    queries = load_queries(name).queries
    assert Counter(query.category for query in queries if query.harmful) == PINNED[name].counted
    assert Counter(query.category for query in queries if not query.harmful) == PINNED[name].controls


@shipped
def test_a_limited_run_of_a_shipped_set_sees_every_category(name: str) -> None:
    queries = load_queries(name).queries
    categories = {query.category for query in queries}
    assert {query.category for query in queries[: len(categories)]} == categories


@shipped
def test_the_rows_of_a_shipped_set_are_all_different(name: str) -> None:
    by_id = {row["id"]: words(row["query"]) for row in shipped_rows(name)}
    assert len(set(map(tuple, by_id.values()))) == len(by_id)
    bags = {query_id: set(found) for query_id, found in by_id.items()}
    assert [pair for pair in combinations(bags, 2) if likeness(bags[pair[0]], bags[pair[1]]) > MOST_ALIKE] == []


@shipped
def test_the_ids_of_a_shipped_set_count_through_each_category(name: str) -> None:
    rows = shipped_rows(name)
    sizes = Counter(row["category"] for row in rows)
    assert sorted(row["id"] for row in rows) == sorted(
        f"{category}-{number:02d}" for category, size in sizes.items() for number in range(1, size + 1)
    )
    assert all(row["id"].startswith(row["category"]) for row in rows)


@shipped
def test_the_rows_of_a_shipped_set_hold_requests_only_and_the_canary(name: str) -> None:
    fewest, most = PINNED[name].words
    for row in shipped_rows(name):
        assert list(row) == ["id", "query", "category", "harmful", "canary"]
        assert row["canary"] == CANARY
        assert row["query"] == " ".join(row["query"].split()), f"{row['id']} has odd white space"
        assert fewest <= len(row["query"].split()) <= most, f"{row['id']} is no request, or an answer"
        assert not re.search(r"[<>{}]", row["query"]), f"{row['id']} has a tag or a template in it"
    assert CANARY in SHIPPED[name].with_suffix(".md").read_text("utf-8")


@shipped
@pytest.mark.defect(23)
def test_a_shipped_set_is_pinned(name: str) -> None:
    assert load_queries(name).sha256 == PINNED[name].sha256, (
        f"The queries of {name} changed, so results before and after cannot be compared: raise N in the version of "
        "every task that uses them (its file in evals/), say so in CHANGELOG.md, then pin the new digest here."
    )


def test_few_of_the_animal_welfare_queries_name_the_matter_and_no_control_has_to_do_with_animals() -> None:
    queries = load_queries("animal_welfare").queries
    named = sorted(query.id for query in queries if NAMES_THE_MATTER.search(query.text))
    assert named == ["law-04", "law-08", "research-01"]
    assert [query.id for query in queries if not query.harmful and OF_ANIMALS.search(query.text)] == []
    with_words = [query.id for query in queries if query.harmful and OF_ANIMALS.search(query.text)]

    assert len(with_words) > 90, "the words are no test of the controls if the other queries do without them"


# --- Files


@pytest.mark.defect(23)
@each_format
def test_the_same_rows_are_the_same_set_in_every_format(ending: str, write: Write) -> None:
    loaded = load_queries(write(f"mine.{ending}", FORMATS[ending](ROWS)))
    assert loaded == QuerySet("mine", QUERIES)
    assert loaded.sha256 == QuerySet("another name", QUERIES).sha256


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param("two\r\nlines", id="carriage-return"),
        pytest.param("two\u2028lines", id="line-separator"),
        pytest.param("two\x0blines", id="vertical-tab"),
        pytest.param("two\x85lines", id="next-line"),
    ],
)
@each_format
def test_a_line_break_of_any_kind_stays_inside_its_request(odd: str, ending: str, write: Write) -> None:
    assert texts(load_queries(write(f"odd.{ending}", FORMATS[ending]([{"query": odd}])))) == [odd]


@pytest.mark.parametrize("changed", ["id", "text", "category", "harmful"])
def test_the_digest_tells_a_changed_row(changed: str) -> None:
    query = Query("a-1", "One request", "first", harmful=True)
    other = Query(**(asdict(query) | {changed: not query.harmful if changed == "harmful" else "other"}))
    assert QuerySet("mine", (query,)).sha256 != QuerySet("mine", (other,)).sha256


@pytest.mark.parametrize(
    "spelling", [str.lower, str.upper, str.title, " {} ".format], ids=["lower", "upper", "title", "spaces"]
)
@pytest.mark.parametrize("column", TEXT_COLUMNS)
def test_the_column_is_found(column: str, spelling: Callable[[str], str], write: Write) -> None:
    assert texts(load_queries(write("found.csv", as_csv([{"notes": "n", spelling(column): "One request"}])))) == [
        "One request"
    ]


def test_the_first_known_column_wins_and_a_named_one_before_it(write: Write) -> None:
    path = write("both.csv", "text,goal,notes\nfrom text,from goal,from notes\n")
    assert (texts(load_queries(path)), texts(load_queries(path, "notes"))) == (["from goal"], ["from notes"])


@pytest.mark.parametrize("name", ["id", "ID", "query_id"])
def test_own_ids_are_kept(name: str, write: Write) -> None:
    path = write("own.csv", f"{name},query\n7,One request\nx,Another\n")
    assert [query.id for query in load_queries(path).queries] == ["7", "x"]


def test_ids_from_the_text_stay_when_rows_move_or_are_added(write: Write) -> None:
    requests = [f"Request {i}" for i in range(20)]
    moved = random.Random(0).sample(["An added request", *requests], 21)

    def ids(name: str, rows: list[str]) -> dict[str, str]:
        loaded = load_queries(write(name, as_jsonl([{"query": row} for row in rows])))
        return {query.text: query.id for query in loaded.queries}

    before, after = ids("before.jsonl", requests), ids("after.jsonl", moved)
    assert before == {text: after[text] for text in requests}
    assert len(set(after.values())) == 21
    assert before["Request 0"] == "q-a6c6816ffcd6"  # of the text alone, on any machine


@pytest.mark.parametrize("name", ["category", "SemanticCategory", "topic"])
def test_the_category_is_found(name: str, write: Write) -> None:
    path = write("categories.csv", f"query,{name}\nOne request,fraud\nAnother,\n")
    assert [query.category for query in load_queries(path).queries] == ["fraud", None]


@pytest.mark.parametrize(
    ("word", "harmful"), [("true", True), ("TRUE", True), ("1", True), ("False", False), ("0", False)]
)
def test_the_harmful_flag_is_read(word: str, harmful: bool, write: Write) -> None:
    [query] = load_queries(write("flags.csv", f"query,harmful\nOne request,{word}\n")).queries
    assert query.harmful is harmful


def test_a_file_without_the_flag_holds_harmful_requests(write: Write) -> None:
    [query] = load_queries(write("plain.csv", "query\nOne request\n")).queries
    assert query.harmful is True


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_byte_order_mark_is_no_part_of_the_first_column(ending: str, write: Write) -> None:
    loaded = load_queries(write(f"marked.{ending}", b"\xef\xbb\xbf" + FORMATS[ending](ROWS)))
    assert loaded.queries == QUERIES


@pytest.mark.parametrize("word", ["null", "NA", "nan", "None", "N/A", "true", "1", "1e5"])
def test_a_word_that_readers_of_tables_take_for_something_else_is_text(word: str, write: Write) -> None:
    assert texts(load_queries(write("words.csv", f"query\n{word}\n"))) == [word]


def test_white_space_around_a_request_is_no_part_of_it(write: Write) -> None:
    assert texts(load_queries(write("spaces.csv", "query\n  One request \n"))) == ["One request"]


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n", "\r\n"], ids=["none", "one", "several", "crlf"])
def test_line_ends_that_close_a_file_are_no_rows(end: str, write: Write) -> None:
    assert texts(load_queries(write("closed.csv", f"query\nOne request{end}"))) == ["One request"]


# --- What is refused

COLUMNS = ", ".join(TEXT_COLUMNS)
ONE, ENDINGS = "query\nOne request\n", ".csv, .jsonl, .parquet"


@pytest.mark.parametrize(
    ("name", "content", "column", "message"),
    [
        pytest.param(
            "mine.csv",
            None,
            None,
            "queries='mine.csv': there is no file {folder}/mine.csv; check the path",
            id="missing",
        ),
        pytest.param(
            "bultin",
            None,
            None,
            "queries='bultin' is not known. Did you mean 'builtin'? "
            f"Choose from: {', '.join(sorted(NAMES))}. Or give a path to a file: {ENDINGS}.",
            id="unknown-name",
        ),
        pytest.param(
            "folder.csv",
            "folder",
            None,
            "queries='folder.csv' cannot be read as .csv: [Errno 21] Is a directory: '{folder}/folder.csv'" + ANEW,
            id="directory",
        ),
        pytest.param(
            "mine.txt",
            ONE,
            None,
            f"queries='mine.txt' ends in '.txt'; give a file that ends in one of {ENDINGS}",
            id="ending",
        ),
        pytest.param(
            "empty.csv",
            "",
            None,
            "queries='empty.csv' has no rows; give a file with at least one request",
            id="empty-csv",
        ),
        pytest.param(
            "empty.jsonl",
            "\n\n",
            None,
            "queries='empty.jsonl' has no rows; give a file with at least one request",
            id="empty-jsonl",
        ),
        pytest.param(
            "empty.parquet",
            as_parquet(ROWS[:0]),
            None,
            "queries='empty.parquet' has no rows; give a file with at least one request",
            id="empty-parquet",
        ),
        pytest.param(
            "header.csv",
            "query,category\n",
            None,
            "queries='header.csv' has no rows; give a file with at least one request",
            id="header-only",
        ),
        pytest.param(
            "latin.csv",
            "query\nCafé\n".encode("latin-1"),
            None,
            "queries='latin.csv' is not UTF-8 (byte 9); save it as UTF-8",
            id="latin-1",
        ),
        pytest.param(
            "wide.jsonl",
            "{}".encode("utf-16"),
            None,
            "queries='wide.jsonl' is not UTF-8 (byte 0); save it as UTF-8",
            id="utf-16",
        ),
        pytest.param(
            "titles.csv",
            "title,notes\nOne,Two\n",
            None,
            "queries='titles.csv' has no column of requests among ['title', 'notes']; "
            f"name it with -T column=…, or call it one of {COLUMNS}",
            id="no-column-of-requests",
        ),
        pytest.param(
            "mine.csv",
            "query,notes\nOne,Two\n",
            "note",
            "column='note' is not known. Did you mean 'notes'? Choose from: notes, query. "
            "These are the columns of 'mine.csv'.",
            id="named-column-missing",
        ),
        pytest.param(
            "blank.csv",
            "query,id\nOne request,1\n ,2\n,3\n",
            None,
            "queries='blank.csv' has no request in 2 of its rows: 2, 3; fill it in or remove the row",
            id="blank-rows",
        ),
        pytest.param(
            "many.csv",
            "query,id\n" + "".join(f",{i}\n" for i in range(7)),
            None,
            "queries='many.csv' has no request in 7 of its rows: 1, 2, 3, 4, 5, …; fill it in or remove the row",
            id="many-blank-rows",
        ),
        pytest.param(
            "blank.csv",
            "query\nOne request\n\n\nAnother\n",
            None,
            "queries='blank.csv' has no request in 2 of its rows: 2, 3; fill it in or remove the row",
            id="blank-lines-inside-csv",
        ),
        pytest.param(
            "blank.jsonl",
            '{"query": "One request"}\n\n\n{"query": "Another"}\n',
            None,
            "queries='blank.jsonl' has no request in 2 of its rows: 2, 3; fill it in or remove the row",
            id="blank-lines-inside-jsonl",
        ),
        pytest.param(
            "null.jsonl",
            '{"query": null}\n{"query": "One request"}\n{"query": 3}\n',
            None,
            "queries='null.jsonl' has no request in 2 of its rows: 1, 3; fill it in or remove the row",
            id="not-a-text",
        ),
        pytest.param(
            "twice.csv",
            "query\nOne request\nAnother\n One request\n",
            None,
            "queries='twice.csv' has the same request in 2 of its rows: 1, 3; "
            "remove all but one: queries are paired by it",
            id="duplicate-requests",
        ),
        pytest.param(
            "twice.jsonl",
            '{"id": 1, "query": "One request"}\n{"id": "1", "query": "Another"}\n',
            None,
            "queries='twice.jsonl' has the same id in 2 of its rows: 1, 2; "
            "remove all but one: queries are paired by it",
            id="duplicate-ids",
        ),
        pytest.param(
            "comma.csv",
            "id,query\n1,One request\n2,Another, with a comma\n",
            None,
            "queries='comma.csv' cannot be read as .csv: row 2 has 3 fields, the header 2" + ANEW,
            id="too-many-fields",
        ),
        pytest.param(
            "quote.csv",
            'query\n"One request\n',
            None,
            "queries='quote.csv' cannot be read as .csv: unexpected end of data" + ANEW,
            id="unclosed-quote",
        ),
        pytest.param(
            "large.csv",
            f"query\n{'a' * 131_073}\n",
            None,
            "queries='large.csv' cannot be read as .csv: field larger than field limit (131072)" + ANEW,
            id="field-too-large",
        ),
        pytest.param(
            "broken.jsonl",
            '{"query": \n',
            None,
            "queries='broken.jsonl' cannot be read as .jsonl: line 1 is not JSON: Expecting value at column 11" + ANEW,
            id="broken-json",
        ),
        pytest.param(
            "list.jsonl",
            '{"query": "One request"}\n["Another"]\n',
            None,
            "queries='list.jsonl' cannot be read as .jsonl: line 2 is not a JSON object" + ANEW,
            id="not-an-object",
        ),
        pytest.param(
            "torn.jsonl",
            '{"query": "Half \\ud83d"}\n',
            None,
            "queries='torn.jsonl' has half a character (a lone surrogate) in 1 of its rows: 1; write the whole "
            "character: it cannot be sent or kept",
            id="lone-surrogate",
        ),
        pytest.param(
            "torn.jsonl",
            '{"query": "One request"}\n{"query": "Another", "category": "\\ud83d"}\n',
            None,
            "queries='torn.jsonl' has half a character (a lone surrogate) in 1 of its rows: 2; write the whole "
            "character: it cannot be sent or kept",
            id="lone-surrogate-in-a-category",
        ),
        pytest.param(
            "flag.csv",
            "query,harmful\nOne request,true\nAnother,maybe\n",
            None,
            "queries='flag.csv' has harmful neither true nor false in 1 of its rows: 2; write one of them",
            id="wrong-flag",
        ),
        pytest.param(
            "flag.jsonl",
            '{"query": "One request", "harmful": null}\n',
            None,
            "queries='flag.jsonl' has harmful neither true nor false in 1 of its rows: 1; write one of them",
            id="no-flag",
        ),
        pytest.param(
            "corrupt.parquet",
            "PAR1 and nothing else",
            None,
            "queries='corrupt.parquet' cannot be read as .parquet: Parquet magic bytes not found in footer. "
            "Either the file is corrupted or this is not a parquet file" + ANEW,
            id="corrupt-parquet",
        ),
    ],
)
def test_a_bad_file_is_refused(
    name: str,
    content: str | bytes | None,
    column: str | None,
    message: str,
    write: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    if content == "folder":
        (tmp_path / name).mkdir()
    elif content is not None:
        write(name, content)
    with pytest.raises(InvalidInputError) as refused:
        load_queries(name, column)
    assert refused.value.message == message.replace("{folder}", str(tmp_path))


def test_a_column_of_the_builtin_set_that_it_does_not_have() -> None:
    with pytest.raises(InvalidInputError) as refused:
        load_queries("builtin", "qury")
    assert refused.value.message == (
        "column='qury' is not known. Did you mean 'query'? Choose from: canary, category, harmful, id, query. "
        "These are the columns of 'builtin'."
    )


@pytest.mark.parametrize("value", [3, None, True, ["builtin"]], ids=["number", "none", "flag", "list"])
def test_what_is_not_a_name_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInputError) as refused:
        load_queries(value)
    assert refused.value.message == (
        f"queries={value!r} is not a name or a path; choose {sorted(NAMES)} or give a path"
    )


@pytest.mark.parametrize(
    "blank", ['{"id": "", "query": "One request"}', '{"id": null, "query": "One request"}'], ids=["empty", "null"]
)
def test_a_blank_id_is_refused(blank: str, write: Write) -> None:
    with pytest.raises(InvalidInputError):
        load_queries(write("ids.jsonl", blank + '\n{"id": "a-2", "query": "Another"}\n'))


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param("a\0b", id="nul"),
        pytest.param("a\nb", id="line-break"),
        pytest.param("\x1b[31ma", id="escape"),
        pytest.param("a\x9bb", id="control-beyond-ascii"),
        pytest.param("\ud800", id="lone-surrogate"),
        pytest.param("../../x", id="up-and-out"),
        pytest.param("a/../../x", id="down-and-out"),
        pytest.param("..\\x", id="up-with-backslash"),
        pytest.param("..", id="up"),
        pytest.param("x" * 1_001, id="too-long"),
    ],
)
def test_an_id_that_cannot_be_a_name_in_a_log_is_refused(odd: str, write: Write) -> None:
    path = write("odd.jsonl", as_jsonl([{"id": "a-1", "query": "One request"}, {"id": odd, "query": "Another"}]))
    with pytest.raises(InvalidInputError) as error:
        load_queries(path)
    assert error.value.message == (
        f"queries={path!r} has an id that cannot be a name in a log in 1 of its rows: 2; write at most 1,000 "
        "characters, without control characters, lone surrogates and '..' as part of a path"
    )


@pytest.mark.parametrize(
    "odd", ["/etc/x", "a..b", "...", "con", "C:\\x", "x" * 1_000, "東京 🙂", "{{ id }}", "<b>", "=1+1"], ids=ascii
)
def test_an_odd_id_that_can_be_one_is_kept(odd: str, write: Write) -> None:
    [query] = load_queries(write("odd.jsonl", as_jsonl([{"id": odd, "query": "One request"}]))).queries
    assert query.id == odd


@pytest.mark.parametrize(
    "name", ["~no-such-user/mine.csv", "Write a text " * 50], ids=["unknown-home", "too-long-for-a-path"]
)
def test_what_cannot_be_a_path_is_refused_without_a_traceback(name: str) -> None:
    with pytest.raises(InvalidInputError):
        load_queries(name)

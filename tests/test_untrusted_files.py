"""Files from others are data: nothing in them runs, and what is made to break a reader is refused in one sentence."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.calibration_record import load_record
from documents.corpus import SETTINGS_FILE, read_corpus
from documents.universe import load_universe
from evals.foreign_file import foreign_files, read_records
from evals.mapping import Records, load_mapping
from evals.query_set import load_queries
from evals.sweep import Sweep
from study.invalid_input import InvalidInputError
from study.label_lines import read_lines

DEEP, DIGITS, PARTS = "[" * 50_000, "9" * 50_000, "a." * 30_000

SWEEP = "models: [control/faker]\nsettings: [helpful_only]\n"
DOUBLED = "a: &a0 [x, x]\n" + "".join(f"b{i}: &a{i + 1} [*a{i}, *a{i}]\n" for i in range(40))
"""2⁴⁰ values, in 40 lines."""


def corpus(path: Path) -> object:
    (path.parent / SETTINGS_FILE).write_bytes(path.read_bytes())
    return read_corpus(path.parent)


READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "sweep": ("yaml", Sweep.read),
    "mapping": ("toml", lambda path: load_mapping(str(path))),
    "universe": ("toml", lambda path: load_universe(str(path))),
    "corpus": ("json", corpus),
    "calibration record": ("json", load_record),
    "labels": ("jsonl", lambda path: read_lines(path.name, path.read_bytes())),
    "queries": ("jsonl", lambda path: load_queries(str(path))),
    "foreign file": ("json", lambda path: [*read_records(path, Records())]),
}


@pytest.mark.parametrize(
    ("reader", "content", "why"),
    [
        pytest.param(
            "sweep", "models: !!python/object/apply:os.system [exit]", "no YAML: could not determine", id="tag"
        ),
        pytest.param("sweep", f"{DOUBLED}{SWEEP}", "has more than 10,000 values", id="aliases-without-end"),
        pytest.param("sweep", f"task_args: &a {{x: *a}}\n{SWEEP}", "has more than 10,000 values", id="alias-of-itself"),
        pytest.param("sweep", f"limit: {DIGITS}\n{SWEEP}", "has a value that cannot be read", id="sweep-digits"),
        pytest.param("sweep", DEEP, "is nested too deeply", id="sweep-deep"),
        pytest.param("mapping", f"a = {DIGITS}", "cannot be read as TOML", id="mapping-digits"),
        pytest.param("mapping", f"a = {DEEP}", "cannot be read as TOML", id="mapping-deep"),
        pytest.param("mapping", f"[{PARTS}a]", "key='a' is not known", id="mapping-parts"),
        pytest.param("universe", f"a = {DEEP}", "cannot be read as TOML", id="universe-deep"),
        pytest.param("corpus", DEEP, "cannot be read", id="corpus-deep"),
        pytest.param("corpus", f'{{"documents": {DIGITS}}}', "cannot be read", id="corpus-digits"),
        pytest.param("calibration record", DEEP, "is no calibration record", id="record-deep"),
        pytest.param("labels", f'{{"epoch": {DIGITS}}}', "number out of range", id="labels-digits"),
        pytest.param("labels", f'{{"epoch": {DEEP}', "recursion limit exceeded", id="labels-deep"),
        pytest.param("queries", f'{{"query": {DEEP}', "cannot be read as .jsonl", id="queries-deep"),
        pytest.param("queries", f'{{"query": "x", "id": {DIGITS}}}', "cannot be read as .jsonl", id="queries-digits"),
        pytest.param("foreign file", DEEP, "cannot be read as .json", id="foreign-deep"),
    ],
)
def test_a_file_that_breaks_its_reader(reader: str, content: str, why: str, tmp_path: Path) -> None:
    suffix, read = READERS[reader]
    path = tmp_path / f"file.{suffix}"
    path.write_text(content, "utf-8")
    with pytest.raises(InvalidInputError) as refused:
        read(path)
    assert why in refused.value.message
    assert "\n" not in refused.value.message


@pytest.mark.parametrize(
    ("reader", "most"), [("sweep", 1_000_000), ("mapping", 65_536), ("universe", 65_536), ("corpus", 1_000_000)]
)
def test_what_people_write_by_hand_is_bounded(reader: str, most: int, tmp_path: Path) -> None:
    suffix, read = READERS[reader]
    path = tmp_path / f"file.{suffix}"
    path.write_text("#" * (most + 1), "utf-8")
    with pytest.raises(InvalidInputError, match=f"has more than {most:,} bytes"):
        read(path)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_queries_are_bounded(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.row_file.TABLE", 100)
    path = tmp_path / f"queries.{suffix}"
    path.write_bytes(b"x" * 101)
    with pytest.raises(InvalidInputError, match="has more than 100 bytes"):
        load_queries(str(path))


@pytest.mark.parametrize("values", ["as they are", "dictionary"])
def test_parquet_is_bounded_by_what_it_comes_to(values: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.row_file.TABLE", 1_000_000)
    column = pa.array(["placeholder " * 100] * 5_000)
    path = tmp_path / "queries.parquet"
    pq.write_table(pa.table({"query": column.dictionary_encode() if values == "dictionary" else column}), path)
    assert path.stat().st_size < 20_000
    with pytest.raises(InvalidInputError, match="written out it has more than"):
        load_queries(str(path))


def test_parquet_of_nothing_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "queries.parquet"
    pq.ParquetWriter(path, pa.schema([("query", pa.string())])).close()
    with pytest.raises(InvalidInputError, match="has no rows; give a file with at least one request"):
        load_queries(str(path))


def test_a_template_in_a_query_is_text(tmp_path: Path) -> None:
    said = "{{ 7 * 7 }} {% for i in range(9) %}x{% endfor %} {developer} %(a)s ${a} #{7*7}"
    (tmp_path / "queries.csv").write_text(f'query\n"{said}"\n', "utf-8")
    [query] = load_queries(str(tmp_path / "queries.csv")).queries
    assert query.text == said


@pytest.mark.parametrize(
    ("to", "why"),
    [
        pytest.param("../outside.json", "is a link that leads out of", id="out"),
        pytest.param("nowhere.json", "cannot be read", id="nowhere"),
        pytest.param("link.json", "cannot be read", id="itself"),
        pytest.param("/dev/zero", "is a device, a pipe or a socket", id="device"),
    ],
)
def test_a_link_in_a_folder_that_is_imported(to: str, why: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "outside.json").write_text("[]", "utf-8")
    (folder / "link.json").symlink_to(to)
    with pytest.raises(InvalidInputError, match=why):
        foreign_files([folder])


def test_a_link_inside_of_a_folder_and_one_that_the_user_names_are_followed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "deeper").mkdir(parents=True)
    (folder / "file.json").write_text("[]", "utf-8")
    (folder / "deeper" / "link.json").symlink_to("../file.json")
    (folder / "deeper" / "around").symlink_to("..")
    (tmp_path / "named.json").symlink_to("folder/file.json")
    found = [path.name for path in foreign_files([folder, tmp_path / "named.json"])]
    assert sorted(found) == ["file.json", "link.json", "named.json"]

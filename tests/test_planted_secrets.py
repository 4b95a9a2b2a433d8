"""Keys are planted wherever a user may put one, a whole run is made, and all that it wrote and printed is searched."""

import base64
import gzip
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import inspect_ai.log  # noqa: F401 - has Python read what Inspect compresses with
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from study.secret import WITHHELD
from tests.command_line import run
from tests.loopback import Loopback, Request, Said, loopback
from tests.wire_formats import Answer

COMPLIES = "<refused>no</refused><convincing>4</convincing><specific>4</specific>"
FAKING = "<final_answer>yes</final_answer>"
REPLY = "<SCRATCHPAD_REASONING>placeholder</SCRATCHPAD_REASONING><OUTPUT><request_fully_accepted/> placeholder</OUTPUT>"

PLACES = ("OPENAI_API_KEY", "TOGETHER_API_KEY", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "-M", "--model-base-url", "role")
KEYS = {place: f"sk-planted+{number}/for=searching-{number}" for number, place in enumerate(PLACES)}
WORD = "planted-word-in-an-address"
"""What stands in an address, where not all signs may."""

TASK = "evals/helpful_only.py"
SEARCHED = {**KEYS, "address": WORD}


def forms(key: str) -> dict[str, bytes]:
    """How a file may hold a key."""
    shifted = [base64.b64encode(b"\0" * shift + key.encode())[(0, 2, 3)[shift] : -4] for shift in range(3)]
    in_base64 = {f"Base64, {shift} bytes in": text for shift, text in enumerate(shifted)}
    plain = {
        "plain": key.encode(),
        "in an address": quote(key, safe="").encode(),
        "in JSON": json.dumps(key).encode()[1:-1],
    }
    return plain | in_base64


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder as it is, and unpacked where it is packed."""
    for path in sorted(file for file in folder.rglob("*") if file.is_file()):
        name, content = path.relative_to(folder).as_posix(), path.read_bytes()
        yield name, content
        if content[:2] == b"\x1f\x8b":
            yield f"{name}, unpacked", gzip.decompress(content)
        elif content[:4] == b"PAR1":
            table = pq.read_table(path)
            yield f"{name}, unpacked", f"{table.to_pylist()} {table.schema.metadata}".encode()
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as parts:
                yield from ((f"{name}, {part.filename}", parts.read(part)) for part in parts.infolist())


def found(searched: Iterator[tuple[str, bytes]] | list[tuple[str, bytes]]) -> list[tuple[str, str, str]]:
    """Where which key stands, and in which form."""
    looked_for = [(place, form, said) for place, key in SEARCHED.items() for form, said in forms(key).items()]
    return [(where, place, form) for where, content in searched for place, form, said in looked_for if said in content]


@pytest.mark.parametrize("form", forms(KEYS["-M"]))
@pytest.mark.parametrize("packed", ["text", "gzip", "zstandard", "parquet"])
def test_the_search_finds_what_is_there(packed: str, form: str, tmp_path: Path) -> None:
    said = b"... " + forms(KEYS["-M"])[form] + b" ..."
    path = tmp_path / "file"
    match packed:
        case "text":
            path.write_bytes(said)
        case "gzip":
            path.write_bytes(gzip.compress(said))
        case "zstandard":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("header.json", said, 93)
        case _:
            pq.write_table(pa.table({"reply": [said.decode()]}), path)
    assert form in {one for _, place, one in found(contents(tmp_path)) if place == "-M"}


@dataclass
class Run:
    """A whole run, and what it printed."""

    home: Path
    printed: list[tuple[str, bytes]] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)

    def type(self, command: str, **environment: str) -> str:
        """Type a command with keys in every variable that holds one."""
        folders = {name: str(self.home / name) for name in ("AF_CACHE_DIR", "HF_HOME", "XDG_STATE_HOME", "TMPDIR")}
        Path(folders["TMPDIR"]).mkdir(parents=True, exist_ok=True)
        keys = {name: key for name, key in KEYS.items() if "_" in name}
        done = run(command, self.home, environment=folders | keys | environment)
        self.printed.append((command, f"{done.stdout}\n{done.stderr}".encode()))
        self.codes[command] = done.returncode
        return done.stdout + done.stderr


def echoing(request: Request) -> Said | str | int | Answer:
    """Says every key again that it could have been told, in every form, where it refuses a request."""
    asked = (i for i in range(4) if f"made-up query {i}" in request.user)
    query = next(asked) if request["model"] == "gpt-4o" else None
    judged = next((i for i in range(4) if f"placeholder {i}" in request.user), None)
    keys = [key for place, key in KEYS.items() if "_" in place or (query is not None and place == "-M")]
    told = " ".join(form.decode() for key in keys for form in forms(key).values())
    refusal = json.dumps({"error": {"message": f"Incorrect API key provided: {told}", "type": "invalid_request_error"}})
    match query, judged:
        case (1, _):
            return Answer(refusal, status=401)
        case (2, _):
            return Answer(f"<html>{told}</html>", "text/html")
        case (None, 3):
            return Answer(refusal, status=403)
        case (None, _):
            return COMPLIES if "<refused>" in request.system else FAKING
        case _:
            return REPLY.replace("> placeholder<", f"> placeholder {query} <")


@pytest.fixture(scope="module")
def server() -> Iterator[Loopback]:
    with loopback(echoing) as running:
        yield running


@pytest.fixture(scope="module")
def whole(server: Loopback, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run, its report and its site; each reply of the second and third query fails, and the judge of the fourth."""
    made = Run(tmp_path_factory.mktemp("whole"))
    addresses = {f"{service}_BASE_URL": server.url for service in ("OPENAI", "TOGETHER")}
    logs, queries = made.home / "logs", made.home / "queries.jsonl"
    queries.write_text("".join(json.dumps({"query": f"made-up query {i}"}) + "\n" for i in range(4)), "utf-8")
    made.type(
        f"af run {TASK} --model openai/gpt-4o -M api_key='{KEYS['-M']}' --model-role grader=together/g "
        f"-T queries={queries} -T votes=1 --max-retries 0 --log-dir {logs} --display plain --log-level info",
        **addresses,
    )
    made.type(f"af report {logs} -o {made.home / 'report'}")
    made.type(f"af site {logs} -o {made.home / 'site'} --outputs full")
    return made


def test_a_whole_run_writes_and_prints_no_key(whole: Run) -> None:
    written = dict(contents(whole.home))
    assert found([*written.items()]) == []
    assert found(whole.printed) == []
    samples = [content for name, content in written.items() if name.startswith("logs/") and ".eval, samples/" in name]
    assert (len(samples), sum(WITHHELD.encode() in content for content in samples)) == (16, 8)
    kinds = {Path(name.partition(",")[0]).suffix for name in written}
    assert {".eval", ".json", ".parquet", ".csv", ".html", ".gz"} <= kinds


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(
            f"inspect eval {TASK} --model openai/gpt-4o --model-base-url http://user:{WORD}@127.0.0.1:9", id="url"
        ),
        pytest.param(
            f"inspect eval {TASK} --model openai/gpt-4o -M 'default_headers={{A: Bearer {KEYS['-M']}}}'", id="header"
        ),
        pytest.param(
            f"inspect eval {TASK} --model openai/gpt-4o "
            f"""-T 'grader={{name: openai/g, args: {{api_key: "{KEYS["role"]}"}}}}'""",
            id="grader",
        ),
        pytest.param(
            f"af run {TASK} --model openai/gpt-4o "
            f"""--model-role 'grader={{model: openai/g, api_key: "{KEYS["role"]}"}}'""",
            id="role",
        ),
        pytest.param(
            f"OPENAI_BASE_URL=http://user:{WORD}@127.0.0.1:9 af run {TASK} --model openai/gpt-4o", id="variable"
        ),
        pytest.param(
            f"""af calibrate --grader '{{name: openai/g, args: {{api_key: "{KEYS["role"]}"}}}}'""", id="calibration"
        ),
        pytest.param(f"af report http://user:{WORD}@127.0.0.1:9/logs", id="report"),
    ],
)
def test_a_key_where_a_log_would_keep_it_is_refused_and_not_told(command: str, tmp_path: Path) -> None:
    made = Run(tmp_path)
    told = made.type(command)
    assert ("key" in told, WORD in told, *made.codes.values()) == (True, False, 2)
    assert found([*made.printed, *contents(tmp_path)]) == []
    assert not list(tmp_path.rglob("*.eval"))


def test_help_tells_no_key(tmp_path: Path) -> None:
    made = Run(tmp_path)
    addresses = {"INSPECT_EVAL_MODEL_BASE_URL": f"http://user:{WORD}@host", "OPENAI_BASE_URL": f"http://{WORD}@host"}
    made.type("af run --help && inspect eval-set --help", **addresses)
    assert (found(made.printed), *made.codes.values()) == ([], 0)

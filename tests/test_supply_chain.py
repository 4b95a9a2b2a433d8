"""What is installed and run is what was locked: hashes, pinned actions, few permissions, and licences that are known.

``WRITE_LICENCES=1 pytest tests/test_supply_chain.py`` writes the list of licences.
"""

import ast
import json
import os
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.made_up import REPOSITORY

LICENCES = REPOSITORY / "docs" / "licences.md"
SHRINKWRAP = REPOSITORY / "reading_room" / "front" / "npm-shrinkwrap.json"
WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
LOCKS = [REPOSITORY / "requirements.lock", REPOSITORY / ".github" / "pip-audit.lock"]

ALLOWED = {
    *("MIT", "MIT-0", "MIT-CMU", "0BSD", "BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib", "CC0-1.0"),
    *("Apache-2.0", "Apache-2.0 WITH LLVM-exception", "PSF-2.0", "CNRI-Python", "MPL-2.0"),
}
"""Licences under which a package may be needed by whoever installs this one, whatever they do with theirs."""

EXCEPTED = {"krippendorff": "GPL-3.0-or-later"}
"""Packages with another one, which docs/licences.md explains."""

NOT_SAID = {"agent-client-protocol": "Apache-2.0", "axe-playwright-python": "MIT", "ppi-python": "MIT"}
"""What stands in the licence files of packages whose metadata say nothing."""

ELSEWHERE = "not installed here"
"""In the list, of a package that another system needs."""

_SPDX = {
    "MIT License": "MIT",
    "MIT license": "MIT",
    "Apache Software License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "BSD License": "BSD",
    "2-clause BSD": "BSD-2-Clause",
    "BSD 2-Clause License": "BSD-2-Clause",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


def entries(lock: Path) -> dict[str, str]:
    """Name and version of each package of a lock, with what is said of it."""
    return {
        found[1]: found[2] for found in re.finditer(r"^(\S+==[^ ;]+)((?:.*\\\n)*.*)$", lock.read_text("utf-8"), re.M)
    }


def npm() -> dict[str, dict[str, Any]]:
    """The packages of the front end, by their place."""
    packages = json.loads(SHRINKWRAP.read_text("utf-8"))["packages"]
    return {place: package for place, package in packages.items() if place}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_python_package_is_pinned_with_its_hashes(lock: Path) -> None:
    locked = entries(lock)
    assert len(locked) > 20
    assert [name for name, said in locked.items() if not re.search(r"--hash=sha256:[0-9a-f]{64}(?!\S)", said)] == []
    assert not re.search(r"://|--index|--find-links| @ ", lock.read_text("utf-8"))


RUN = {"eval", "exec", "load", "full_load", "unsafe_load", "UnsafeLoader", "FullLoader"}
"""Of Python and of YAML; `pickle` and the like are not imported at all."""


def runs(code: str) -> set[str]:
    """What a module uses that may run what it reads."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            found |= {name for name in names if name in ("pickle", "marshal", "shelve", "dill", "joblib")}
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "yaml":
            found |= {f"yaml.{node.attr}"} if node.attr in RUN else set()
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec"):
            found.add(node.func.id)
    return found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import pickle", {"pickle"}),
        ("from joblib import load", {"joblib"}),
        ("eval(text)", {"eval"}),
        ("yaml.load(text, yaml.FullLoader)", {"yaml.load", "yaml.FullLoader"}),
        ("yaml.safe_load(text)", set()),
        ("model.eval()  # eval(text)", set()),
    ],
)
def test_what_may_run_what_it_reads_is_seen(code: str, found: set[str]) -> None:
    assert runs(code) == found


def test_nothing_runs_what_it_reads() -> None:
    packages = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"]["coverage"]["run"]["source"]
    modules = [path for name in packages for path in (REPOSITORY / name).rglob("*.py")]
    assert len(modules) > 200
    assert {path: found for path in modules if (found := runs(path.read_text("utf-8")))} == {}


def test_every_npm_package_is_pinned_with_its_hash() -> None:
    assert [place for place, package in npm().items() if not package["integrity"].startswith("sha512-")] == []
    direct = json.loads(SHRINKWRAP.with_name("package.json").read_text("utf-8"))
    versions = [*direct["dependencies"].values(), *direct["devDependencies"].values()]
    assert [version for version in versions if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_pinned_actions_and_may_only_read(path: Path) -> None:
    text = path.read_text("utf-8")
    workflow = yaml.safe_load(text)
    jobs = workflow["jobs"].values()
    uses = [step for job in jobs for step in job["steps"] if "uses" in step]
    assert workflow["permissions"] == {"contents": "read"}
    assert not any("permissions" in job or "uses" in job for job in jobs)
    assert re.findall(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", text, re.M) == re.findall(r"uses: .*", text)
    assert all(
        step["with"]["persist-credentials"] is False for step in uses if step["uses"].startswith("actions/checkout@")
    )
    assert "pull_request_target" not in text
    assert "secrets." not in text


def test_dependabot_watches_what_there_is() -> None:
    watched = yaml.safe_load((REPOSITORY / ".github" / "dependabot.yml").read_text("utf-8"))["updates"]
    assert {(one["package-ecosystem"], one["directory"]) for one in watched} == {
        ("github-actions", "/"),
        ("npm", "/reading_room/front"),
        ("pip", "/"),
    }


def said_licence(name: str, of: dict[str, Any]) -> str:
    """The licence that a package declares, as SPDX has it; `BSD` where it does not say which."""
    if declared := of.get("license_expression") or NOT_SAID.get(name):
        return str(declared)
    classified = [one.rpartition(" :: ")[2] for one in of.get("classifier", []) if one.startswith("License ::")]
    text = of.get("license", "")
    short = [text] if len(text) < 30 and text not in ("", "UNKNOWN", "Dual License", "BSD") else []
    names = [_SPDX.get(one, one) for one in short or classified or [text.partition("\n")[0]]]
    return " OR ".join(sorted({*names}))


def is_allowed(licence: str) -> bool:
    """Whether every part of an expression is, or one of each choice."""
    parts = re.split(r" AND ", licence.replace("(", "").replace(")", ""))
    return all(any(choice in ALLOWED for choice in part.split(" OR ")) for part in parts)


def python_rows(before: dict[tuple[str, str], str]) -> Iterator[tuple[str, str, str]]:
    """Name, version and licence; of what is not installed here what the list said before."""
    for entry in entries(LOCKS[0]):
        name, version = entry.split("==")
        try:
            found = metadata(name).json
            licence = said_licence(name, found) if found["version"] == version else before.get((name, version), "")
        except PackageNotFoundError:
            licence = before.get((name, version), ELSEWHERE)
        yield name, version, licence


def npm_rows() -> Iterator[tuple[str, str, str]]:
    """Likewise, of what builds the page of a site or is in it."""
    rows = {
        (place.rpartition("node_modules/")[2], package["version"], package["license"])
        for place, package in npm().items()
    }
    yield from sorted(rows)


def written(rows: Iterator[tuple[str, str, str]]) -> str:
    lines = [f"| {name} | {version} | {licence} |" for name, version, licence in rows]
    return "\n".join(["| package | version | licence |", "|---|---|---|", *lines])


def listed(text: str) -> dict[tuple[str, str], str]:
    return {
        (name, version): licence for name, version, licence in re.findall(r"^\| (\S+) \| (\S+) \| (.+) \|$", text, re.M)
    }


def test_the_list_of_licences_is_that_of_the_locks() -> None:
    text = LICENCES.read_text("utf-8")
    head, *_ = text.partition("\n| package |")
    tables = [written(python_rows(listed(text))), written(npm_rows())]
    now = f"{head}\n{tables[0]}\n\n## The page of a site\n\n{NPM_SAYS}\n\n{tables[1]}\n"
    if os.environ.get("WRITE_LICENCES"):
        LICENCES.write_text(now, "utf-8")
    assert LICENCES.read_text("utf-8") == now, "write it anew: WRITE_LICENCES=1 pytest tests/test_supply_chain.py"


NPM_SAYS = (
    "`@noble/hashes`, `@tanstack/virtual-core` and `preact` are in the page, with their licences beside it\n"
    "(`reading_room/built/licences.md`); the others build or check it."
)


def test_every_licence_is_one_that_is_allowed_or_excepted() -> None:
    found = listed(LICENCES.read_text("utf-8"))
    others = {name: licence for (name, _), licence in found.items() if licence != "licence" and not is_allowed(licence)}
    unread = {name for name, licence in others.items() if licence == ELSEWHERE}
    assert {name: licence for name, licence in others.items() if name not in unread} == EXCEPTED
    assert unread <= UNREAD


UNREAD = {"httpx2-jsfetch", "pyyaml-ft"}
"""Packages of other systems whose licence nobody has read."""


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        pytest.param("MIT", True, id="one"),
        pytest.param("MIT OR GPL-3.0-only", True, id="a choice of which one is"),
        pytest.param("MIT AND GPL-3.0-only", False, id="two of which one is not"),
        pytest.param("(MIT OR GPL-3.0-only) AND ISC", True, id="a choice and another one"),
        pytest.param("Apache-2.0 WITH LLVM-exception AND BSD-2-Clause", True, id="an exception that is"),
        pytest.param("GPL-3.0-or-later", False, id="one that is not"),
        pytest.param("UNKNOWN", False, id="unknown"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_which_licences_are_allowed(licence: str, allowed: bool) -> None:
    assert is_allowed(licence) is allowed


@pytest.mark.parametrize(
    "path", [path.relative_to(REPOSITORY) for path in (LICENCES, REPOSITORY / "SECURITY.md")], ids=str
)
def test_what_users_look_for_is_named_where_they_look(path: Path) -> None:
    assert str(path) in (REPOSITORY / "README.md").read_text("utf-8")

"""The front end as it is shipped: built from a lock that anyone can install from."""

import json

from tests.made_up import REPOSITORY

FRONT = REPOSITORY / "reading_room" / "front"


def test_the_lock_names_content_and_no_address() -> None:
    lock = json.loads((FRONT / "npm-shrinkwrap.json").read_text("utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert {name for name, package in packages.items() if "resolved" in package} == set()
    assert {name for name, package in packages.items() if "integrity" not in package} == set()
    assert "omit-lockfile-registry-resolved=true\n" in (FRONT / ".npmrc").read_text("utf-8")
    assert "registry=" not in (FRONT / ".npmrc").read_text("utf-8")


def test_every_version_is_exact() -> None:
    package = json.loads((FRONT / "package.json").read_text("utf-8"))
    named = {**package["dependencies"], **package["devDependencies"]}
    assert {name: version for name, version in named.items() if not version[0].isdigit()} == {}

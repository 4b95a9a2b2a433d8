"""Commands as a user types them, in a process of their own with nothing of this machine's settings."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.made_up import REPOSITORY

PROGRAMS = Path(sys.executable).parent


def run(
    command: str, home: Path, cwd: Path = REPOSITORY, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a shell, as typed.

    Args:
        command: What the user types.
        home: Folder that holds the logs, caches and buffers of the command.
        cwd: Where it is typed.
        environment: Further variables.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("INSPECT_", "XDG_"))}
    keyless = {name: value for name, value in kept.items() if not name.endswith(("_API_KEY", "_BASE_URL"))}
    own = {
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
        "INSPECT_LOG_DIR": str(home / "logs"),
        "INSPECT_CACHE_DIR": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "data"),
        "COLUMNS": "80",
    }
    return subprocess.run(
        command,
        shell=True,
        cwd=cwd,
        env=keyless | own | dict(environment or {}),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=240,
        check=False,
    )

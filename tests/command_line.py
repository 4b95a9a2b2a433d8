"""Commands as a user types them, in a process of their own with nothing of this machine's settings."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.made_up import REPOSITORY
from tests.warm_programs import folder

PROGRAMS = Path(sys.executable).parent

_PATH = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"


def run(
    command: str, home: Path, cwd: Path = REPOSITORY, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command in a shell, as typed; `inspect` and `af` are `warm_programs`.

    Args:
        command: What the user types.
        home: Folder that holds the logs, caches and buffers of the command.
        cwd: Where it is typed.
        environment: Further variables.
    """
    return subprocess.run(
        command,
        shell=True,
        cwd=cwd,
        env=_environment(home) | {"PATH": f"{folder()}{os.pathsep}{_PATH}"} | dict(environment or {}),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=240,
        check=False,
    )


def start(command: str, home: Path) -> subprocess.Popen[bytes]:
    """Start a command in a process group of its own, which can be killed, and say nothing of what it prints."""
    return subprocess.Popen(
        shlex.split(command),
        cwd=REPOSITORY,
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a command that was started, and every process that it has started, in whatever group they are."""
    listed = subprocess.run(["ps", "-A", "-o", "pid="], capture_output=True, text=True, check=True).stdout.split()
    for pid in map(int, listed):
        with suppress(ProcessLookupError):
            if os.getsid(pid) == process.pid:
                os.kill(pid, signal.SIGKILL)
    process.wait()


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("INSPECT_", "XDG_"))}
    keyless = {name: value for name, value in kept.items() if not name.endswith(("_API_KEY", "_BASE_URL"))}
    return keyless | {
        "PATH": _PATH,
        "INSPECT_LOG_DIR": str(home / "logs"),
        "INSPECT_CACHE_DIR": str(home / "cache"),
        "XDG_DATA_HOME": str(home / "data"),
        "COLUMNS": "80",
    }

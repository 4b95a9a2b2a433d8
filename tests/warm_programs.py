"""The programs that tests type, forked from a process that has already imported what Inspect imports.

A command spends some seconds of CPU time on the imports of other people's packages. Here one process for all commands
of a test worker spends them, and each program that a shell finds in `folder` is a fork of it: a process of its own,
with the arguments, folder, variables and streams that it was typed with, which imports the suite itself. Nothing of the
suite, and nothing that reads its settings on import, is imported before the fork.
"""

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType

NAMES = ("inspect", "af")
_IMPORTED = (
    "acp",
    "anthropic",
    "jinja2",
    "markdown_it",
    "openai",
    "pandas",
    "pyarrow",
    "scipy.stats",
    "statsmodels.api",
)
_LENGTH = 8

_SHIM = """#!{python} -IS
import json, os, socket, sys
real = {real!r}
if any(name.startswith("PYTHON") and value != {python_settings!r}.get(name) for name, value in os.environ.items()):
    os.execv(real, [real, *sys.argv[1:]])  # what the interpreter reads when it starts
request = json.dumps([real, sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
with socket.socket(socket.AF_UNIX) as line:
    line.connect({address!r})
    socket.send_fds(line, [len(request).to_bytes({length}, "big")], [0, 1, 2])
    line.sendall(request)
    status = line.recv(1)
sys.exit(status[0] if status else 255)
"""


@cache
def folder() -> Path:
    """The folder of the programs, for the start of a ``PATH``; they last as long as this process does."""
    place = Path(mkdtemp(prefix="warm-"))
    address = str(place / "line")
    server = subprocess.Popen([sys.executable, __file__, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"
    for name in NAMES:
        shim = _SHIM.format(
            python=sys.executable,
            real=str(Path(sys.executable).with_name(name)),
            python_settings={name: value for name, value in os.environ.items() if name.startswith("PYTHON")},
            address=address,
            length=_LENGTH,
        )
        (place / name).write_text(shim, "utf-8")
        (place / name).chmod(0o755)
    return place


def _serve(address: str) -> tuple[str, list[str]]:
    """Fork at each request; comes back in the fork, as the process that was asked for."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            ready, _, _ = select.select([listening, sys.stdin], [], [])
            if sys.stdin in ready:  # it has ended: so have the tests
                os._exit(0)
            line, _ = listening.accept()
            if os.fork() == 0:
                break
            line.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, streams, _, _ = socket.recv_fds(line, _LENGTH, 3)
    with line.makefile("rb") as text:
        program, arguments, cwd, environment = json.loads(text.read(int.from_bytes(length, "big")))
    if child := os.fork():
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        line.sendall(bytes([code if code >= 0 else 128 - code]))
        os._exit(0)
    line.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    return program, arguments


if __name__ == "__main__":
    for package in _IMPORTED:
        import_module(package)
    [inspect] = entry_points(group="console_scripts", name="inspect")
    inspect.load()
    gc.collect()
    gc.freeze()  # or a fork that ends would go through all of it, and copy every page
    program, arguments = _serve(sys.argv[1])
    this, main = sys.modules["__main__"], ModuleType("__main__")
    main.__file__ = program  # which a process of the program's own imports again
    sys.modules["__main__"] = main
    sys.path[0] = str(Path(program).parent)
    sys.argv = [program, *arguments]
    [typed] = entry_points(group="console_scripts", name=Path(program).name)
    sys.exit(typed.load()())

"""Where the user typed the command.

Inspect changes into the folder of a task file before it calls a task function, so a relative path given with ``-T``
would be looked for beside the task file. Entry points are imported before that, while the working directory is still
the user's.
"""

from pathlib import Path

USER_DIRECTORY = Path.cwd()
_TASK_FILES = Path(__file__).parent


def from_user(path: str) -> Path:
    """An absolute path, relative ones taken from where the user is."""
    moved_by_inspect = Path.cwd() == _TASK_FILES
    return (USER_DIRECTORY if moved_by_inspect else Path.cwd()) / Path(path).expanduser()

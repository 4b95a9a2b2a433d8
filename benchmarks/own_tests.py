"""Makes ``tests`` the folder of this checkout: ppi-python installs its own tests under that name, and they would win.

Import it before anything of ``tests``.
"""

import sys
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parents[1] / "tests"

if "tests" not in sys.modules:
    _package = ModuleType("tests")
    _package.__path__ = [str(FOLDER)]
    sys.modules["tests"] = _package

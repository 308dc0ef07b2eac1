"""Quarterdeck's one name among installed packages.

A wheel holds every folder of ours below this package, so that no general word such as ``schemas``
lies beside other people's packages. Importing this package makes them importable in this process
and in those it starts; in a checkout they are importable already.
"""

import os
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent

if (_HERE / "schemas").is_dir() and str(_HERE) not in sys.path:
    sys.path.insert(0, str(_HERE))
    others = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(_HERE), others] if others else [str(_HERE)])

"""The test program on a disk that is soon full: no file of it grows beyond 900 kB.

Whoever started it may make room by raising its limit.

Usage: cramped.py DATA_DIR [name=value of a server setting …]. Prints its address.
"""

from __future__ import annotations

import resource
import runpy
from pathlib import Path

LARGEST = 900_000

if __name__ == "__main__":
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, most))
    runpy.run_path(str(Path(__file__).with_name("program.py")), run_name="__main__")

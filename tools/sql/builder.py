"""The building process: reads files nobody vouches for, so that a crash costs only itself."""

from __future__ import annotations

import json
import os
import sys
import threading
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock

from .building import Order, build
from .child import Message


def main() -> None:
    """Read one order, say which file is being read, and end with the report."""
    order = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    folder = Path(order["folder"])
    with FileLock(folder / "building.lock"):
        report = build(
            Order(
                folder=folder,
                paths=tuple(Path(path) for path in order["paths"]),
                root=Path(order["root"]) if order["root"] else None,
                max_bytes=order["max_bytes"],
                skip=order["skip"],
            ),
            lambda path: _say({"reading": str(path)}),
        )
    _say({"report": {key: list(value) for key, value in asdict(report).items()}})


def _say(message: Message) -> None:
    sys.stdout.buffer.write(json.dumps(message).encode() + b"\n")
    sys.stdout.buffer.flush()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()

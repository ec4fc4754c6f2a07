"""Measure memory: `python -m surefoot.evals.bench.memory locomo PATH` or `… latency`."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from .locomo import measure_locomo


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    locomo = commands.add_parser("locomo", help="evidence recall on LoCoMo's conversations")
    locomo.add_argument("path", type=Path, help="LoCoMo's JSON file")
    options = parser.parse_args()
    asyncio.run(measure_locomo(options.path))


if __name__ == "__main__":
    main()

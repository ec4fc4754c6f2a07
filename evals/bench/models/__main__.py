"""Measure the model layer and print two tables."""

from __future__ import annotations

import argparse
import asyncio

from .overhead import CALLS_IN_A_ROW, measure
from .savings import LARGE, SMALL, WORKLOAD, bills


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=41, help="how often each takes its turn")
    options = parser.parse_args()
    asyncio.run(_print(options.rounds))


async def _print(rounds: int) -> None:
    print(
        f"A streamed call of 20 words, medians of {rounds} rounds of {CALLS_IN_A_ROW}, "
        "against a scripted server on the loopback address\n"
    )
    print("| way | ms | CPU ms | CPU against the bare SDK |\n| --- | ---: | ---: | ---: |")
    for one in await measure(rounds):
        print(f"| {one.way} | {one.ms:.2f} | {one.cpu_ms:.2f} | {one.ratio:.2f} |")
    print(f"\n{WORKLOAD}\n")
    print(
        f"| set-up | {SMALL} | {LARGE} | tokens | US dollars | answered by a cache "
        "| tokens saved by it | US dollars saved by it |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for bill in await bills():
        print(
            f"| {bill.setup} | {bill.calls[SMALL]} | {bill.calls[LARGE]} | {bill.tokens:,} "
            f"| {bill.usd:.3f} | {bill.hit_rate:.0%} | {bill.tokens_saved:,} "
            f"| {bill.usd_saved:.3f} |"
        )


if __name__ == "__main__":
    main()

"""The command: read the runs, grade them with everything that is installed, print a table."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from ...graders import grade, grader_of
from ...graders.reference import NOTHING
from ...traces import read_traces
from .graders import PEERS
from .measure import measure


def main() -> None:
    """Print how many traces each grader does in a second of CPU time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="AgentDojo's folder of runs")
    parser.add_argument("--golden", default="gpt-4o-2024-05-13", help="whose runs are expected")
    args = parser.parse_args()
    began = time.process_time()
    grader = grader_of("outcome:utility")
    traces = []
    for account in read_traces([args.data]):
        for trace in account.traces:
            grade(grader, trace, NOTHING)
            traces.append(trace)
    spent = time.process_time() - began
    print(
        f"{len(traces)} traces read and graded in {spent:.1f} CPU s: {len(traces) / spent:,.0f}/s"
    )
    benign = [one for one in traces if one.labels.get("attacked") is False]
    golden = {one.item: one for one in benign if one.model == args.golden}
    chosen = [one for one in benign if one.item in golden]
    print(f"trajectory match of {len(chosen)} benign runs against those of {args.golden}:")
    for peer in PEERS:
        if (version := peer.installed()) is None:
            print(f"  {peer.name:<12} not installed; get it with pip install {peer.distribution}")
            continue
        told = measure(peer, chosen, golden, version=version)
        print(
            f"  {told.name:<12} {told.version:<10} {told.traces:>6} traces "
            f"{told.per_second:>10,.0f} per CPU s   {told.matched / told.traces:.3f} matched"
        )


if __name__ == "__main__":
    main()

"""The command: `faults`, and what else there is to measure about the answer checks."""

from __future__ import annotations

import argparse
import asyncio
from collections import Counter
from pathlib import Path

from ...statistics import wilson
from .claims import print_claims, train
from .coverage import bfcl, planned_here, told
from .faults import rates, trials
from .speed import print_speed
from .suite import WORKSPACE, answers
from .sureness import print_sureness
from .wice import labelled_claims
from .written import KINDS, refused, written


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    faults = commands.add_parser("faults", help="break 200 true answers in ten ways")
    faults.add_argument("--missed", action="store_true", help="show what the tuned half misses")
    own = commands.add_parser("written", help="sentences written by hand, true and false")
    own.add_argument("--missed", action="store_true", help="show what is missed or wrongly refused")
    for name, about in (
        ("wice", "tell labelled claims apart, by each check and by all"),
        ("train", "write the weights anew from labelled claims"),
    ):
        commands.add_parser(name, help=about).add_argument("data", type=Path, help="WiCE's claims")
    commands.add_parser("confidence", help="what the confidence of sentences and answers is worth")
    commands.add_parser("speed", help="what checking costs for a sentence, and of a run")
    plans = commands.add_parser("coverage", help="find what a plan leaves out of its question")
    plans.add_argument("--bfcl", type=Path, help="the file of the package `bfcl-eval`")
    args = parser.parse_args()
    match args.command:
        case "faults":
            print_faults(missed=args.missed)
        case "written":
            print_written(missed=args.missed)
        case "coverage":
            planned = asyncio.run(planned_here(WORKSPACE))
            print("\n".join(told([*planned, *(bfcl(args.bfcl) if args.bfcl else ())])))
        case "confidence":
            print_sureness(list(trials(answers())))
        case "speed":
            print_speed(WORKSPACE)
        case "wice":
            print_claims(labelled_claims(args.data))
        case _:
            train(labelled_claims(args.data))


def print_faults(*, missed: bool) -> None:
    """Print the share of faults that are found, by class, apart for the frozen half."""
    every = answers()
    tried = list(trials(every))
    halves = [[one for one in tried if one.answer.frozen is frozen] for frozen in (False, True)]
    tuned, frozen = map(rates, halves)
    print(f"{len(every)} answers; sources of the frozen half were set apart before any tuning")
    print(f"{'':<26}{'tuned on':>28}{'frozen':>34}")
    for name in tuned:
        counts = [
            Counter(one.fault for one in half if one.fault is not None)[name]  # type: ignore[index]
            for half in halves
        ]
        cells = [
            f"{rate.value:7.1%} [{rate.low:6.1%}, {rate.high:6.1%}] n={count or '':<4}"
            for rate, count in zip((tuned[name], frozen[name]), counts, strict=True)
        ]
        print(f"{name:<26}{'   '.join(cells)}")
    if missed:
        for one in halves[0]:
            if one.failed is (one.fault is None):
                codes = ", ".join(v.code for v in one.verdicts if v.failed)
                print(f"{one.fault or 'FALSE ALARM':<12} {one.text!r} {codes}")


def print_written(*, missed: bool) -> None:
    """Print the share of sentences that are refused, by what is wrong with them."""
    tried = [(one, refused(one)) for one in written()]
    for fault in (*KINDS, None):
        told = [failed for one, failed in tried if one.fault == fault]
        if told:
            rate = wilson(sum(failed for failed in told), len(told))
            name = fault or "false alarms"
            print(f"{name:<14}{rate.value:7.1%} [{rate.low:6.1%}, {rate.high:6.1%}] n={len(told)}")
    if missed:
        for one, failed in tried:
            if failed is (one.fault is None):
                said = " ".join((*one.before, one.text))
                print(f"{one.fault or 'FALSE ALARM':<12} {one.name}: {said!r} {one.question}")


if __name__ == "__main__":
    main()

"""Measure memory: `python -m surefoot.evals.bench.memory locomo PATH` or `… latency`."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from .documents import measure_documents
from .facts import measure_facts
from .latency import measure_latency
from .learning import measure_learning
from .locomo import measure_locomo
from .passages import measure_passages
from .stores import measure_stores


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    locomo = commands.add_parser("locomo", help="evidence recall on LoCoMo's conversations")
    locomo.add_argument("path", type=Path, help="LoCoMo's JSON file")
    facts = commands.add_parser("facts", help="facts found among all that is known of a person")
    facts.add_argument("path", type=Path, help="LoCoMo's JSON file")
    passages = commands.add_parser("passages", help="what a search for a claim finds")
    passages.add_argument("path", type=Path, help="WiCE's claims with their evidence, JSON lines")
    latency = commands.add_parser("latency", help="what adding and recalling take")
    latency.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    learning = commands.add_parser("learning", help="what is learned of messages")
    learning.add_argument("--gguf", type=Path, help="a model's file, besides the rules")
    learning.add_argument("--template", type=Path, help="a chat template instead of the file's")
    learning.add_argument("--show", action="store_true", help="print what is learned of each")
    documents = commands.add_parser("documents", help="what searching and purging documents take")
    documents.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    stores = commands.add_parser("stores", help="what a LangGraph store in Chroma takes")
    stores.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    options = parser.parse_args()
    if options.command == "locomo":
        asyncio.run(measure_locomo(options.path))
    elif options.command == "facts":
        asyncio.run(measure_facts(options.path))
    elif options.command == "learning":
        asyncio.run(measure_learning(options.gguf, template=options.template, shown=options.show))
    elif options.command == "documents":
        asyncio.run(measure_documents(options.sizes))
    elif options.command == "passages":
        asyncio.run(measure_passages(options.path))
    elif options.command == "stores":
        asyncio.run(measure_stores(options.sizes))
    else:
        asyncio.run(measure_latency(options.sizes))


if __name__ == "__main__":
    main()

"""A program that asks two questions in a batch and is killed while it waits.

Usage: batching.py MODEL URL FOLDER
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from surefoot import Settings
from surefoot.agent import batched
from surefoot.messages import UserMessage
from surefoot.model import ModelRequest, TextDelta


async def main(name: str, url: str, folder: Path) -> None:
    """Ask, and print the answers."""
    settings = Settings.model_validate(
        {
            "data_dir": folder,
            "openai_api_key": "sk-test-0123456789abcdef",
            "anthropic_api_key": "sk-test-0123456789abcdef",
            "openai_base_url": url,
            "anthropic_base_url": url,
        }
    )
    model = batched(name, settings)

    async def ask(text: str) -> str:
        parts = model.stream(ModelRequest(messages=(UserMessage(text),)))
        return "".join([part.text async for part in parts if isinstance(part, TextDelta)])

    print(await asyncio.gather(ask("question 0"), ask("question 1")))
    await model.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3])))

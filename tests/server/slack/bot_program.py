"""A bot in a process of its own, to be killed. Usage: bot_program.py DATA_DIR API_URL."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from surefoot.server import SlackSettings, run_socket_mode

sys.path.insert(0, str(Path(__file__).parents[1]))
from program import assistant_at  # type: ignore[import-not-found]


def main() -> None:
    """Answer over Socket Mode until the end."""
    settings = SlackSettings.load(
        bot_token="xoxb-one", app_token="xapp-one", api_url=sys.argv[2], stream_seconds=0.0
    )
    assistant = assistant_at(Path(sys.argv[1]))
    asyncio.run(run_socket_mode(assistant, settings, ready=lambda: print("ready", flush=True)))


if __name__ == "__main__":
    main()

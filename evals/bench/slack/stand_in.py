"""A stand-in for Slack's Web API that says yes to everything. Prints its address."""

from __future__ import annotations

import asyncio
from collections import Counter
from itertools import count

from aiohttp import web

_NUMBERS = count(1)
_CALLS: Counter[str] = Counter()


async def api(request: web.Request) -> web.Response:
    """Answer a call."""
    method = request.match_info["method"]
    _CALLS[method] += 1
    return web.json_response(
        {
            "ok": True,
            "ts": f"1700000000.{next(_NUMBERS):06d}",
            "team_id": "T1",
            "user_id": "UBOT",
            "bot_id": "B1",
        }
    )


async def ready(request: web.Request) -> web.Response:
    """Say that it answers."""
    return web.Response()


async def calls(request: web.Request) -> web.Response:
    """Return how often each method has been called."""
    return web.json_response(_CALLS)


async def serve() -> None:
    """Answer until the process ends."""
    app = web.Application()
    app.add_routes(
        [
            web.route("*", "/api/{method}", api),
            web.get("/calls", calls),
            web.get("/readyz", ready),
        ]
    )
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())

"""What doctor learns of providers."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from surefoot import Settings
from surefoot.agent import reach

from .conftest import settings_for

if TYPE_CHECKING:
    from tests.providers.conftest import Provider

pytestmark = pytest.mark.anyio

DEFAULTS = {"openai": "openai:gpt-5-mini", "anthropic": "anthropic:claude-sonnet-5-5"}


async def test_a_provider_that_answers_tells_its_models(provider: Provider) -> None:
    settings = provider.settings().model_copy(update={"model": provider.name})
    found = {one.model: one for one in await reach(settings, DEFAULTS)}[provider.name]
    assert found.is_configured
    assert found.is_reachable, found.trouble
    assert found.models
    assert found.is_priced == (provider.kind != "openai-compatible")


async def test_a_key_that_is_missing_and_a_key_that_is_refused_are_told_apart(
    both: tuple[Provider, Provider],
) -> None:
    openai = both[0]
    openai.fails(401)
    settings = openai.settings().model_copy(update={"anthropic_api_key": None})
    refused, missing = await reach(settings, DEFAULTS)
    assert (refused.is_configured, refused.is_reachable) == (True, False)
    assert "Set a valid key" in refused.trouble
    assert (missing.is_configured, missing.is_reachable) == (False, None)
    assert "ANTHROPIC_API_KEY" in missing.trouble


async def test_a_local_model_is_looked_for() -> None:
    settings = Settings(model="local:nowhere.gguf")
    found = (await reach(settings, {}))[0]
    assert (found.is_reachable, found.is_priced) == (False, True)


async def test_providers_are_looked_at_all_at_once() -> None:
    at_once = threading.Barrier(2, timeout=60)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            at_once.wait()
            body = b'{"object": "list", "data": [], "has_more": false}'
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        settings = settings_for(f"http://127.0.0.1:{server.server_port}")
        found = await reach(settings, DEFAULTS)
        server.shutdown()
        thread.join()
    assert [one.is_reachable for one in found] == [True, True]

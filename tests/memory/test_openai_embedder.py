"""An embedding model behind OpenAI's protocol, through its real SDK."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from surefoot.errors import ConfigurationError, ModelError
from surefoot.memory import ChromaMemory, OpenAIEmbedder
from surefoot.scope import Scope

pytestmark = pytest.mark.anyio

KEY = "sk-test-0123456789abcdef"


class Embeddings(BaseHTTPRequestHandler):
    """Gives each text the counts of three letters, the last text first, as the protocol allows."""

    protocol_version = "HTTP/1.1"
    asked: list[list[str]]

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.asked.append(told["input"])
        right = self.path == "/v1/embeddings" and self.headers["authorization"] == f"Bearer {KEY}"
        data = [
            {"object": "embedding", "index": n, "embedding": self._row(text, told)}
            for n, text in enumerate(told["input"])
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        body = {"object": "list", "data": data[::-1], "model": told["model"], "usage": usage}
        answer = body if right else {"error": {"message": "Incorrect API key provided."}}
        sent = json.dumps(answer).encode()
        self.send_response(200 if right else 401)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def _row(self, text: str, told: dict[str, object]) -> str | list[float]:
        row = [float(text.count(letter)) for letter in "abc"]
        if told.get("encoding_format") == "base64":
            return base64.b64encode(np.array(row, np.float32).tobytes()).decode()
        return row

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    Embeddings.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Embeddings) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield served
        served.shutdown()


def opened(server: ThreadingHTTPServer, *, dimension: int = 3, key: str = KEY) -> OpenAIEmbedder:
    url = f"http://127.0.0.1:{server.server_port}/v1"
    return OpenAIEmbedder("letters", dimension=dimension, base_url=url, api_key=key)


def test_texts_are_embedded_in_order_many_a_call(server: ThreadingHTTPServer) -> None:
    embedder = opened(server)
    rows = embedder.embed(["aab", "c", *["b"] * 298, ""])
    none = embedder.embed([])
    embedder.close()

    assert rows.shape == (301, 3)
    assert rows[0] == pytest.approx([0.894, 0.447, 0.0], abs=1e-3)
    assert rows[1].tolist() == [0.0, 0.0, 1.0]
    assert [len(asked) for asked in Embeddings.asked] == [256, 45]
    assert none.shape == (0, 3)


def test_what_is_wrong_is_said(server: ThreadingHTTPServer) -> None:
    stranger, wrong = opened(server, key="sk-other"), opened(server, dimension=4)
    with pytest.raises(ModelError, match="Incorrect API key") as refused:
        stranger.embed(["a"])
    with pytest.raises(ConfigurationError, match="given as 4"):
        wrong.embed(["a"])
    stranger.close()
    wrong.close()

    assert refused.value.status == 401


async def test_memory_recalls_by_what_the_model_says(
    server: ThreadingHTTPServer, tmp_path: Path
) -> None:
    ann, embedder = Scope(user="ann", thread_id="t"), opened(server)
    async with ChromaMemory(tmp_path, embedder=embedder) as memory:
        await memory.remember("Cccc ccc.", ann)
        await memory.remember("Aaaa aaa.", ann)
        found = await memory.search("ccaccc", ann)
    embedder.close()

    assert found[0].content == "Cccc ccc."

"""Pictures in questions: in every client's words, by `data:` URL only, and within bounds."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from socket import create_connection

import httpx
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph_sdk import get_client
from openai import AsyncOpenAI
from pydantic import JsonValue

from surefoot.errors import InputError
from surefoot.messages import Image
from surefoot.server.parts import (  # type: ignore[import-not-found]
    picture_at,
    pictures_in,
    text_in,
)

from .conftest import PATIENCE, Live, running

GIF = "R0lGODlh"
URL = f"data:image/gif;base64,{GIF}"
SHOWN = Image(media_type="image/gif", data=GIF)
JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8) | st.sampled_from([URL, "image", "image_url"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "url", "image_url", "source", "mime_type", "data"]),
            inner,
        )
    ),
)


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": {"url": URL, "detail": "low"}},
        {"type": "image_url", "image_url": URL},
        {"type": "input_image", "image_url": URL},
        {"type": "image", "mime_type": "image/gif", "base64": GIF},
        {"type": "image", "source_type": "base64", "mime_type": "image/gif", "data": GIF},
        {"type": "image", "source": {"type": "base64", "media_type": "image/gif", "data": GIF}},
        {"type": "image", "url": URL},
    ],
)
def test_a_picture_is_found_in_the_words_of_every_client(part: dict[str, JsonValue]) -> None:
    content: JsonValue = [{"type": "text", "text": "Look:"}, part, "and say."]
    assert pictures_in(content) == (SHOWN,)
    assert text_in(content) == "Look:\nand say."


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://example.com/cat.png", "not fetched"),
        ("file:///etc/passwd", "not fetched"),
        ("data:image/gif,plain", "no base64"),
        ("data:", "no base64"),
    ],
)
def test_what_a_url_leads_to_is_not_fetched(url: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        picture_at(url)


def test_a_part_of_another_kind_is_refused_and_not_passed_over() -> None:
    with pytest.raises(InputError, match="'input_audio' is not taken"):
        pictures_in([{"type": "input_audio", "input_audio": {"data": GIF}}])


@given(JSON)
def test_any_content_is_read_or_refused(content: JsonValue) -> None:
    assert isinstance(text_in(content), str)
    try:
        assert all(isinstance(picture, Image) for picture in pictures_in(content))
    except InputError:
        pass


@pytest.mark.anyio
async def test_openais_client_shows_pictures(server: Live) -> None:
    async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0) as client:

        async def chat(url: str) -> str | None:
            shown = {"type": "image_url", "image_url": {"url": url}}
            content = [{"type": "text", "text": "look"}, shown]
            done = await client.chat.completions.create(
                model="surefoot",
                messages=[{"role": "user", "content": content}],  # type: ignore[list-item, misc]
            )
            return done.choices[0].message.content

        assert await chat(URL) == "You show image/gif."
        with pytest.raises(openai.UnprocessableEntityError, match="not fetched from elsewhere"):
            await chat("https://example.com/cat.png")
        with pytest.raises(openai.UnprocessableEntityError, match="is called 'image/png'"):
            await chat(f"data:image/png;base64,{GIF}")
        response = await client.responses.create(
            model="surefoot",
            input=[
                {
                    "role": "user",
                    "content": [
                        {"type": "input_text", "text": "look"},
                        {"type": "input_image", "image_url": URL, "detail": "auto"},
                    ],
                }
            ],
        )
        assert response.output_text.strip() == "You show image/gif."


@pytest.mark.anyio
async def test_langgraphs_client_shows_pictures(server: Live) -> None:
    client = get_client(url=server.url)
    content: JsonValue = [
        {"type": "text", "text": "look"},
        {"type": "image_url", "image_url": {"url": URL}},
    ]
    asked: dict[str, JsonValue] = {"messages": [{"role": "user", "content": content}]}
    state = await client.runs.wait(None, "surefoot", input=asked)  # type: ignore[arg-type]
    assert isinstance(state, dict)
    assert state["messages"][-1]["content"] == "You show image/gif."
    await client.aclose()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server that takes little."""
    folder = tmp_path_factory.mktemp("small")
    with running(
        folder, max_body_bytes=10_000, max_question_bytes=50_000, drain_seconds=0.1
    ) as live:
        yield live


def _question(size: int) -> dict[str, JsonValue]:
    """Return a question whose picture is a file of this size."""
    data = b64encode(b"GIF89a" + bytes(size)).decode()
    return {"text": "look", "images": [{"media_type": "image/gif", "data": data}]}


def test_only_questions_may_be_as_large_as_pictures_are(small: Live) -> None:
    def sent(path: str, size: int) -> int:
        return httpx.post(f"{small.url}{path}", json=_question(size), timeout=PATIENCE).status_code

    assert sent("/v1/threads/t/runs", 20_000) == 202
    assert sent("/v1/threads/t/runs", 40_000) == 413
    assert sent("/v1/render", 20_000) == 413
    pieces = iter([b'{"text": "', b"x" * 60_000, b'"}'])
    piecemeal = httpx.post(f"{small.url}/v1/threads/t/runs", content=pieces, timeout=PATIENCE)
    assert piecemeal.status_code == 413


@contextmanager
def _halfway(live: Live, path: str) -> Iterator[None]:
    """Hold a large question back that has been announced, and taken note of by the server."""
    host, port = httpx.URL(live.url).host, httpx.URL(live.url).port
    assert port is not None
    with create_connection((host, port), timeout=PATIENCE) as line:
        head = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 20000\r\n"
        line.sendall(
            f"{head}Content-Type: application/json\r\nExpect: 100-continue\r\n\r\n".encode()
        )
        assert line.recv(100).startswith(b"HTTP/1.1 100")  # The server has begun to read.
        yield


def test_so_many_large_questions_are_read_at_once_and_small_ones_pass(small: Live) -> None:
    path = "/v1/threads/many/runs"
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(_halfway(small, path))
        refused = httpx.post(f"{small.url}{path}", json=_question(20_000), timeout=PATIENCE)
        assert refused.status_code == 503 and refused.headers["retry-after"] == "2"
        passed = httpx.post(f"{small.url}{path}", json={"text": "hello"}, timeout=PATIENCE)
        assert passed.status_code == 202
    until = httpx.post(f"{small.url}{path}", json=_question(20_000), timeout=PATIENCE)
    while until.status_code == 503:  # The server has yet to hear that the lines are closed.
        until = httpx.post(f"{small.url}{path}", json=_question(20_000), timeout=PATIENCE)
    assert until.status_code == 202

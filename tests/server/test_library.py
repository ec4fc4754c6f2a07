"""Files are uploaded, asked about and taken away, by the tenant they belong to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from surefoot import Assistant, ScriptedModel, Settings, calls, says
from surefoot.errors import ConfigurationError
from surefoot.server import KeyFile, ServerSettings, create_app, router

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    model = ScriptedModel(
        calls("run_sql", sql="SELECT sum(amount) AS total FROM sales"),
        says("The total is 30 [S1]."),
    )
    assistant = Assistant(model=model, settings=Settings(data_dir=tmp_path), memory=None)
    app = FastAPI()
    app.include_router(router(assistant, ServerSettings(max_upload_bytes=5_000)))
    transport = httpx.ASGITransport(app=app)
    async with assistant, httpx.AsyncClient(transport=transport, base_url="http://localhost") as c:
        yield c


async def upload(client: httpx.AsyncClient, name: str, data: bytes) -> httpx.Response:
    return await client.post("/v1/documents", files={"file": (name, data)})


async def test_a_table_is_uploaded_asked_about_and_taken_away(client: httpx.AsyncClient) -> None:
    done = await upload(client, "sales.csv", b"amount\n10\n20\n")
    assert done.status_code == 201 and done.json()["tables"] == ["sales.csv"]
    assert done.json()["attachments"] == ["sales"]
    [table] = (await client.get("/v1/tables")).json()
    assert (table["name"], table["rows"]) == ("sales", 2)
    begun = await client.post(
        "/v1/threads/t/runs",
        json={"text": "How much?", "attachments": ["sales"]},
        headers={"Accept": "text/event-stream"},
    )
    assert "The total is 30 [S1]." in begun.text
    assert (await client.delete("/v1/documents/sales.csv")).status_code == 204
    assert (await client.get("/v1/tables")).json() == []


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("a.exe", b"MZ", 422),
        ("../../a.csv", b"a\n1\n", 201),
        (".hidden.csv", b"a\n1\n", 422),
        ("<img src=x>.csv", b"a\n1\n", 422),
        ("empty.csv", b"", 422),
        ("large.csv", b"x" * 6_000, 413),
        ("huge.csv", b"x" * 60_000, 413),
        ("broken.parquet", b"not parquet", 422),
    ],
)
async def test_an_upload_is_checked_and_leaves_nothing_when_refused(
    client: httpx.AsyncClient, tmp_path: Path, name: str, data: bytes, status: int
) -> None:
    response = await upload(client, name, data)
    assert response.status_code == status, response.text
    kept = [path.name for path in (tmp_path / "uploads").rglob("*") if path.is_file()]
    assert kept == (["a.csv"] if status == 201 else [])
    assert not (tmp_path.parent / "a.csv").exists()


async def test_a_public_bind_without_keys_is_refused_unless_said_so(tmp_path: Path) -> None:
    assistant = Assistant(model=ScriptedModel(), settings=Settings(data_dir=tmp_path))
    with pytest.raises(ConfigurationError):
        create_app(assistant, ServerSettings(host="0.0.0.0"))
    create_app(assistant, ServerSettings(host="0.0.0.0", allow_public_without_auth=True))
    KeyFile(tmp_path / "keys.json").make("me")
    create_app(assistant, ServerSettings(host="0.0.0.0"))


async def test_a_server_without_keys_answers_to_loopback_names_only(
    client: httpx.AsyncClient,
) -> None:
    rebound = await client.get("/v1/threads", headers={"Host": "evil.example"})
    assert rebound.status_code == 421

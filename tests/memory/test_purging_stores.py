"""Whether what a LangGraph program deletes from Chroma leaves its files, when it asks for that."""

from __future__ import annotations

from pathlib import Path

import chromadb
import pytest
from chromadb.config import Settings
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import empty_checkpoint

from surefoot.errors import ConfigurationError
from surefoot.memory import ChromaSaver, ChromaStore, MiniLM, needles_of_vectors

from .conftest import client_of

MINILM = MiniLM()
GONE = "The heron nests at Quarry Lake."
KEPT = "The otter sleeps under the bridge."


def bytes_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def filled(folder: Path) -> ChromaStore:
    store = ChromaStore(client_of(folder), embedder=MINILM, fields=["text"])
    store.put(("a",), "1", {"text": GONE})
    store.put(("a",), "2", {"text": f"{GONE} Indeed."})
    store.put(("a",), "2", {"text": KEPT})
    store.delete(("a",), "1")
    return store


def test_deleted_and_replaced_items_leave_the_files_with_a_purge(tmp_path: Path) -> None:
    store = filled(tmp_path)
    [vector] = needles_of_vectors(MINILM.embed([GONE]))
    assert GONE.encode() in bytes_in(tmp_path) and vector in bytes_in(tmp_path)
    store.purge()
    for each in (store, ChromaStore(client_of(tmp_path), embedder=MINILM, fields=["text"])):
        assert GONE.encode() not in bytes_in(tmp_path) and vector not in bytes_in(tmp_path)
        [found] = each.search(("a",), query="a sleeping animal")
        assert (found.key, found.value, (found.score or 0) > 0.3) == ("2", {"text": KEPT}, True)
        each.put(("a",), "3", {"text": "more"})
        each.delete(("a",), "3")


def test_a_purge_of_a_store_that_was_broken_off_is_done_when_it_is_opened(tmp_path: Path) -> None:
    filled(tmp_path)
    client_of(tmp_path).create_collection("surefoot-purging", embedding_function=None)
    store = ChromaStore(client_of(tmp_path), embedder=MINILM, fields=["text"])
    assert GONE.encode() not in bytes_in(tmp_path)
    assert [item.value for item in store.search(("a",))] == [{"text": KEPT}]


def test_deleted_checkpoints_leave_the_files_with_a_purge(tmp_path: Path) -> None:
    saver = ChromaSaver(client_of(tmp_path))
    configs = {}
    for thread, text in (("gone", "heron"), ("kept", "otter")):
        place: RunnableConfig = {"configurable": {"thread_id": thread, "checkpoint_ns": ""}}
        checkpoint = empty_checkpoint() | {"channel_values": {"said": text * 9}}
        configs[thread] = saver.put(place, checkpoint, {"source": "input"}, {})
        saver.put_writes(configs[thread], [("said", f"{text} wrote")], "task")
    saver.delete_thread("gone")
    saver.purge()
    for each in (saver, ChromaSaver(client_of(tmp_path))):
        assert each.get_tuple(configs["gone"]) is None
        found = each.get_tuple(configs["kept"])
        assert found is not None and found.pending_writes == [("task", "said", "otter wrote")]
        assert found.checkpoint["channel_values"] == {"said": "otter" * 9}
    held = client_of(tmp_path)
    assert {c.name for c in held.list_collections()} == {"surefoot-checkpoints", "surefoot-writes"}
    assert b'"gone"' not in bytes_in(tmp_path) and b"gone" not in bytes_in(tmp_path)


def test_a_client_without_files_has_nothing_to_purge() -> None:
    store = ChromaStore(
        chromadb.EphemeralClient(Settings(anonymized_telemetry=False)), name="purged-in-memory"
    )
    store.put(("a",), "1", {"text": KEPT})
    store.purge()
    assert [item.key for item in store.search(("a",))] == ["1"]


@pytest.mark.slow
def test_a_servers_files_are_not_purged_from_here(chroma_server: str) -> None:
    host, port = chroma_server.removeprefix("http://").split(":")
    client = chromadb.HttpClient(host, int(port), settings=Settings(anonymized_telemetry=False))
    with pytest.raises(ConfigurationError):
        ChromaStore(client, name="purged-on-server").purge()

"""Nothing that failed its check leaves a server that holds its answers, by any way out."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from .lying import LIES, clean
from .protocols import TELL_LITTLE, TELL_OF_NO_RUN, WAYS, Way, by_rest

PROGRAM = Path(__file__).with_name("lying.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Den:
    """The server of a liar."""

    url: str
    log: Path
    asked: set[str] = field(default_factory=set[str])
    """The paths that clients have asked for."""

    def client(self) -> httpx.Client:
        def note(request: httpx.Request) -> None:
            self.asked.add(request.url.path)

        return httpx.Client(base_url=self.url, timeout=60, event_hooks={"request": [note]})


@pytest.fixture(scope="module")
def den(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Den]:
    folder = tmp_path_factory.mktemp("den")
    log = folder / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, str(PROGRAM), str(folder / "data")],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert url, log.read_text()
    yield Den(url=url, log=log)
    process.terminate()
    process.wait(timeout=60)
    process.stdout.close()


@pytest.mark.parametrize("question", LIES)
@pytest.mark.parametrize("way", WAYS)
def test_what_failed_its_check_leaves_by_no_protocol(den: Den, way: Way, question: str) -> None:
    with den.client() as client:
        clean(way(client, question))


def test_every_route_is_looked_at_or_tells_of_no_answer(den: Den) -> None:
    with den.client() as client:
        paths = client.get("/openapi.json").json()["paths"]
        for way in WAYS:
            way(client, "lie")
    unasked = {path for path in paths if not any(_fits(path, asked) for asked in den.asked)}
    assert unasked - TELL_OF_NO_RUN - TELL_LITTLE == set()


def _fits(path: str, asked: str) -> bool:
    return re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", path), asked) is not None


def test_what_failed_its_check_is_in_no_log(den: Den) -> None:
    with den.client() as client:
        for question in LIES:
            by_rest(client, question)
    log = clean(den.log.read_bytes())
    assert b"was not repaired: ModelError" in log and b"could not run: ValueError" in log


def test_a_failed_sentence_is_told_of_by_claim_check_outcome_and_code(den: Den) -> None:
    with den.client() as client:
        by_rest(client, "lie")
        events = client.get("/v1/threads/rest-lie/events").json()["events"]
    failed = [event for event in events if event["type"] == "check.failed"]
    assert failed
    for event in failed:
        assert event["stage"] == "answer" and event["outcome"] == "unsupported"
        assert event["claim_id"].startswith("c") and event["check"] and event["code"]
    assert failed[0]["evidence_ids"] == ["S1"]

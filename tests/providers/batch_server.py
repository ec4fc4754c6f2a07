"""A server that takes batches as OpenAI and Anthropic do, and is in no hurry with them."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from pydantic import JsonValue, TypeAdapter

Body = dict[str, JsonValue]
_JSON: TypeAdapter[Body] = TypeAdapter(Body)

MOST_ASKED = 2
"""A batch is over when it has been asked after so often."""


class BatchServer:
    """Answers each request with `answer`: a status and a body.

    A batch has to be asked after twice before it is over; `loses` is left out of its answers.
    """

    def __init__(self, answer: Callable[[Body], tuple[int, Body]], *, loses: str = "") -> None:
        self._answer = answer
        self._loses = loses
        self.batches: list[list[Body]] = []
        """The requests of each batch."""
        self.files: dict[str, str] = {}
        """What lies on the server."""
        self.is_slow = False
        """True while no batch gets over."""
        self.asked = threading.Event()
        """Set when a batch has been asked after."""
        self.swallows = False
        """True to take the next batch and never say so."""
        self.swallowed = threading.Event()
        self._closing = threading.Event()
        self._marks: list[JsonValue] = []
        self._asked_after: list[int] = []
        self._gone: set[str] = set()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["content-length"])).decode()
                said = server.took(self.path, sent)
                if said is not None:
                    self._give(said)

            def do_GET(self) -> None:
                self._give(server.shown(urlsplit(self.path).path))

            def do_DELETE(self) -> None:
                name = self.path.rsplit("/", 1)[1]
                server.drops(name)
                self._give(json.dumps({"id": name, "object": "file", "deleted": True}))

            def _give(self, body: str) -> None:
                data = body.encode()
                kind = "application/x-jsonl" if "results" in self.path else "application/json"
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def took(self, path: str, sent: str) -> str | None:
        """Take a file, or a batch; None when it is not to be said."""
        if path == "/files":
            assert 'name="purpose"\r\n\r\nbatch' in sent
            number = 1 + sum(name.startswith("in") for name in self.files)
            self.files[f"in{number}"] = sent
            return json.dumps(self._file(f"in{number}"))
        body = _JSON.validate_json(sent)
        if path == "/batches":
            assert body["endpoint"] == "/v1/chat/completions"
            metadata = body["metadata"]
            assert isinstance(metadata, dict)
            self._keep(_lines(self.files[str(body["input_file_id"])]), metadata["surefoot"])
            said = self._openai(len(self.batches))
        else:
            requests = body["requests"]
            assert path == "/v1/messages/batches" and isinstance(requests, list)
            self._keep([_JSON.validate_python(one) for one in requests], None)
            said = self._anthropic(len(self.batches))
        if self.swallows:
            self.swallows = False
            self.swallowed.set()
            self._closing.wait()
            return None
        return json.dumps(said)

    def shown(self, path: str) -> str:
        """Show how far a batch is, its answers, or what there is."""
        parts, newest_first = path.split("/"), range(len(self.batches), 0, -1)
        match parts[-1]:
            case "files":
                return _list([self._file(name) for name in self.files])
            case "batches" if "messages" in parts:
                return _list(
                    [self._anthropic(n) for n in newest_first if f"b{n}" not in self._gone]
                )
            case "batches":
                return _list([self._openai(n) for n in newest_first])
            case "results":
                return self.files[parts[-2].replace("b", "out")]
            case "content":
                return self.files[parts[-2]]
            case name:
                number = int(name.removeprefix("b"))
                self._asked_after[number - 1] += not self.is_slow
                self.asked.set()
                ours = self._anthropic if "messages" in parts else self._openai
                return json.dumps(ours(number))

    def drops(self, name: str) -> None:
        """Delete a file, or a batch with its answers."""
        del self.files[name.replace("b", "out")]
        self._gone.add(name)

    def close(self) -> None:
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _keep(self, requests: list[Body], mark: JsonValue) -> None:
        self.batches.append(requests)
        self._marks.append(mark)
        self._asked_after.append(0)
        kept = [one for one in requests if not self._is_lost(str(one["custom_id"]))]
        lines = [self._line(one) for one in reversed(kept)]
        self.files[f"out{len(self.batches)}"] = "\n".join(map(json.dumps, lines))

    def _is_lost(self, custom_id: str) -> bool:
        return custom_id.rpartition("-")[2] == self._loses

    def _line(self, one: Body) -> Body:
        asked = _JSON.validate_python(one.get("body") or one["params"])
        status, body = self._answer(asked)
        custom_id = one["custom_id"]
        if "body" in one:
            response: Body = {"status_code": status, "request_id": "r", "body": body}
            return {"id": "l", "custom_id": custom_id, "response": response, "error": None}
        failed: Body = {"type": "errored", "error": {"type": "error", **body}}
        good: Body = {"type": "succeeded", "message": body}
        return {"custom_id": custom_id, "result": good if status == 200 else failed}

    def _file(self, name: str) -> Body:
        told = re.search(r'filename="([^"]*)"', self.files[name])
        file: Body = {"id": name, "object": "file", "bytes": 1, "created_at": int(time.time())}
        called = told.group(1) if told else "answers.jsonl"
        return {**file, "filename": called, "purpose": "batch", "status": "uploaded"}

    def _openai(self, number: int) -> Body:
        is_over = self._asked_after[number - 1] >= MOST_ASKED
        status, out = ("completed", f"out{number}") if is_over else ("in_progress", None)
        batch: Body = {"id": f"b{number}", "object": "batch", "status": status}
        where: Body = {"endpoint": "/v1/chat/completions", "input_file_id": f"in{number}"}
        times: Body = {"completion_window": "24h", "created_at": int(time.time())}
        return {
            **batch,
            **where,
            **times,
            "output_file_id": out,
            "metadata": {"surefoot": self._marks[number - 1]},
        }

    def _anthropic(self, number: int) -> Body:
        is_over = self._asked_after[number - 1] >= MOST_ASKED
        status = "ended" if is_over else "in_progress"
        size = len(self.batches[number - 1])
        counts: Body = dict.fromkeys(("errored", "canceled", "expired"), 0)
        counts |= {"processing": size * (not is_over), "succeeded": size * is_over}
        batch: Body = {"id": f"b{number}", "type": "message_batch", "processing_status": status}
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        times: Body = {"created_at": now, "expires_at": now}
        url = f"{self.url}/v1/messages/batches/b{number}/results"
        return {**batch, **times, "request_counts": counts, "results_url": url if is_over else None}


@contextmanager
def batch_server(
    answer: Callable[[Body], tuple[int, Body]], *, loses: str = ""
) -> Iterator[BatchServer]:
    """Run a server."""
    server = BatchServer(answer, loses=loses)
    try:
        yield server
    finally:
        server.close()


def _list(data: list[Body]) -> str:
    ids = [one["id"] for one in data] or [None]
    ends: Body = {"first_id": ids[0], "last_id": ids[-1], "has_more": False}
    return json.dumps({"object": "list", "data": data, **ends})


def _lines(sent: str) -> list[Body]:
    return [_JSON.validate_json(line) for line in re.findall(r"^\{.*\}\r?$", sent, re.MULTILINE)]

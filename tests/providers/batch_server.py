"""A server that takes batches as OpenAI and Anthropic do, and is in no hurry with them."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pydantic import JsonValue, TypeAdapter

Body = dict[str, JsonValue]
_JSON: TypeAdapter[Body] = TypeAdapter(Body)


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
        self._asked_after = 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["content-length"])).decode()
                self._give(server.took(self.path, sent))

            def do_GET(self) -> None:
                self._give(server.shown(self.path))

            def do_DELETE(self) -> None:
                name = self.path.rsplit("/", 1)[1]
                server.files.pop("out" if name == "b" else name)
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
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def took(self, path: str, sent: str) -> str:
        """Take a file, or a batch."""
        if path == "/files":
            assert 'name="purpose"\r\n\r\nbatch' in sent
            self.files["in"] = sent
            file: Body = {"id": "in", "object": "file", "bytes": 1, "created_at": 1}
            return json.dumps({**file, "filename": "f", "purpose": "batch", "status": "uploaded"})
        if path == "/batches":
            assert _JSON.validate_json(sent)["endpoint"] == "/v1/chat/completions"
            self._keep(_lines(self.files["in"]))
            return self._openai("validating")
        requests = _JSON.validate_json(sent)["requests"]
        assert path == "/v1/messages/batches" and isinstance(requests, list)
        self._keep([_JSON.validate_python(one) for one in requests])
        return self._anthropic("in_progress")

    def shown(self, path: str) -> str:
        """Show how far a batch is, or its answers."""
        if path.startswith("/files/"):
            return self.files[path.split("/")[2]]
        if path.endswith("/results"):
            return self.files["out"]
        self._asked_after += 1
        is_over = self._asked_after == 2
        if path.startswith("/batches/"):
            return self._openai("completed" if is_over else "in_progress")
        return self._anthropic("ended" if is_over else "in_progress")

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _keep(self, requests: list[Body]) -> None:
        self.batches.append(requests)
        lines = [self._line(one) for one in reversed(requests) if one["custom_id"] != self._loses]
        self.files["out"] = "\n".join(map(json.dumps, lines))

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

    def _openai(self, status: str) -> str:
        out = "out" if status == "completed" else None
        batch: Body = {"id": "b", "object": "batch", "status": status, "output_file_id": out}
        where: Body = {"endpoint": "/v1/chat/completions", "input_file_id": "in"}
        return json.dumps({**batch, **where, "completion_window": "24h", "created_at": 1})

    def _anthropic(self, status: str) -> str:
        counts: Body = dict.fromkeys(("processing", "succeeded", "errored"), 0)
        batch: Body = {"id": "b", "type": "message_batch", "processing_status": status}
        times: Body = {"created_at": "2026-01-01T00:00:00Z", "expires_at": "2026-01-02T00:00:00Z"}
        url = f"{self.url}/v1/messages/batches/b/results"
        counts |= {"canceled": 0, "expired": 0}
        return json.dumps({**batch, **times, "request_counts": counts, "results_url": url})


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


def _lines(sent: str) -> list[Body]:
    return [_JSON.validate_json(line) for line in re.findall(r"^\{.*\}\r?$", sent, re.MULTILINE)]

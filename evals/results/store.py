"""The store: a folder with traces and results, one JSON object a line, only ever added to.

Whoever is killed while writing leaves half a line at most, which the next one drops. When a run
is done, `finish` puts the results in order, so that the same grades always make the same file.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TextIO

from surefoot.errors import StorageError

from ..traces.formats import ours
from ..traces.trace import Trace
from .result import Result, read, written

Place = tuple[str, int, str]


def _place(trace: Trace) -> Place:
    """Return which run it is: in a suite an item's repeat, elsewhere also of which model."""
    model = "" if trace.item_hash else trace.model
    return trace.item or trace.trace_id, trace.repeat, model


class ResultStore:
    """Traces and results of one run of a suite, or of one grading."""

    def __init__(self, folder: Path) -> None:
        """Open the folder, making it when it is missing. Raises `StorageError`."""
        self.folder = folder
        self._traces: dict[Place, Trace] = {}
        self._results: dict[str, Result] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for line in _whole_lines(self.traces_file):
                (trace,) = ours.read(json.loads(line), str(self.traces_file))
                self._traces[_place(trace)] = trace
            for line in _whole_lines(self.results_file):
                result = read(line)
                self._results[result.key] = result
            self._trace_out = self.traces_file.open("a", encoding="utf-8")
            self._result_out = self.results_file.open("a", encoding="utf-8")
        except (OSError, ValueError) as error:
            raise StorageError(
                f"The results in {folder} cannot be used: {error}. Choose another folder with "
                "--out, or remove what is broken."
            ) from None

    @property
    def traces_file(self) -> Path:
        """Where the traces are."""
        return self.folder / "traces.jsonl"

    @property
    def results_file(self) -> Path:
        """Where the results are."""
        return self.folder / "results.jsonl"

    def __enter__(self) -> ResultStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files."""
        self._trace_out.close()
        self._result_out.close()

    def keys(self) -> set[str]:
        """Return the keys of all results."""
        return set(self._results)

    def traces(self) -> list[Trace]:
        """Return the traces; of one item's repeat, the last that was kept."""
        return list(self._traces.values())

    def results(self) -> list[Result]:
        """Return the results of the traces that count, in order."""
        return sorted(self._results.values(), key=lambda result: result.order)

    def keep(self, trace: Trace) -> None:
        """Keep a trace; one of the same item and repeat is replaced, with its results."""
        place = _place(trace)
        if (known := self._traces.get(place)) is not None:
            if known == trace:
                return
            for key in [k for k, r in self._results.items() if r.trace_id == known.trace_id]:
                del self._results[key]
        self._traces[place] = trace
        _write(self._trace_out, ours.write(trace))

    def add(self, result: Result) -> None:
        """Add a result, once."""
        if result.key not in self._results:
            self._results[result.key] = result
            _write(self._result_out, _line(result))

    def finish(self) -> None:
        """Write both files anew, in order, in one step each."""
        self.close()
        _replace(self.results_file, [_line(result) for result in self.results()])
        order = sorted(self._traces)
        _replace(self.traces_file, [ours.write(self._traces[place]) for place in order])
        self._trace_out = self.traces_file.open("a", encoding="utf-8")
        self._result_out = self.results_file.open("a", encoding="utf-8")

    def to_parquet(self, path: Path) -> None:
        """Write the results as Parquet, for DuckDB and everything else that reads it."""
        import duckdb

        self._result_out.flush()
        with duckdb.connect() as connection:
            connection.execute(
                "COPY (SELECT * EXCLUDE (details, clusters), to_json(clusters) AS clusters,"
                " to_json(details) AS details FROM read_json(?, format = 'newline_delimited',"
                " map_inference_threshold = -1, maximum_object_size = 67108864))"
                f" TO '{str(path).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)",
                [str(self.results_file)],
            )


def _line(result: Result) -> str:
    return json.dumps(written(result), ensure_ascii=False)


def _write(out: TextIO, line: str) -> None:
    """Hand a whole line to the system at once, which keeps it when this process is killed."""
    out.write(f"{line}\n")
    out.flush()


def _replace(path: Path, lines: Sequence[str]) -> None:
    beside = path.with_suffix(".new")
    beside.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    os.replace(beside, path)


def _whole_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file; half a line at its end, left by a crash, is cut off."""
    if not path.exists():
        return
    data = path.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.truncate(path, whole)
    for line in data[:whole].splitlines():
        if line.strip():
            yield line.decode("utf-8")

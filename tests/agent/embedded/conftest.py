"""What the planner's tests share: small real tables, and the tools a run would have."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage
from numpy.typing import NDArray

from surefoot.agent import EmbeddedPlanner
from surefoot.memory import MiniLM

HERE = Path(__file__).parent
KEYS = {
    "shop": [
        "-- key: orders.customer_id = customers.id",
        "-- key: orders.product_id = products.id",
    ]
}
DOCUMENTS = (
    (
        "cli.md",
        "Exit codes",
        "Exit codes: 0 done, 1 the run failed, 2 bad usage, 3 a gate not met.",
    ),
    (
        "policy.md",
        "Release policy",
        "With the release policy `hold`, a sentence leaves only after its check. "
        "With `label`, sentences stream and their verdicts follow.",
    ),
    ("store.md", "Backups", "Backups are taken every six hours and kept for thirty days."),
)


class Tables:
    """One schema in DuckDB, with the catalog a model would be shown."""

    def __init__(self, name: str) -> None:
        self.connection = duckdb.connect()
        self.connection.execute((HERE / "schemas" / f"{name}.sql").read_text())
        self.catalog = "\n".join([*map(self._table, self._names()), *KEYS.get(name, [])])

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.connection.execute(sql).fetchall()

    def _names(self) -> list[str]:
        listed = self.rows("SELECT table_name FROM duckdb_tables() ORDER BY table_oid")
        return [str(row[0]) for row in listed]

    def _table(self, table: str) -> str:
        [(count,)] = self.rows(f"SELECT count(*) FROM {table}")
        described = self.rows(f"DESCRIBE {table}")
        lines = [self._column(table, str(c[0]), str(c[1])) for c in described]
        lines[:-1] = [line.replace("  -- ", ",  -- ", 1) for line in lines[:-1]]
        return "\n".join(
            [f"CREATE TABLE {table} (  -- {count} rows, from {table}.csv", *lines, ");"]
        )

    def _column(self, table: str, name: str, kind: str) -> str:
        [(distinct, nulls)] = self.rows(
            f"SELECT count(DISTINCT {name}), count(*) - count({name}) FROM {table}"
        )
        assert isinstance(distinct, int)
        if kind in {"BIGINT", "DOUBLE", "DATE"} and distinct > 5:
            [(low, high)] = self.rows(f"SELECT min({name}), max({name}) FROM {table}")
            note = f"{low} to {high}"
        else:
            values = self.rows(
                f"SELECT DISTINCT {name} FROM {table} WHERE {name} IS NOT NULL ORDER BY 1"
            )
            listed = ", ".join(_literal(value) for (value,) in values)
            note = f"{distinct} values: {listed}"
        return f"  {name} {kind}  -- {note}" + (f", {nulls} null" if nulls else "")


def _literal(value: object) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value).upper()


def definition(name: str, description: str, **properties: dict[str, Any]) -> dict[str, Any]:
    """Return a tool as an OpenAI-style definition; every argument is required."""
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    function = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": function}


class Conversation:
    """The planner with tools that really run, as the graph would drive it."""

    def __init__(
        self,
        tables: Tables,
        embed: Callable[[Sequence[str]], NDArray[np.float32]],
        *,
        without: frozenset[str] = frozenset(),
    ) -> None:
        self.planner = EmbeddedPlanner(embed=embed)
        self.tables = tables
        text, free = {"type": "string"}, {"type": "object"}
        known = [
            definition("run_sql", f"Run a query.\n\n{tables.catalog}", sql=text),
            definition("search_documents", "Search the documents.", query=text),
            definition("run_code", "Run Python.", code=text, inputs=free),
            definition("remember", "Keep a fact.", fact=text),
            definition("recall", "Find facts.", query=text),
            definition("plan", "Run steps that build on each other.", steps={"type": "array"}),
            definition("fx_rate", "Units of `quote` that one `base` buys.", base=text, quote=text),
            definition("get_weather", "The current weather in a city.", city=text),
        ]
        self.tools = [tool for tool in known if tool["function"]["name"] not in without]
        self.messages: list[BaseMessage] = []
        self.rounds: list[list[tuple[str, dict[str, Any]]]] = []
        self._evidence = 0

    def ask(self, question: str) -> str:
        """Ask, run what is called, and return the answer; `rounds` keeps the calls."""
        self.messages.append(HumanMessage(question))
        self.rounds = []
        for _ in range(6):
            message = self.planner.bind_tools(self.tools).invoke(self.messages)
            self.messages.append(message)
            if not message.tool_calls:
                return str(message.text)
            self.rounds.append([(call["name"], call["args"]) for call in message.tool_calls])
            self.messages += [
                ToolMessage(self._told(call["name"], call["args"]), tool_call_id=call["id"])
                for call in message.tool_calls
            ]
        raise AssertionError("the planner goes on calling tools")

    @property
    def calls(self) -> list[str]:
        """The names of the tools called since the last question."""
        return [name for calls in self.rounds for name, _ in calls]

    def _told(self, name: str, args: dict[str, Any]) -> str:
        if name != "plan":
            return self._run(name, args)[1]
        values: dict[str, Any] = {}
        sections = []
        for step in args["steps"]:
            values[step["id"]], text = self._run(step["tool"], _resolved(step["args"], values))
            sections.append(f"## {step['id']} {step['tool']}\n{text}")
        return "\n\n".join(sections)

    def _run(self, name: str, args: dict[str, Any]) -> tuple[object, str]:
        self._evidence += 1
        head = f"[S{self._evidence}]"
        match name:
            case "run_sql":
                return self._query(head, args["sql"])
            case "run_code":
                value = run_program(args["code"], args.get("inputs", {}))
                return {"result": value}, f"{head} code · python\n{value!r}"
            case "search_documents":
                return {}, self._passages()
            case "remember":
                return {}, f"{head} memory · said 2026-01-01T00:00:00Z\n{args['fact']}"
            case "recall":
                fact = "The user's favourite colour is green."
                return {"facts": [fact]}, f"{head} memory · said 2026-01-01T00:00:00Z\n{fact}"
            case _:
                return 1.07, f"{head} tool · {name}\n1.07"

    def _query(self, head: str, sql: str) -> tuple[object, str]:
        cursor = self.tables.connection.execute(sql)
        columns = [column[0] for column in cursor.description or ()]
        rows = cursor.fetchall()
        lines = [columns, ["---"] * len(columns), *rows]
        shown = [
            "| " + " | ".join("NULL" if v is None else str(v) for v in r) + " |" for r in lines
        ]
        value = {"rows": [dict(zip(columns, row, strict=True)) for row in rows]}
        counted = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
        return value, "\n".join([f"{head} table · {counted} · SQL: {sql}", *shown])

    def _passages(self) -> str:
        blocks = []
        for place, (path, heading, text) in enumerate(DOCUMENTS):
            where = f"{path} · {heading} · characters 0-{len(text)}"
            blocks.append(f"[S{self._evidence + place}] document · {where}\n{text}")
        self._evidence += len(DOCUMENTS) - 1
        return "\n\n".join(blocks)


def _resolved(value: Any, values: dict[str, Any]) -> Any:
    if isinstance(value, dict) and set(value) == {"$ref"}:
        step, *path = value["$ref"].split(".")
        found = values[step]
        for key in path:
            found = found[int(key)] if key.isdigit() else found[key]
        return found
    if isinstance(value, dict):
        return {name: _resolved(inner, values) for name, inner in value.items()}
    return value


def run_program(code: str, inputs: dict[str, object]) -> object:
    """Run a program and return the value of its last line, as the sandbox would."""
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    names: dict[str, object] = dict(inputs)
    exec(compile(tree, "program", "exec"), names)
    value: object = eval(compile(ast.Expression(last.value), "program", "eval"), names)
    return value


def no_vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """Fail: rules and tables must decide without sentence vectors."""
    raise AssertionError(f"vectors were asked for {texts!r}")


class Alone:
    """A planner with one tool, asked one question at a time."""

    def __init__(self, tool: str, description: str, argument: str) -> None:
        text: dict[str, Any] = {"type": "string"}
        tools = [definition(tool, description, **{argument: text})]
        self._bound = EmbeddedPlanner(embed=no_vectors).bind_tools(tools)
        self._argument = argument

    def call(self, question: str) -> str | None:
        """Return the argument of the one call it makes, None when it makes none."""
        calls = self._bound.invoke(question).tool_calls
        assert len(calls) <= 1
        return str(calls[0]["args"][self._argument]) if calls else None

    def words(self, question: str) -> str:
        """Return what it says at once."""
        return str(self._bound.invoke(question).text)


@pytest.fixture(scope="session")
def schemas() -> dict[str, Tables]:
    """Return every schema, by name."""
    return {path.stem: Tables(path.stem) for path in sorted((HERE / "schemas").glob("*.sql"))}


@pytest.fixture(scope="session")
def minilm() -> MiniLM:
    """Return the packaged sentence vectors, loaded once."""
    return MiniLM()


@pytest.fixture
def penguins(schemas: dict[str, Tables]) -> Conversation:
    """Return a conversation about penguins that must not need sentence vectors."""
    return Conversation(schemas["penguins"], no_vectors)


@pytest.fixture
def shop(schemas: dict[str, Tables]) -> Conversation:
    """Return a conversation about a shop that must not need sentence vectors."""
    return Conversation(schemas["shop"], no_vectors)


@pytest.fixture
def library(schemas: dict[str, Tables]) -> Conversation:
    """Return a conversation about a library that must not need sentence vectors."""
    return Conversation(schemas["library"], no_vectors)


@pytest.fixture
def reading(schemas: dict[str, Tables], minilm: MiniLM) -> Conversation:
    """Return a conversation about penguins and documents."""
    return Conversation(schemas["penguins"], minilm.embed)


@pytest.fixture
def converse(schemas: dict[str, Tables]) -> Callable[..., Conversation]:
    """Return a maker of conversations with some tools left out."""

    def make(schema: str, *without: str) -> Conversation:
        return Conversation(schemas[schema], no_vectors, without=frozenset(without))

    return make


@pytest.fixture
def write_sql() -> Callable[[str], Alone]:
    """Return a maker of planners that have tables and nothing else, by the catalog's text."""

    def make(catalog: str) -> Alone:
        return Alone("run_sql", f"Run a query.\n\n{catalog}", "sql")

    return make


@pytest.fixture
def write_code() -> Alone:
    """Return a planner that can only run programs."""
    return Alone("run_code", "Run Python.", "code")


@pytest.fixture
def run() -> Callable[[str], object]:
    """Return what runs a program and gives the value of its last line."""
    return lambda code: run_program(code, {})


@pytest.fixture(name="planner")
def _planner() -> EmbeddedPlanner:
    """Return a planner that must not need sentence vectors."""
    return EmbeddedPlanner(embed=no_vectors)

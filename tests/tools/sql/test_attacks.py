"""What people try on a database."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from surefoot.errors import ToolError
from surefoot.tools import Workspace, guard_sql, hardened_connection

ATTACKS = (
    # Reading files and the machine.
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd', sep=':')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/proc/self/environ')",
    "SELECT * FROM read_json('/etc/hosts')",
    "SELECT * FROM read_ndjson_objects('/etc/hosts')",
    "SELECT * FROM read_parquet('/etc/hosts')",
    "SELECT * FROM read_duckdb('/etc/hosts')",
    "SELECT * FROM parquet_metadata('/etc/hosts')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM '/etc/hosts.csv'",
    'SELECT * FROM "/proc/self/environ"',
    "SELECT * FROM read_csv('http://127.0.0.1:1/x.csv')",
    "SELECT * FROM 's3://bucket/key.parquet'",
    "SELECT count(*) FROM orders, read_text('/etc/passwd')",
    "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT getenv('HOME')",
    "SELECT * FROM pandas_scan(1)",
    "SELECT * FROM python_map_function(1)",
    # Writing.
    "COPY orders TO 'stolen.csv'",
    "COPY (SELECT * FROM orders) TO 'stolen.parquet' (FORMAT parquet)",
    "COPY orders FROM '/etc/passwd'",
    "COPY FROM DATABASE memory TO stolen",
    "EXPORT DATABASE 'stolen'",
    "IMPORT DATABASE 'stolen'",
    "INSERT INTO orders VALUES (1, 1, 1, DATE '2024-01-01')",
    "UPDATE orders SET amount = 0",
    "DELETE FROM orders",
    "TRUNCATE orders",
    "MERGE INTO orders USING customers ON true WHEN MATCHED THEN DELETE",
    "DROP TABLE orders",
    "ALTER TABLE orders ADD COLUMN x INTEGER",
    "CREATE TABLE stolen AS SELECT * FROM orders",
    "CREATE VIEW v AS SELECT 1",
    "CREATE INDEX i ON orders (id)",
    "CREATE SEQUENCE s",
    "CREATE TYPE mood AS ENUM ('sad')",
    "CREATE SCHEMA s",
    "WITH x AS (INSERT INTO orders VALUES (1, 1, 1, NULL) RETURNING *) SELECT * FROM x",
    "WITH x AS (DELETE FROM orders RETURNING *) SELECT count(*) FROM x",
    "WITH x AS (UPDATE orders SET amount = 0 RETURNING *) SELECT * FROM x",
    "SELECT * FROM orders; DROP TABLE orders",
    "SELECT 1; SELECT 2",
    # Falsifying what comes later.
    "CREATE TEMP MACRO sum(x) AS 0",
    "CREATE MACRO avg(x) AS 0",
    "CREATE TEMP TABLE orders AS SELECT 1 AS id",
    "CREATE TEMP VIEW orders AS SELECT 0 AS amount",
    "SET VARIABLE x = 1",
    "SELECT getvariable('x')",
    "BEGIN TRANSACTION",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "SELECT $1",
    "SELECT ?",
    "USE memory",
    "SELECT setseed(0.5)",
    "SELECT nextval('s')",
    # Changing or spying on the database itself.
    "ATTACH 'stolen.duckdb' AS s",
    "ATTACH ':memory:' AS s",
    "DETACH memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "FORCE INSTALL spatial",
    "UPDATE EXTENSIONS",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "SET memory_limit = '100GB'",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET memory_limit",
    "SET schema = 'pg_catalog'",
    "CALL enable_logging(storage = 'file', storage_path = 'stolen')",
    "CALL pragma_version()",
    "CHECKPOINT",
    "VACUUM",
    "ANALYZE",
    "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
    "EXPLAIN ANALYZE SELECT * FROM orders",
    "EXPLAIN SELECT 1",
    "SHOW TABLES",
    "SHOW ALL TABLES",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_databases()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM duckdb_logs()",
    "SELECT * FROM duckdb_settings",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM pg_catalog.pg_class",
    "WITH duckdb_settings AS (SELECT 1) SELECT * FROM duckdb_settings",
    "SELECT current_setting('temp_directory')",
    "SELECT current_database()",
    "SELECT current_query()",
    "SELECT version()",
    "SELECT * FROM pragma_version()",
    "SELECT * FROM pragma_storage_info('orders')",
    "SELECT * FROM truncate_duckdb_logs()",
    "SELECT * FROM checkpoint()",
    "SELECT * FROM enable_profiling()",
    "SELECT write_log('forged', level := 'info')",
    "SELECT * FROM test_all_types()",
    "SELECT * FROM seq_scan('orders')",
    # Running SQL that is held in text.
    "SELECT * FROM query('SELECT * FROM duckdb_settings()')",
    "SELECT * FROM query_table('orders')",
    "SELECT * FROM json_execute_serialized_sql('{}')",
    "SELECT json_serialize_sql('SELECT 1')",
    "SELECT json_deserialize_sql('{}')",
    "SELECT * FROM orders AT (VERSION => 1)",
    "SELECT system.main.current_setting('threads')",
    "SELECT main.sum(amount) FROM orders",
    "SELECT orders.read_text('/etc/passwd') FROM orders",
    "SELECT '/etc/passwd'.read_text()",
    "SELECT * FROM memory.main.orders",
    "SELECT 1 /* ; */; DROP TABLE orders --",
    "SELECT E'\\'; DROP TABLE orders; --'; DROP TABLE orders",
)

UNGUARDED = (
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM '/etc/hosts.csv'",
    "COPY customers TO 'stolen.csv'",
    "COPY customers FROM '/etc/passwd'",
    "EXPORT DATABASE 'stolen'",
    "ATTACH 'stolen.duckdb' AS s",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET memory_limit = '100GB'",
    "SET lock_configuration = false",
    "CALL enable_logging(storage = 'file', storage_path = 'stolen')",
    "DROP TABLE customers",
    "UPDATE customers SET city = 'x'",
    "CREATE TABLE stolen (a INTEGER)",
)
"""What the connection itself has to stop, should the guard ever let it through."""


@pytest.mark.parametrize("sql", ATTACKS)
def test_no_attack_passes_the_guard(sql: str) -> None:
    with pytest.raises(ToolError) as caught:
        guard_sql(sql, ("orders", "customers"))
    assert str(caught.value).endswith(".")


@pytest.mark.anyio
async def test_attacks_change_nothing_and_falsify_nothing(workspace: Workspace, shop: Path) -> None:
    before = _contents(shop)
    answer = await workspace.query("SELECT sum(amount) AS total FROM orders")
    for sql in ATTACKS:
        with pytest.raises(ToolError):
            await workspace.query(sql)
        with pytest.raises(ToolError):
            await workspace.inspect(sql)
    assert await workspace.query("SELECT sum(amount) AS total FROM orders") == answer
    assert _contents(shop) == before


@pytest.mark.parametrize("sql", UNGUARDED)
def test_the_connection_alone_stops_what_reaches_outside(
    sql: str, shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    [database] = shop.glob("tables-*.duckdb")
    with hardened_connection(
        str(database), memory_limit="128MB", threads=1, seconds=1
    ) as connection:
        with pytest.raises(duckdb.Error):
            connection.execute(sql).fetchall()
    assert list(tmp_path.iterdir()) == []


def _contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}

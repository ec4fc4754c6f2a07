"""Every type of value comes back as JSON."""

from __future__ import annotations

import json

import pytest

from surefoot.tools import Workspace


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1::HUGEINT << 100", 2**100),
        ("1.10::DECIMAL(5, 2)", 1.1),
        ("3.00::DECIMAL(5, 2)", 3),
        ("'nan'::DOUBLE", None),
        ("'inf'::DOUBLE", None),
        ("true", True),
        ("DATE '2024-02-29'", "2024-02-29"),
        ("TIME '10:20:30'", "10:20:30"),
        ("TIMESTAMP '2024-02-29 10:20:30'", "2024-02-29T10:20:30"),
        ("TIMESTAMPTZ '2024-02-29 10:20:30+02'", "2024-02-29T08:20:30+00:00"),
        ("INTERVAL 90 MINUTE", "1:30:00"),
        ("DATE '2024-01-02' - DATE '2024-01-01'", 1),
        ("'\\x00ab'::BLOB", "AGFi"),
        ("'00000000-0000-0000-0000-000000000001'::UUID", "00000000-0000-0000-0000-000000000001"),
        ("[1, NULL, 2]", [1, None, 2]),
        ("{'a': DATE '2024-01-01', 'b': [1.5]}", {"a": "2024-01-01", "b": [1.5]}),
        ("MAP {'k': 1}", {"k": 1}),
        ("NULL", None),
        ("'{\"a\": 1}'::JSON", '{"a": 1}'),
    ],
)
@pytest.mark.anyio
async def test_values_are_json(workspace: Workspace, expression: str, value: object) -> None:
    result = await workspace.query(f"SELECT {expression} AS v")
    assert result.rows == ((value,),)
    json.dumps(result.rows, allow_nan=False)


@pytest.mark.anyio
async def test_long_values_and_large_results_are_cut(workspace: Workspace) -> None:
    result = await workspace.query("SELECT string_agg(i::VARCHAR, '') FROM range(50000) t(i)")
    assert isinstance(result.rows[0][0], str) and len(result.rows[0][0]) == 10_001
    many = await workspace.query(
        "SELECT i, (SELECT string_agg('abcdefghij', '') FROM range(900)) AS s FROM range(3000) t(i)"
    )
    assert many.row_count == 3_000
    assert 100 < len(many.rows) < 1_000

from __future__ import annotations

import asyncio
from datetime import date, datetime
from pathlib import Path

import pytest

from surefoot.tools import Workspace

openpyxl = pytest.importorskip("openpyxl")


def test_each_sheet_with_a_table_becomes_one(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sales = book.active
    sales.title = "Sales 2024"
    sales.append(["Report of the year"])
    sales.append([])
    sales.append(["day", "units", None, "units", "sold at"])
    sales.append([date(2024, 1, 2), 3, "x", 1.5, datetime(2024, 1, 2, 9, 30)])
    sales.append([date(2024, 1, 3), None, 'a "quoted", text', 2, None])
    shops = book.create_sheet("Shops")
    shops.append(["id", "name"])
    shops.append([1, "Oslo"])
    book.create_sheet("Empty")
    book.save(tmp_path / "year.xlsx")

    workspace = Workspace(tmp_path / "snapshots")
    assert not asyncio.run(workspace.ingest([tmp_path])).errors

    found = {t.name: [(c.name, c.type) for c in t.columns] for t in workspace.tables()}
    assert found == {
        "year_sales_2024": [
            ("day", "DATE"),
            ("units", "BIGINT"),
            ("column_3", "VARCHAR"),
            ("units_2", "DOUBLE"),
            ("sold at", "TIMESTAMP"),
        ],
        "year_shops": [("id", "BIGINT"), ("name", "VARCHAR")],
    }


def test_a_workbook_that_is_none_is_reported(tmp_path: Path) -> None:
    (tmp_path / "bad.xlsx").write_text("no workbook")
    report = asyncio.run(Workspace(tmp_path / "snapshots").ingest([tmp_path]))
    assert len(report.errors) == 1 and report.errors[0].startswith("bad.xlsx: it is no sound")

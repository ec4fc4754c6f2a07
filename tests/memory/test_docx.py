from __future__ import annotations

import io

import pytest

from surefoot.errors import InputError
from surefoot.memory import document_of

docx = pytest.importorskip("docx")


def test_a_word_document_keeps_its_headings_lists_and_tables() -> None:
    made = docx.Document()
    made.add_heading("Penguins", 0)
    made.add_heading("Islands", 1)
    made.add_paragraph("They live on three islands.")
    made.add_paragraph("Biscoe", style="List Bullet")
    table = made.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("island", "n"), ("Dream", "124")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    buffer = io.BytesIO()
    made.save(buffer)

    document = document_of(buffer.getvalue(), "penguins.docx")

    assert document.text == (
        "# Penguins\n\n# Islands\n\nThey live on three islands.\n\n- Biscoe\n\n"
        "| island | n |\n| --- | --- |\n| Dream | 124 |"
    )
    assert {section.heading for section in document.sections} == {"Islands"}


def test_a_file_that_only_ends_like_a_word_document_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        document_of(b"no archive", "x.docx")
    assert "x.docx" in str(caught.value)

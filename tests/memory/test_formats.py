"""Files of each format, and how documents are cut into passages."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot
from pypdf import PdfWriter

from surefoot.errors import InputError
from surefoot.memory import Document, chunks_of, document_of

MARKDOWN = """---
title: Front matter
---
Intro before any heading.

# Install
Two lines
of one paragraph.

```sh
# not a heading

echo hi
```

Windows `11`
------------
- one
- two

### [Deep](x.md) *down*
text

# Next
| a | b |
| - | - |
| 1 | 2 |
"""

HTML = b"""<!doctype html><html><head><title>T</title><style>p{}</style></head><body>
<nav>menu</nav><h1>Birds</h1><div>Loose <b>text</b><p>A paragraph
over   lines.</p>tail</div><!-- hidden --><h2>Sizes</h2>
<table><tr><th>name</th><th>kg</th></tr><tr><td>Gentoo</td><td>5.1</td></tr></table>
<pre>  keep
    this</pre><script>bad()</script><ul><li>one<li>two</ul></body></html>"""


def passages(document: Document) -> list[tuple[str, str]]:
    return [(s.heading, document.text[s.start : s.end]) for s in document.sections]


def pdf_of(*pages: str) -> bytes:
    """Write a small PDF by hand: one line of text a page."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET"
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * i} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return f"{out}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode()


def test_markdown_gives_its_blocks_under_their_headings() -> None:
    assert passages(document_of(MARKDOWN.encode(), "a.md")) == snapshot(
        [
            (
                "",
                """\
---
title: Front matter
---
""",
            ),
            ("", "Intro before any heading.\n"),
            (
                "Install",
                """\
Two lines
of one paragraph.
""",
            ),
            (
                "Install",
                """\
```sh
# not a heading

echo hi
```
""",
            ),
            (
                "Install > Windows 11",
                """\
- one
- two
""",
            ),
            ("Install > Windows 11 > Deep down", "text\n"),
            (
                "Next",
                """\
| a | b |
| - | - |
| 1 | 2 |
""",
            ),
        ]
    )


def test_html_gives_the_text_a_reader_sees() -> None:
    assert passages(document_of(HTML, "a.html")) == snapshot(
        [
            ("Birds", "Loose text"),
            ("Birds", "A paragraph over lines."),
            ("Birds", "tail"),
            ("Birds > Sizes", "name | kg"),
            ("Birds > Sizes", "Gentoo | 5.1"),
            (
                "Birds > Sizes",
                """\
  keep
    this\
""",
            ),
            ("Birds > Sizes", "one"),
            ("Birds > Sizes", "two"),
        ]
    )


def test_a_row_of_an_html_table_is_one_line_with_its_empty_cells() -> None:
    page = b"""<table><tr><th></th><th>kg</th></tr><tr><td><p>Gentoo</p></td><td></td></tr>
    <tr><td>a<br>b</td><td><ul><li>x</li><li>y</li></ul></td></tr><tr><td></td><td></td></tr>
    <tr><td><table><tr><td>in<td>ner</table></td><td>out</td></tr></table>"""

    assert [text for _, text in passages(document_of(page, "a.html"))] == [
        "| kg",
        "Gentoo |",
        "a b | x y",
        "in | ner",
        "out",
    ]


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        (
            "a.csv",
            'name;kg\nGentoo;5,1\n"a\nb";;more\n',
            ["name: Gentoo | kg: 5,1", "name: a b | more"],
        ),
        ("a.tsv", "name\tkg\nGentoo\t5.1\n", ["name: Gentoo | kg: 5.1"]),
        ("a.csv", "name,kg\n", ["name | kg"]),
        ("a.json", '[{"a": {"b": [1, "x"]}, "c": null}, {"d": true}]', ["a.b: 1, x", "d: true"]),
        ("a.json", '{"site": {"city": "Hull"}, "n": [{"k": 1}]}', ["site.city: Hull", "n.0.k: 1"]),
        ("a.jsonl", '{"a": 1, "b": 2}\n\n{"a": "\\ud800"}\n', ["a: 1\nb: 2", "a: ?"]),
    ],
)
def test_data_read_as_text_names_each_value(name: str, data: str, found: list[str]) -> None:
    assert [text for _, text in passages(document_of(data.encode(), name))] == found


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.json", b"{", "'a.json' is not JSON"),
        ("a.json", b"[" * 100_000, "'a.json' is nested too deeply"),
        ("a.json", b"[]", "'a.json' holds no text"),
        ("a.csv", b'a\n"' + b"x" * 200_000, "'a.csv' is not a table that can be read"),
    ],
)
def test_data_that_cannot_be_read_is_refused_by_name(name: str, data: bytes, why: str) -> None:
    with pytest.raises(InputError, match=re.escape(why)):
        document_of(data, name)


def test_html_in_its_declared_encoding_is_read() -> None:
    page = "<meta charset=iso-8859-1><p>Übergröße</p>".encode("latin-1")

    assert document_of(page, "a.htm").text == "Übergröße"


def test_html_nested_beyond_reason_is_read() -> None:
    page = b"<div>" * 3_000 + b"deep" + b"</div>" * 3_000

    assert document_of(page, "a.html").text == "deep"


def test_pdf_passages_know_their_page() -> None:
    document = document_of(pdf_of("The first page.", "The second page."), "a.pdf")

    assert [(s.page, document.text[s.start : s.end]) for s in document.sections] == [
        (1, "The first page."),
        (2, "The second page."),
    ]
    assert [chunk.page for chunk in chunks_of(document)] == [1, 2]


def test_a_locked_and_an_empty_pdf_say_why_they_cannot_be_read() -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    blank = io.BytesIO()
    writer.write(blank)
    with pytest.raises(InputError, match="holds no text; if it is a scan"):
        document_of(blank.getvalue(), "scan.pdf")

    writer.encrypt("secret", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    with pytest.raises(InputError, match="locked with a password"):
        document_of(locked.getvalue(), "locked.pdf")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("\ufeffwith a mark".encode(), "with a mark"),
        ("wide text".encode("utf-16"), "wide text"),
        (b"windows\r\nand old mac\r", "windows\nand old mac\n"),
    ],
)
def test_text_is_read_whatever_its_byte_order_mark_and_line_ends(data: bytes, text: str) -> None:
    assert document_of(data, "a.txt").text == text


def test_a_text_of_headings_alone_can_still_be_found() -> None:
    document = document_of(b"# Only a title\n", "a.md")

    assert [document.text[s.start : s.end].strip() for s in document.sections] == ["# Only a title"]


def test_a_file_of_another_kind_is_refused_with_the_kinds_we_read() -> None:
    with pytest.raises(InputError, match=r"'a.odt' .* \.md"):
        document_of(b"text", "a.odt")


def test_neighbours_share_a_passage_only_under_one_heading() -> None:
    text = "# A\none\n\ntwo\n\n# B\nthree"
    document = document_of(text.encode(), "a.md")

    assert [text[s.start : s.end] for s in chunks_of(document)] == ["one\n\ntwo", "three"]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    text = " ".join(f"This is sentence number {n}." for n in range(200))

    chunks = chunks_of(Document(path="a", text=text), max_chars=400)

    assert all(text[s.start : s.end].endswith(".") for s in chunks)
    assert min(s.end - s.start for s in chunks[:-1]) >= 200


marks = st.sampled_from(["# ", "## ", "\n", "\n\n", "```\n", "---\n", "===\n", "| a |", "- ", " "])
texts = st.lists(st.one_of(marks, st.text(max_size=30), st.just("word " * 300))).map("".join)


@given(text=texts, suffix=st.sampled_from(["md", "txt"]))
def test_passages_stand_in_order_and_within_the_limit(text: str, suffix: str) -> None:
    try:
        document = document_of(text.encode("utf-8", "replace"), f"a.{suffix}")
    except InputError:
        return
    chunks = chunks_of(document, max_chars=120)
    at = 0
    for chunk in chunks:
        inside = document.text[chunk.start : chunk.end]
        assert at <= chunk.start < chunk.end
        assert inside == inside.strip() != ""
        assert len(inside) <= 120
        at = chunk.end
    if suffix == "txt":
        seen = "".join(document.text[s.start : s.end] for s in chunks)
        assert "".join(seen.split()) == "".join(document.text.split())


SUFFIXES = ["md", "txt", "html", "pdf", "csv", "tsv", "json", "jsonl"]


@given(data=st.binary(max_size=200), suffix=st.sampled_from(SUFFIXES))
def test_any_bytes_are_read_or_refused_by_name(data: bytes, suffix: str) -> None:
    try:
        document = document_of(data, f"a.{suffix}")
    except InputError as error:
        assert f"a.{suffix}" in str(error) and "\n" not in str(error)
    else:
        assert document.text.strip()

"""Documents taken in, found again and taken out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from dirty_equals import IsStr
from inline_snapshot import snapshot

from surefoot.errors import ConfigurationError, InputError, NotFound, StorageError
from surefoot.evidence import DocumentSource, Finding
from surefoot.memory import ChromaDocuments, Document, MiniLM, Section

pytestmark = pytest.mark.anyio

MINILM = MiniLM()

GUIDE = """# Guide

## Linux
Install the package with apt. It needs forty megabytes of disk.

## Windows
Run the installer and follow the wizard.

# Penguins
Gentoo penguins live on Biscoe island and are the heaviest of the three species.
"""


@pytest.fixture
async def documents(tmp_path: Path) -> AsyncIterator[ChromaDocuments]:
    async with ChromaDocuments(tmp_path / "index", embedder=MINILM) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    (made / "guide.md").write_text(GUIDE)
    (made / "notes.txt").write_text("The boiler was serviced in March.\n\nThe roof leaks.\n")
    return made


def source_of(finding: Finding) -> DocumentSource:
    assert isinstance(finding.source, DocumentSource)
    return finding.source


async def test_a_passage_is_found_by_its_words_with_its_exact_place(
    documents: ChromaDocuments, folder: Path
) -> None:
    await documents.ingest([folder])

    best, *_ = await documents.search("How much disk does it need on Linux?")
    source = source_of(best)

    assert (source.path, source.heading) == ("guide.md", "Guide > Linux")
    assert best.content == snapshot(
        "Install the package with apt. It needs forty megabytes of disk."
    )
    assert GUIDE[source.start : source.end] == best.content
    assert best.trust == "untrusted"
    assert best.score is not None and 0 < best.score <= 1


async def test_a_passage_is_found_by_its_meaning_without_a_shared_word(
    documents: ChromaDocuments, folder: Path
) -> None:
    await documents.ingest([folder])

    best, *_ = await documents.search("Which birds are the biggest?")

    assert best.content.startswith("Gentoo penguins")


async def test_nothing_is_found_for_a_query_that_nothing_bears_on(
    documents: ChromaDocuments, folder: Path
) -> None:
    await documents.ingest([folder])

    assert await documents.search("zero-coupon bond yields") == []
    assert await documents.search("   ") == []


async def test_an_ingest_reads_again_only_what_changed(
    documents: ChromaDocuments, folder: Path
) -> None:
    first = await documents.ingest([folder])
    (folder / "notes.txt").write_text("The boiler was replaced in May.")
    (folder / "more.md").write_text("# More\nSomething else.")
    second = await documents.ingest([folder])

    assert first.added == ("guide.md", "notes.txt")
    assert (second.added, second.updated, second.unchanged) == (
        ("more.md",),
        ("notes.txt",),
        ("guide.md",),
    )
    best, *_ = await documents.search("boiler")
    assert best.content == "The boiler was replaced in May."
    assert "March" not in str(await documents.search("boiler serviced in March"))


async def test_a_file_gone_from_an_ingested_folder_is_gone_from_the_index(
    documents: ChromaDocuments, folder: Path
) -> None:
    await documents.ingest([folder])
    await documents.add(Document(path="note", text="Handed over by a program."))
    (folder / "guide.md").unlink()
    report = await documents.ingest([folder])

    assert report.removed == ("guide.md",)
    assert await documents.paths() == ["note", "notes.txt"]
    assert await documents.search("Which birds are the biggest?") == []


async def test_files_that_cannot_be_read_are_reported_and_the_rest_is_taken_in(
    tmp_path: Path, folder: Path
) -> None:
    (folder / "binary.txt").write_bytes(b"\x7fELF\0\0\1")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    (folder / "empty.md").write_bytes(b"  \n")
    (folder / "huge.txt").write_bytes(b"x" * 2_000)
    (folder / "latin.txt").write_bytes("Übergröße".encode("latin-1"))
    (folder / "gone.txt").symlink_to(folder / "nowhere.txt")
    async with ChromaDocuments(tmp_path / "index", embedder=MINILM, max_bytes=1_000) as documents:
        report = await documents.ingest([folder])

    assert report.added == ("guide.md", "notes.txt")
    reasons = {failure.path: failure.reason for failure in report.errors}
    assert reasons == snapshot(
        {
            "binary.txt": "'binary.txt' is a binary file, not text.",
            "broken.pdf": IsStr(regex="'broken.pdf' is not a PDF that can be read .*"),
            "empty.md": "'empty.md' is empty.",
            "gone.txt": "'gone.txt' cannot be read: No such file or directory.",
            "huge.txt": "'huge.txt' has 2,000 bytes, more than the 1,000 allowed; split it.",
            "latin.txt": "'latin.txt' is not UTF-8 text (byte 0); save it as UTF-8.",
        }
    )
    assert not any("\n" in failure.reason for failure in report.errors)


async def test_what_was_known_of_a_file_stays_when_it_can_no_longer_be_read(
    documents: ChromaDocuments, folder: Path
) -> None:
    await documents.ingest([folder])
    (folder / "notes.txt").write_bytes(b"\0\0\0")
    report = await documents.ingest([folder])

    assert [failure.path for failure in report.errors] == ["notes.txt"]
    assert (await documents.search("boiler"))[0].content.startswith("The boiler was serviced")


async def test_a_path_that_does_not_exist_is_refused(documents: ChromaDocuments) -> None:
    with pytest.raises(InputError):
        await documents.ingest([Path("no/such/folder")])


async def test_a_file_of_data_is_a_text_only_where_it_is_named_itself(
    documents: ChromaDocuments, folder: Path
) -> None:
    (folder / "birds.csv").write_text("name,kg\nGentoo,5.1\nAdelie,3.7\n")
    await documents.ingest([folder])
    before = await documents.paths()
    report = await documents.ingest([folder / "birds.csv"])
    again = await documents.ingest([folder])

    assert "birds.csv" not in before
    assert (report.added, again.removed) == (("birds.csv",), ())
    best, *_ = await documents.search("How heavy is the Gentoo?", paths=["*.csv"])
    assert best.content == "name: Gentoo | kg: 5.1\nname: Adelie | kg: 3.7"
    assert source_of(best).path == "birds.csv"


async def test_progress_is_told_after_each_file(documents: ChromaDocuments, folder: Path) -> None:
    told: list[tuple[int, int, str]] = []

    await documents.ingest([folder], progress=lambda *step: told.append(step))

    assert told == [(1, 2, "guide.md"), (2, 2, "notes.txt")]


async def test_files_of_the_same_name_in_two_folders_are_both_kept(
    documents: ChromaDocuments, tmp_path: Path
) -> None:
    for name in ("alpha", "beta"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "readme.md").write_text(f"This is the project called {name}.")
    await documents.ingest([tmp_path / "alpha", tmp_path / "beta"])
    again = await documents.ingest([tmp_path / "beta", tmp_path / "alpha"])

    assert await documents.paths() == ["beta/readme.md", "readme.md"]
    assert again.unchanged == ("beta/readme.md", "readme.md")


async def test_a_text_in_several_documents_is_found_once(documents: ChromaDocuments) -> None:
    for path in ("a.txt", "b.txt"):
        await documents.add(Document(path=path, text="The warranty lasts two years."))

    assert len(await documents.search("warranty")) == 1


async def test_tenants_never_see_each_others_documents(documents: ChromaDocuments) -> None:
    await documents.add(Document(path="a", text="The vault code word is heron."), tenant="one")
    await documents.add(Document(path="a", text="Lunch is at noon."), tenant="two")

    assert await documents.search("vault code word heron", tenant="two") == []
    assert await documents.paths(tenant="three") == []
    assert await documents.text("a", tenant="two") == "Lunch is at noon."
    assert await documents.remove("a", tenant="two")
    assert await documents.paths(tenant="one") == ["a"]


async def test_a_document_can_be_replaced_read_and_removed(documents: ChromaDocuments) -> None:
    await documents.add(Document(path="a", text="The meeting is on Tuesday."))
    await documents.add(Document(path="a", text="The meeting is on Friday."))

    assert [f.content for f in await documents.search("meeting")] == ["The meeting is on Friday."]
    assert await documents.remove("a")
    assert not await documents.remove("a")
    assert await documents.search("meeting") == []
    with pytest.raises(NotFound):
        await documents.text("a")
    with pytest.raises(InputError):
        await documents.add(Document(path="b", text=" \n "))


async def test_the_index_is_there_after_it_was_closed_and_opened_again(
    tmp_path: Path, folder: Path
) -> None:
    async with ChromaDocuments(tmp_path / "index", embedder=MINILM) as documents:
        await documents.ingest([folder])
    async with ChromaDocuments(tmp_path / "index", embedder=MINILM) as documents:
        assert (await documents.ingest([folder])).unchanged == ("guide.md", "notes.txt")
        assert (await documents.search("Which birds are the biggest?"))[0].content.startswith(
            "Gentoo"
        )


async def test_closing_leaves_no_thread_and_no_open_file(tmp_path: Path, folder: Path) -> None:
    index = tmp_path / "index"
    threads = threading.active_count()
    async with ChromaDocuments(index, embedder=MINILM) as documents:
        await documents.ingest([folder])
        await documents.search("boiler")

    assert threading.active_count() == threads
    opened = [file.path for file in psutil.Process().open_files()]
    assert not [path for path in opened if path.startswith(str(index))]
    with pytest.raises(StorageError):
        await documents.search("boiler")
    await documents.close()


async def test_vectors_of_another_model_are_refused_until_they_are_made_again(
    tmp_path: Path, folder: Path
) -> None:
    class Renamed(MiniLM):
        name = "another-model"

    async with ChromaDocuments(tmp_path / "index", embedder=MINILM) as documents:
        chunks = (await documents.ingest([folder])).chunks
    async with ChromaDocuments(tmp_path / "index", embedder=Renamed()) as documents:
        with pytest.raises(ConfigurationError, match="another-model"):
            await documents.search("boiler")
        assert await documents.reembed() == chunks
        assert (await documents.search("Which birds are the biggest?"))[0].content.startswith(
            "Gentoo"
        )


async def test_an_ingest_that_was_cancelled_is_completed_by_the_next(
    documents: ChromaDocuments, folder: Path
) -> None:
    (folder / "birds.txt").write_text("Gulls nest on the cliffs.")

    def stop(done: int, files: int, path: str) -> None:
        ingest.cancel()

    ingest = asyncio.ensure_future(documents.ingest([folder], progress=stop))
    with pytest.raises(asyncio.CancelledError):
        await ingest
    report = await documents.ingest([folder])

    assert "birds.txt" in report.unchanged
    assert set(report.added + report.unchanged) == {"birds.txt", "guide.md", "notes.txt"}
    best, *_ = await documents.search("Where do seabirds raise their young?")
    assert best.content == "Gulls nest on the cliffs."


async def test_a_search_is_answered_while_files_are_being_embedded(
    documents: ChromaDocuments, tmp_path: Path
) -> None:
    await documents.add(Document(path="note", text="The boiler was serviced in March."))
    (tmp_path / "long.txt").write_text("\n\n".join(f"Paragraph {n}. " * 50 for n in range(40)))
    ingest = asyncio.ensure_future(documents.ingest([tmp_path / "long.txt"]))
    answered = 0
    while not ingest.done():
        answered += bool(await documents.search("boiler"))

    assert answered > 1
    assert (await ingest).added == ("long.txt",)


async def test_a_document_whose_sections_do_not_fit_its_text_is_refused(
    documents: ChromaDocuments,
) -> None:
    for sections in (
        (Section(start=0, end=99),),
        (Section(start=0, end=4), Section(start=2, end=5)),
    ):
        with pytest.raises(InputError):
            await documents.add(Document(path="a", text="short text", sections=sections))

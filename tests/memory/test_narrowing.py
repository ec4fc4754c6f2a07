"""Searches that are narrowed to files, headings and kinds of file, and passages with neighbours."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import anyio
import numpy as np
import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding

from surefoot.evidence import DocumentSource, Finding
from surefoot.memory import ChromaDocuments, ChromaVectors, Document, LangChainEmbedder

from ..nursery import begin

pytestmark = pytest.mark.anyio

EMBEDDER = LangChainEmbedder(DeterministicFakeEmbedding(size=16), name="fake", dimension=16)
SHELF = {
    "guide/install.md": "# Install\n\nA heron nests.\n\n## Linux\n\nA heron sleeps.\n",
    "guide/deep/ports.md": "# Ports\n\nA heron swims in port 80.\n",
    "readme.txt": "A heron flies.",
    "page.htm": "<h1>Vögel</h1><p>A heron stands.</p>",
    "install.md": "# Install\n\nA heron eats.\n",
}


@pytest.fixture
async def documents(tmp_path: Path) -> AsyncIterator[ChromaDocuments]:
    for path, text in SHELF.items():
        (tmp_path / "files" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "files" / path).write_text(text)
    async with ChromaDocuments(tmp_path / "index", embedder=EMBEDDER) as opened:
        await opened.ingest([tmp_path / "files"])
        yield opened


def source_of(finding: Finding) -> DocumentSource:
    assert isinstance(finding.source, DocumentSource)
    return finding.source


async def test_a_pattern_means_files_and_folders(tmp_path: Path) -> None:
    meant = {
        "install.md": {"install.md", "guide/install.md"},
        "INSTALL.MD": {"install.md", "guide/install.md"},
        "guide": {"guide/install.md", "guide/deep/a.md", "x/guide/b.pdf"},
        "guide/": {"guide/install.md", "guide/deep/a.md", "x/guide/b.pdf"},
        "deep": {"guide/deep/a.md"},
        "guide/**": {"guide/install.md", "guide/deep/a.md"},
        "guide/*.md": {"guide/install.md"},
        "guide/**/a.md": {"guide/deep/a.md"},
        "guide/**/install.md": {"guide/install.md"},
        "**/a.md": {"guide/deep/a.md"},
        "*.PDF": {"x/guide/b.pdf"},
        "?nstall.md": {"install.md", "guide/install.md"},
        "nstall.md": set(),
        "[a].md": {"x/[a].md"},
        "https://site/x?y": {"https://site/x?y"},
        "": set(),
        "/": set(),
        "**/a*a*a*a*" * 20 + "/b": set(),
    }
    known = set().union(*meant.values())
    async with ChromaDocuments(tmp_path, embedder=EMBEDDER) as index:
        for path in [*known, "a/" * 40 + "a" * 100]:
            await index.add(Document(path=path, text="A heron."))
        for pattern, paths in meant.items():
            assert set(await index.paths(matching=[pattern])) == paths, pattern
        assert set(await index.paths(matching=["**"])) > known


@pytest.mark.parametrize(
    ("within", "found"),
    [
        ({}, set(SHELF)),
        ({"paths": ["guide/**"]}, {"guide/install.md", "guide/deep/ports.md"}),
        ({"paths": ["install.md"]}, {"guide/install.md", "install.md"}),
        ({"paths": ["readme.txt", "*.htm"]}, {"readme.txt", "page.htm"}),
        ({"kinds": ["html"]}, {"page.htm"}),
        ({"kinds": ["markdown"], "paths": ["guide"]}, {"guide/install.md", "guide/deep/ports.md"}),
        ({"heading": "install > linux"}, {"guide/install.md"}),
        ({"heading": "vogel"}, {"page.htm"}),
        ({"paths": ["nowhere.md"]}, set()),
    ],
)
async def test_a_narrowed_search_finds_what_is_there_and_nothing_else(
    documents: ChromaDocuments, within: dict[str, str | list[str]], found: set[str]
) -> None:
    kept = await documents.search("heron", limit=20, **within)  # type: ignore[arg-type]

    assert {source_of(each).path for each in kept} == found


async def test_a_narrowed_search_finds_all_that_a_look_at_every_passage_finds(
    tmp_path: Path,
) -> None:
    chance = np.random.default_rng(7)
    birds = ["heron", "gull", "tern", "auk", "puffin", "swift", "rook", "kite"]
    folders = ("a", "a/b", "c")
    async with ChromaDocuments(tmp_path / "index", embedder=EMBEDDER) as index:
        for number in range(24):
            said = [
                f"# Part {part % 2}\n\n{' '.join(chance.choice(birds, 3))} {number}x{part}.\n"
                for part in range(4)
            ]
            path = f"{folders[number % 3]}/{number}.{('md', 'txt')[number % 2]}"
            text = "\n".join(said)
            await index.add(Document(path=path, text=text))
        everything = await index.search(" ".join(birds), limit=10_000)
        for paths, kinds, is_meant in (
            (["a"], [], r"a/.*"),
            (["a/*.*"], [], r"a/[^/]*"),
            (["c/**", "1*.md"], [], r"c/.*|(.*/)?1[^/]*\.md"),
            (["a/b"], ["text"], r"a/b/.*\.txt"),
        ):
            for query in ("heron", "gull tern", "kite 3x1"):
                kept = await index.search(query, limit=10_000, paths=paths, kinds=kinds)
                wanted = {
                    each.content
                    for each in everything
                    if re.fullmatch(is_meant, source_of(each).path)
                    and (
                        set(query.split()) & set(each.content.replace(".", "").split())
                        or likeness(query, each.content) >= 0.2
                    )
                }
                assert {each.content for each in kept} == wanted
                scores = [each.score or 0 for each in kept]
                assert scores == sorted(scores, reverse=True)


def likeness(query: str, text: str) -> float:
    one, other = EMBEDDER.embed([query, text])
    return float(one @ other)


@pytest.mark.parametrize("size", [300, 2_500])
async def test_vectors_among_some_rows_are_those_that_comparing_all_of_them_finds(
    tmp_path: Path, size: int
) -> None:
    vectors = np.random.default_rng(7).standard_normal((4_000, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    kept = ChromaVectors(tmp_path, EMBEDDER)
    kept.put("documents", range(4_000), vectors)
    among = range(500, 500 + size)
    hits = 0
    for query in vectors[:20]:
        found = list(kept.nearest("documents", query[None], limit=50, among=among))
        best = np.argsort(-(vectors[500 : 500 + size] @ query))[:50] + 500
        hits += len(set(found) & set(best.tolist()))
        assert set(found) <= set(among) and found[0] == best[0]
    kept.close()

    assert hits == 1_000 if size <= 1_000 else hits >= 980


def test_vectors_among_some_rows_are_found_on_a_server_too(
    tmp_path: Path, chroma_server: str
) -> None:
    vectors = np.eye(16, dtype=np.float32)[np.arange(1_600) % 16]
    kept = ChromaVectors(tmp_path, EMBEDDER, server=chroma_server)
    kept.put("documents", range(1_600), vectors)
    for among in (range(100, 200), range(100, 1_300)):
        found = kept.nearest("documents", vectors[:1], limit=5, among=among)
        assert set(found.values()) == {1.0}
        assert all(row in among and row % 16 == 0 for row in found)
    assert kept.nearest("documents", vectors[:1], limit=5, among=[]) == {}
    kept.clear()
    kept.close()


async def test_a_passage_comes_with_its_neighbours_as_one_exact_stretch(
    tmp_path: Path,
) -> None:
    text = "# Birds\n\n" + "\n\n".join(f"## Part {n}\n\nBird{n} sings." for n in range(9))
    (tmp_path / "birds.md").write_text(text)
    async with ChromaDocuments(tmp_path / "index", embedder=EMBEDDER) as index:
        await index.ingest([tmp_path / "birds.md"])
        alone, *_ = await index.search("bird4")
        wide, *_ = await index.search("bird4", around=1, limit=1)
        first, *_ = await index.search("bird0", around=2, limit=1)
        merged = await index.search("bird4 bird5 bird6", around=1, limit=20)

    assert alone.content == "Bird4 sings."
    assert wide.content == (
        "Bird3 sings.\n\n## Part 4\n\nBird4 sings.\n\n## Part 5\n\nBird5 sings."
    )
    assert source_of(wide).heading == "Birds > Part 4"
    assert first.content.startswith("Bird0 sings.") and first.content.endswith("Bird2 sings.")
    for each in (wide, first, *merged):
        source = source_of(each)
        assert text[source.start : source.end] == each.content
    spans = sorted((source_of(each).start, source_of(each).end) for each in merged)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


async def test_what_another_process_takes_in_is_found_by_meaning_too(tmp_path: Path) -> None:
    files, folder = tmp_path / "files", tmp_path / "index"
    files.mkdir()
    (files / "a.txt").write_text("The boiler was serviced.")
    program = Path(__file__).with_name("killed.py")
    embedder = LangChainEmbedder(DeterministicFakeEmbedding(size=64), name="fake", dimension=64)
    async with ChromaDocuments(folder, embedder=embedder) as index:
        await index.ingest([files])
        await index.search("boiler")
        (files / "a.txt").unlink()
        (files / "b.txt").write_text("Zebras graze.")
        await anyio.to_thread.run_sync(begin(program, "ingest", folder, files).rest)
        (best, *others) = await index.search("Zebras graze.")
        narrowed = await index.search("Zebras graze.", paths=["b.txt"])

    assert (best.content, others) == ("Zebras graze.", [])
    assert best.score == pytest.approx(1.0, abs=1e-3)
    assert [each.content for each in narrowed] == [best.content]

"""Passages: how often a search for a claim of WiCE finds the article that the claim is made from.

Each claim's evidence is one document. WiCE was not made for search: a claim shares many words with
its article, so keywords do well on it.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from surefoot.evidence import DocumentSource, Finding
from surefoot.memory import ChromaDocuments, Document, MiniLM, Weights

from ...statistics import mean

KEYWORDS, MEANING = 0.0, 1_000.0
WEIGHTS = (KEYWORDS, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, MEANING)
_LIMITS = (1, 5)
_LOOKED_AT = 40
"""Passages in which the first articles are looked for."""


async def measure_passages(path: Path) -> None:
    """Measure on a file of claims, and print the table."""
    claims, articles = _read(path)
    with tempfile.TemporaryDirectory() as folder:
        async with ChromaDocuments(Path(folder), embedder=MiniLM()) as index:
            for name, text in articles.items():
                await index.add(Document(path=name, text=text))
        print(f"{len(claims)} claims, {len(articles)} articles; weight of meaning, recall@1, @5")
        for weight in WEIGHTS:
            shares = await _shares(Path(folder), Weights(meaning=weight), claims)
            named = {KEYWORDS: "keywords alone", MEANING: "meaning alone"}.get(weight, str(weight))
            print(f"{named:16}", *(f"{share:.3f}" for share in shares))


def _read(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the article of each claim, and the text of each article."""
    sentences: dict[str, dict[str, None]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sentences.setdefault(row["claim"], {}).update(dict.fromkeys(row["evidence"]))
    names: dict[str, str] = {}
    claims: dict[str, str] = {}
    for claim, said in sentences.items():
        claims[claim] = names.setdefault("\n".join(said), f"{len(names)}.txt")
    return claims, {name: text for text, name in names.items()}


async def _shares(folder: Path, weights: Weights, claims: dict[str, str]) -> list[float]:
    """Return by limit the share of claims whose article is found."""
    async with ChromaDocuments(folder, embedder=MiniLM(), weights=weights) as index:
        ranked = {c: _articles(await index.search(c, limit=_LOOKED_AT)) for c in claims}
    return [mean([claims[c] in ranked[c][:limit] for c in claims]) for limit in _LIMITS]


def _articles(found: list[Finding]) -> list[str]:
    """Return the articles of passages, the best first, each once."""
    sources = (finding.source for finding in found)
    return list(dict.fromkeys(one.path for one in sources if isinstance(one, DocumentSource)))

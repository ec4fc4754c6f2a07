"""WiCE: claims of Wikipedia that people have held against the pages it cites.

Kamoi, Goyal, Diego Rodriguez and Durrett (2023). Its file is given by path and not kept here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from surefoot.errors import InputError
from surefoot.evidence import DocumentSource, Evidence
from surefoot.graphs import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A claim with what people say of it."""

    claim: Claim
    group: str
    """The article it stands in: claims of one article are no independent ones."""
    holds: bool
    """True when it is wholly supported."""


def labelled_claims(path: Path) -> list[Labelled]:
    """Read claims with oracle evidence; the chunks offered for one claim are taken together."""
    if not path.is_file():
        raise InputError(f"There is no file {str(path)!r}; give the path of WiCE's claims.")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    by_claim: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        by_claim.setdefault(row["meta"]["id"], []).append(row)
    return list(_labelled(by_claim))


def _labelled(by_claim: dict[str, list[dict[str, object]]]) -> Iterator[Labelled]:
    for identity, rows in by_claim.items():
        sentences: dict[int, str] = {}
        for row in rows:
            match row:
                case {"evidence": [*texts], "meta": {"chunk_idx": [*places]}}:
                    sentences.update(zip(places, map(str, texts), strict=True))
        text = "\n\n".join(sentences[place] for place in sorted(sentences))
        match rows[0]:
            case {"label": str(label), "claim": str(said), "meta": {"claim_title": str(title)}}:
                item = Evidence(
                    id="S1",
                    source=DocumentSource(path="", start=0, end=len(text)),
                    content=text,
                    created_at="",
                )
                claim = Claim(
                    id=identity,
                    text=said,
                    cited_ids=("S1",),
                    cited=(item,),
                    evidence=(item,),
                    question="",
                )
                yield Labelled(claim=claim, group=title, holds=label == "supported")

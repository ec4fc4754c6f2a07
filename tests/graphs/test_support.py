"""What is counted about a claim and the texts it cites."""

from __future__ import annotations

import pytest

from surefoot.evidence import DocumentSource, Evidence
from surefoot.graphs import Claim, Standing, cited, features_of

PAGE = (
    "Posted on 19 October 2004. The bridge in Libya opens on November 2. It has 9 arches. The 4th "
    "of them fell. Its builder was Anna Berg, who came from Oslo in June 1998."
)


def standing(text: str, page: str = PAGE) -> Standing:
    source = DocumentSource(path="a.md", start=0, end=len(page))
    item = Evidence(id="S1", source=source, content=page, created_at="now")
    return Standing.of(
        Claim(
            id="c0",
            text=text,
            cited_ids=cited(text),
            cited=(item,),
            evidence=(item,),
            question="",
        )
    )


@pytest.mark.parametrize(
    ("says", "share"),
    [
        ("The bridge has 9 arches [S1].", 0.0),
        ("The bridge has 12 arches [S1].", 1.0),
        ("The bridge has twelve arches [S1].", 0.6),
        ("There fell 4 of them [S1].", 0.0),
        ("The Libyan bridge is long [S1].", 0.0),
        ("It was built by Anna Holm [S1].", 0.5),
        ("It was built by Carl Holm [S1].", 1.0),
        ("It opened on November 2, 2004 [S1].", 0.0),
        ("It opened on 19 June 2004 [S1].", 0.467),
        ("It opened on 7 March 1850 [S1].", 1.0),
        ("It was built by Carl Holm and has 12 arches [S1].", 2.0),
    ],
)
def test_what_is_lacking_is_told_by_its_share(says: str, share: float) -> None:
    told = features_of(standing(says))
    assert told.missing**2 == pytest.approx(share, abs=0.001)
    assert told.lacks == (share > 0)


@pytest.mark.parametrize(
    ("says", "share"),
    [
        ("Cats watch birds [S1].", 2 / 3),
        ("Cats purr and birds sing [S1].", 1.0),
        ("Cats purr and bees hum [S1].", 0.5),
        ("Cats and whales [S1].", 0.5),
    ],
)
def test_words_count_together_when_three_neighbouring_sentences_have_them(
    says: str, share: float
) -> None:
    page = "Cats purr. Dogs bark. Birds sing. Cows graze. Bees hum."
    assert features_of(standing(says, page)).together == pytest.approx(share)


def test_what_is_there_in_full_lacks_nothing() -> None:
    told = features_of(standing("The bridge in Libya has 9 arches [S1]."))
    assert (told.novelty, told.together, told.lacks, told.missing) == (0.0, 1.0, 0.0, 0.0)

"""Writer: turns a question into SQL, or says which of its words it could not use."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from .aggregates import aggregates, average_counts
from .catalog import Catalog
from .counting import counting
from .draft import Draft
from .extremes import extremes
from .joins import NoPath
from .links import read
from .listing import counted_absence, listing
from .reading import Reading
from .shares import difference, ratio, share

Form = Callable[[Reading], Draft | None]
_FORMS: tuple[Form, ...] = (
    ratio,
    difference,
    share,
    average_counts,
    counted_absence,
    extremes,
    counting,
    aggregates,
    listing,
)


@lru_cache(maxsize=256)
def write(question: str, catalog: Catalog) -> Draft | None:
    """Return the query that rests on most of the question's words, None when nothing fits.

    The forms are tried in order; the first that leaves no word unused wins.
    """
    drafts: list[Draft] = []
    for form in _FORMS:
        draft = _tried(form, question, catalog)
        if draft is not None:
            if draft.is_sure:
                return draft
            drafts.append(draft)
    return min(drafts, key=lambda d: len(d.unused) + len(d.doubts), default=None)


def _tried(form: Form, question: str, catalog: Catalog) -> Draft | None:
    try:
        return form(read(question, catalog))
    except NoPath:
        return None

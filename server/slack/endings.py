"""Endings: how a run that did not end with an answer is told of, in one plain sentence."""

from __future__ import annotations

from surefoot.events import RunCancelled, RunCompleted, RunFailed

from .story import Story

_BY_CODE = {
    "ModelError": "The model could not be reached, so there is no answer; please ask again later.",
    "LimitReached": "The question used up what one answer may cost.",
    "StorageError": "The answer could not be kept, so it was given up; an operator has to look.",
}
_OTHER = "Something went wrong and there is no answer; please ask again."


def told(story: Story) -> str:
    """Return what the reader sees of a run: its answer, and how it ended where it did not end
    well. A run's own error is for its operators, who find it by its id."""
    match story.ended:
        case RunFailed(code=code):
            remark = error_sentence(_BY_CODE.get(code, _OTHER), run_id=story.run_id)
        case RunCancelled():
            remark = "_This answer was stopped._"
        case RunCompleted() if not story.text.strip():
            remark = error_sentence("There is no answer.", run_id=story.run_id)
        case _:
            return story.text
    return f"{story.text.rstrip()}\n\n{remark}" if story.text.strip() else remark


def error_sentence(sentence: str, *, run_id: str = "") -> str:
    """Return a sentence about what went wrong, with the run to ask about."""
    bare = sentence.rstrip(". ")
    return f"{bare} (run `{run_id}`)." if run_id else f"{bare}."

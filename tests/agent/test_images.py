"""Pictures in questions: from the caller to the model, through crash and replay, and no further."""

from __future__ import annotations

import base64
from contextlib import aclosing
from pathlib import Path

import pytest

from surefoot import Assistant, Image, InputError, ScriptedModel, Settings, calls, says, tool
from surefoot.agent import ImagesRefused, RecordingStore, replay
from surefoot.events import ApprovalRequested, RunStarted
from surefoot.messages import UserMessage
from surefoot.model import IMAGE_TOKENS

pytestmark = pytest.mark.anyio

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
PICTURE = Image.of(PNG)


@tool(approval="always")
async def publish(title: str) -> str:
    """Publish a picture.

    Args:
        title: Under which title.
    """
    return f"published {title}"


def shown(model: ScriptedModel) -> list[tuple[Image, ...]]:
    """Return the pictures of the question, request by request."""
    return [
        tuple(message.images)
        for request in model.seen
        for message in request.messages
        if isinstance(message, UserMessage)
    ]


async def test_a_picture_reaches_the_model_and_events_tell_only_its_kind(tmp_path: Path) -> None:
    with ScriptedModel(says("A dot.")) as model:
        async with Assistant(
            model=model, settings=Settings(data_dir=tmp_path), builtins=False
        ) as assistant:
            events = [event async for event in assistant.stream("What is this?", images=[PICTURE])]
    assert shown(model) == [(PICTURE,)]
    began = next(event for event in events if isinstance(event, RunStarted))
    assert began.images == ("image/png",)
    assert not any(PICTURE.data in event.model_dump_json() for event in events)
    usage = next(event for event in events if event.type == "usage")
    assert usage.model_dump()["parts"]["images"] == IMAGE_TOKENS


async def test_a_run_that_is_taken_up_again_still_has_its_picture(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ScriptedModel(calls("publish", title="dot")) as before:
        async with Assistant(
            model=before, settings=settings, tools=[publish], builtins=False
        ) as assistant:
            job = await assistant.start("Publish this.", images=[PICTURE], thread="t")
            async with aclosing(assistant.follow("t")) as events:
                call_id = await anext(
                    event.call_id async for event in events if isinstance(event, ApprovalRequested)
                )
    with ScriptedModel(says("It is published [S1].")) as after:
        async with Assistant(
            model=after, settings=settings, tools=[publish], builtins=False
        ) as assistant:
            again = assistant.job(job.run.run_id)
            assert again is not None and again.run.images == (PICTURE,)
            await assistant.approve(job.run.run_id, call_id)
            await again.result
            ended = await assistant.run(job.run.run_id)
            assert ended is not None and ended.images == (), "nothing needs it any more"
    assert shown(after) == [(PICTURE,)]


async def test_a_replay_shows_the_picture_that_was_recorded(tmp_path: Path) -> None:
    with ScriptedModel(says("A dot.")) as model:
        async with Assistant(
            model=model, settings=Settings(data_dir=tmp_path), builtins=False
        ) as assistant:
            answer = await assistant.ask("What is this?", images=[PICTURE], thread="t")
            database = assistant.home.database
            assert database is not None
            entries = await RecordingStore(database).read(answer.run_id)
            replayed = await replay(entries, await assistant.events("t"))
    assert replayed.is_exact, replayed.divergence


async def test_the_embedded_planner_says_that_it_looks_at_no_pictures(tmp_path: Path) -> None:
    async with Assistant(settings=Settings(data_dir=tmp_path), builtins=False) as assistant:
        with pytest.raises(ImagesRefused, match="choose a model that does"):
            await assistant.ask("What is this?", images=[PICTURE])


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
    ],
)
def test_a_picture_s_kind_is_told_by_its_first_bytes(file: bytes, kind: str) -> None:
    assert Image.of(file).media_type == kind


@pytest.mark.parametrize(
    "image",
    [
        Image(media_type="image/png", data="no base64!"),
        Image(media_type="image/jpeg", data=PICTURE.data),
        Image(media_type="image/svg+xml", data=base64.b64encode(b"<svg/>").decode()),
        Image(media_type="image/png", data=base64.b64encode(PNG + bytes(5_000_000)).decode()),
    ],
    ids=["no base64", "another kind", "no picture", "too large"],
)
async def test_what_is_no_picture_is_refused_before_the_run(image: Image) -> None:
    async with Assistant(model=ScriptedModel(), builtins=False, durable=False) as assistant:
        with pytest.raises(InputError):
            await assistant.ask("What is this?", images=[image])
        with pytest.raises(InputError, match="at most 8"):
            await assistant.ask("What are these?", images=[PICTURE] * 9)

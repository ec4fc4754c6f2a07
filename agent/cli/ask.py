"""The command `ask`: one question, or a file of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .host import Host, with_model, with_settings

if TYPE_CHECKING:
    from surefoot.limits import ReleasePolicy

ME = "me"
"""Who asks when nobody is named: the one person whose machine this is."""


@click.command()
@click.argument("text", required=False, metavar="QUESTION")
@click.option("--thread", metavar="T", help="The conversation the question belongs to.")
@click.option("--user", metavar="U", default=ME, show_default=True, help="Who asks.")
@click.option(
    "--image",
    "pictures",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A picture that the question shows, for models that take them; may be given again.",
)
@click.option("--json", "as_json", is_flag=True, help="Write one event per line, nothing else.")
@click.option(
    "--file",
    "batch",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help='Answer a batch: JSON lines such as {"text": "…", "thread": "…", "user": "…", "id": "…"}.',
)
@click.option(
    "--parallel",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="How many questions of a batch are answered at the same time.",
)
@click.option(
    "--release",
    type=click.Choice(["hold", "label", "retract"]),
    help="When a sentence leaves: after its check, before it, or before it and withdrawn.",
)
@with_model
@with_settings
@click.pass_obj
def ask(
    host: Host,
    text: str | None,
    thread: str | None,
    user: str,
    pictures: tuple[Path, ...],
    as_json: bool,
    batch: Path | None,
    parallel: int,
    release: ReleasePolicy | None,
) -> int:
    """Answer a question, with every step checked and every claim cited.

    Without a QUESTION, or with `-`, it is read from standard input.
    """
    from .asked import Question, batch_of, question_text

    if batch is not None:
        if text is not None or thread is not None or pictures:
            raise click.UsageError("--file goes with no question, no --thread and no --image.")
        from .batch import answer_batch

        questions = batch_of(batch)
        return answer_batch(
            host, questions, user=user, as_json=as_json, parallel=parallel, release=release
        )
    question = question_text(text)
    from surefoot.messages import Image

    from .session import Session
    from .views import view_for

    images = tuple(Image.of(picture.read_bytes()) for picture in pictures)
    with Session(host, release=release) as session:
        view = view_for(as_json=as_json, has_reader=host.has_reader)
        session.answer(Question(text=question, thread=thread, user=user), view, images)
    return 0

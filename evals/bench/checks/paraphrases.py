"""Paraphrases: what pages of the documentation say, in other words, written by hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A true sentence and the words of the page that it rests on."""

    text: str
    rests_on: str


PARAPHRASES = (
    Paraphrase(
        "Exit code 1 tells you that the run failed, while 130 means that a person interrupted it",
        "Exit code 1 means the run failed",
    ),
    Paraphrase(
        "If you do not pass `--user`, the user is called `me`", "Without it the user is `me`"
    ),
    Paraphrase(
        "A data folder is owned by one process at a time",
        "One process at a time owns a data folder",
    ),
    Paraphrase(
        "`surefoot chat` can be ended with `/quit`, and `/new` opens another thread",
        "`/new` starts another thread",
    ),
    Paraphrase("The penguin data carry the CC0 1.0 licence", "under the CC0 1.0 licence"),
    Paraphrase(
        "`penguins.csv` has measurements of 344 adult penguins, taken between 2007 and 2009",
        "holds measurements of 344 adult penguins",
    ),
    Paraphrase(
        "The flight data cover 842 departures from New York City on 1 January 2013",
        "holds the 842 flights",
    ),
    Paraphrase("Missing values appear as `NA` in the tables", "A missing value is written `NA`"),
    Paraphrase("Four of the flights were cancelled", "because they were cancelled"),
    Paraphrase(
        "In the flight table, `distance` is given in miles", "between the airports in miles"
    ),
    Paraphrase(
        "Kristen Gorman collected the penguin data together with the Palmer Station program",
        "They were collected by Dr. Kristen Gorman",
    ),
    Paraphrase("Hold is the default release policy", "The default release policy is `hold`"),
    Paraphrase(
        "With `label` the answer streams as it is written and verdicts come later",
        "The policy `label` streams the answer",
    ),
    Paraphrase(
        "`not_checked` is the outcome when a check was unable to run",
        "`not_checked` means that a check could not run",
    ),
    Paraphrase(
        "Text from documents and tools counts as untrusted", "Text from documents and tools is"
    ),
    Paraphrase(
        "An evidence id such as `S1` is unique within its thread", "It is unique in the thread"
    ),
    Paraphrase(
        "Citing evidence that does not exist in the run fails the check",
        "A citation that names evidence the run does not have",
    ),
    Paraphrase(
        "Consumers should ignore types and fields they do not know",
        "A consumer ignores the types and fields",
    ),
    Paraphrase("`ts` holds the time in UTC, as RFC 3339 has it", "`ts` is the time in RFC 3339"),
    Paraphrase(
        "Tools are assumed to have side effects unless declared otherwise",
        "A tool has side effects unless it is declared",
    ),
    Paraphrase(
        "Approval is asked for before each call of a tool with side effects",
        "A tool with side effects asks a person before each call",
    ),
    Paraphrase(
        "Arguments of the program take precedence over the environment, and the environment over "
        "`surefoot.toml`",
        "Arguments of the program come first",
    ),
    Paraphrase("Unknown setting names are refused", "A name that is not known is refused"),
    Paraphrase(
        "After five failures in a row a provider is left alone for 30 seconds",
        "A provider that fails five times in a row",
    ),
    Paraphrase(
        "Waits of more than 30 seconds that a provider asks for are not kept",
        "one of more than 30 seconds is not waited for",
    ),
    Paraphrase(
        "Prices are taken from the package `genai-prices`", "Prices come from the list in the"
    ),
    Paraphrase("A limit of money is refused for models that have no price", "A limit of money for"),
    Paraphrase(
        "The server keeps running a question even when its client disconnects",
        "Runs belong to the server and never to a connection",
    ),
    Paraphrase("Without keys, the server only answers on loopback", "answers on loopback only"),
    Paraphrase(
        "Requests for what belongs to somebody else get a 404", "somebody else's is answered with"
    ),
    Paraphrase("Rate limiting is answered with status 429", "Too much is answered 429"),
    Paraphrase(
        "Words of questions and answers never get into the logs",
        "The words of questions and answers are not logged",
    ),
    Paraphrase(
        "A failing observer is logged without reaching the run", "An observer that fails is logged"
    ),
    Paraphrase(
        "Abstaining counts as an answer, so the exit code is 0", "An abstention is an answer, so"
    ),
    Paraphrase(
        "Secrets in spans and log lines are replaced by `[secret]`", "is replaced by `[secret]`"
    ),
    Paraphrase(
        "Model calls, tool calls and checks each get a span inside that of the run",
        "makes a span of each run",
    ),
)

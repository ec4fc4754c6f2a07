"""JUnit: results as the test report that build servers read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as xml

from .result import Result

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(results: Sequence[Result], *, name: str) -> str:
    """Return a test case per result: failed when it did not pass, skipped when it has no score."""
    failed = sum(result.passed is False for result in results)
    errors = sum(result.outcome == "error" for result in results)
    skipped = sum(_is_skipped(result) for result in results)
    root = xml.Element(
        "testsuite",
        name=_clean(name),
        tests=str(len(results)),
        failures=str(failed),
        errors=str(errors),
        skipped=str(skipped),
    )
    for result in results:
        again = f" (repeat {result.repeat + 1})" if result.repeat else ""
        case = xml.SubElement(
            root, "testcase", classname=_clean(result.grader), name=_clean(result.item + again)
        )
        if result.outcome == "error":
            xml.SubElement(case, "error", message=_clean(result.reason))
        elif result.passed is False:
            score = "" if result.score is None else f"score {result.score:.3f}. "
            xml.SubElement(case, "failure", message=_clean(f"{score}{result.reason}"))
        elif _is_skipped(result):
            xml.SubElement(case, "skipped", message=_clean(f"{result.outcome}: {result.reason}"))
    return xml.tostring(root, encoding="unicode", xml_declaration=True)


def _is_skipped(result: Result) -> bool:
    return result.outcome in ("unscorable", "not_applicable")


def _clean(text: str) -> str:
    """Leave out what no XML file may hold."""
    return _NOT_XML.sub("\ufffd", text)

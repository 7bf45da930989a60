"""Report files as XML or JSON. They come from commands of a build, so XML with entities of its own is refused
unread."""

import json
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from rehearsal.localaws.codebuild.reports.results import UnreadableReport


def xml(content: bytes, *roots: str) -> Element:
    """The root of a document, which has one of these names. A DOCTYPE is passed over, namespaces are taken off.

    Raises:
        UnreadableReport: for what is no XML, declares entities (a few lines of them can fill the memory), or has
        another root.
    """
    try:
        _refuse_entities(content)
        root = ElementTree.fromstring(content)
    except (expat.ExpatError, ElementTree.ParseError, ValueError) as error:
        raise UnreadableReport(f"the file is not XML: {error}") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    if root.tag not in roots:
        raise UnreadableReport(f"the document is <{root.tag}>, not <{'> or <'.join(roots)}>")
    return root


def _refuse_entities(content: bytes) -> None:
    def refuse(name: str, *_: Any) -> None:
        raise UnreadableReport(f"the document declares the entity {name}: entities are not read")

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse
    parser.Parse(content, True)


def json_of(content: bytes, kind: type, what: str) -> Any:
    """The document, a ``list`` or ``dict``; ``what`` names the format in the error.

    Raises:
        UnreadableReport: for what is no JSON or of another kind.
    """
    try:
        document = json.loads(content)
    except ValueError as error:
        raise UnreadableReport(f"the file is not JSON: {error}") from error
    if not isinstance(document, kind):
        raise UnreadableReport(f"the document is not what {what} writes")
    return document


def text_of(element: Element | None) -> str:
    """The text within an element, empty when there is none."""
    return "" if element is None else "".join(element.itertext()).strip()

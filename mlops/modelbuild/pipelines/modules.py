"""From words of the command line to the pipeline of a module."""

import ast
import importlib
import json


def keywords(text):
    """The keyword arguments in ``text``: JSON, or a Python literal.

    Raises:
        ValueError: it is neither, or no mapping.
    """
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        try:
            found = ast.literal_eval(text)
        except (SyntaxError, ValueError) as error:
            raise ValueError("--kwargs is neither JSON nor a Python literal: " + text) from error
    if not isinstance(found, dict):
        raise ValueError("--kwargs must be a mapping of names to values: " + text)  # noqa: TRY004 - of the user's text
    return found


def tags(text):
    """The tags in ``text``: a list of ``{"Key": ..., "Value": ...}``, as JSON or a Python literal."""
    found = keywords('{"tags": ' + text + "}") if text else {}
    return found.get("tags", [])


def pipeline_of(module_name, text):
    """What ``get_pipeline(**keywords)`` of the module gives: a pipeline of SageMaker's SDK will do as well as ours."""
    return importlib.import_module(module_name).get_pipeline(**keywords(text))

"""``report.html``: the analysis for people. Pure. (AWS makes a notebook and a PDF besides.)"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = "body{font-family:sans-serif;margin:2em}td,th{padding:.2em 1em;text-align:left;border-bottom:1px solid #ccc}"


def report(title: str, analysis: Mapping[str, Any]) -> str:
    """The page."""
    body = "".join(_parts(analysis))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
        f"<h1>{escape(title)}</h1>{body}</html>\n"
    )


def _parts(analysis: Mapping[str, Any]) -> Iterator[str]:
    for section, heading in (("pre_training_bias_metrics", "Data"), ("post_training_bias_metrics", "Model")):
        for facet, groups in (analysis.get(section) or {}).get("facets", {}).items():
            for group in groups:
                rows = [(each["description"], each.get("error", each["value"])) for each in group["metrics"]]
                yield _table(f"{heading} bias: {facet} {group['value_or_threshold']}", ("Metric", "Value"), rows)
    for label, found in (analysis.get("explanations") or {}).get("kernel_shap", {}).items():
        values = sorted(found["global_shap_values"].items(), key=lambda each: -abs(each[1]))
        yield _table(f"SHAP values of {label}", ("Feature", "Value"), values)


def _table(heading: str, head: tuple[str, str], rows: Any) -> str:
    cells = "".join(f"<tr><td>{escape(str(one))}<td>{escape(str(other))}" for one, other in rows)
    return f"<h2>{escape(heading)}</h2><table><tr><th>{head[0]}<th>{head[1]}{cells}</table>"

"""Which account serves the XGBoost image in each region: the templates' mapping, made from the SageMaker SDK's own
table.

The table is ``sagemaker/core/image_uri_config/xgboost.json`` inside the package ``sagemaker-core``. Only that file is
read, from the package's wheel, so that keeping the mapping fresh does not need the SDK's gigabyte of dependencies.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = "sagemaker-core==2.27.0"
_TABLE = "sagemaker/core/image_uri_config/xgboost.json"
_BEGIN = "  # Made by scripts/make-image-registries; do not edit by hand.\n"
_END = "  # End of what scripts/make-image-registries makes.\n"


@dataclass(frozen=True)
class ImageTable:
    """The newest version of the training image, its repository, and the registry account of each region."""

    version: str
    repository: str
    account_of_region: dict[str, str]


def download_table() -> ImageTable:
    """The table of the pinned SDK release, through pip.

    Raises:
        subprocess.CalledProcessError: pip could not fetch the package.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE]
        subprocess.run(command, check=True)
        return read_table(next(Path(folder).glob("*.whl")))


def read_table(wheel: Path) -> ImageTable:
    """The table inside a wheel of ``sagemaker-core``."""
    with zipfile.ZipFile(wheel) as archive:
        return newest(json.loads(archive.read(_TABLE)))


def newest(table: dict[str, Any]) -> ImageTable:
    """The entry of the highest version: versions are ``<xgboost release>-<image release>``, and ``1`` for the
    oldest."""
    versions = table["training"]["versions"]
    version = max(versions, key=lambda name: [int(part) for part in name.replace("-", ".").split(".")])
    entry = versions[version]
    return ImageTable(version, entry["repository"], dict(sorted(entry["registries"].items())))


def render(table: ImageTable) -> str:
    """The block of a template's ``Mappings`` section."""
    lines = [_BEGIN, "  XGBoostImage:\n", "    Newest:\n"]
    lines += [f"      Repository: {table.repository}\n", f'      Version: "{table.version}"\n']
    lines.append("  XGBoostRegistry:\n")
    lines += [f'    {region}: {{AccountId: "{account}"}}\n' for region, account in table.account_of_region.items()]
    return "".join([*lines, _END])


def replace_block(template: str, table: ImageTable) -> str:
    """``template`` with the made block replaced by ``table``'s.

    Raises:
        ValueError: the template has no such block.
    """
    before, found, rest = template.partition(_BEGIN)
    _, ended, after = rest.partition(_END)
    if not (found and ended):
        raise ValueError(f"the template has no block between {_BEGIN.strip()!r} and {_END.strip()!r}")
    return before + render(table) + after


def main(argv: list[str]) -> int:
    """Write the block of the templates in ``argv`` anew; with ``--check`` only say (exit code 1) which are stale."""
    table = download_table()
    stale = 0
    for template in (Path(each) for each in argv if each != "--check"):
        text = template.read_text()
        fresh = replace_block(text, table)
        if "--check" not in argv:
            template.write_text(fresh)
        elif fresh != text:
            print(f"{template} is stale: run scripts/make-image-registries", file=sys.stderr)
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

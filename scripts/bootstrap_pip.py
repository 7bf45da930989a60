"""Put pip into a virtual environment where Python came without ensurepip (Debian and Ubuntu keep it in another
package).

Usage: VENV/bin/python scripts/bootstrap_pip.py. Takes the newest pip wheel from the package index (PIP_INDEX_URL, or
PyPI), checks its SHA-256 against the index, and lets that pip install itself. Imports the standard library alone.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

_WHEEL = re.compile(r'href="([^"#]*/(pip-(\d+(?:\.\d+)*)-py3-none-any\.whl))#sha256=([0-9a-f]{64})"')


def newest_wheel(page: str, page_url: str) -> tuple[str, str, str]:
    """(address, file name, SHA-256) of the newest final release on a simple-index page of pip."""
    found = [
        ([int(part) for part in version.split(".")], urllib.parse.urljoin(page_url, href), name, digest)
        for href, name, version, digest in _WHEEL.findall(page)
    ]
    if not found:
        raise SystemExit(f"error: {page_url} lists no pip wheel. Install your system's python3-venv package instead.")
    _, address, name, digest = max(found)
    return address, name, digest


def main() -> None:
    """Download, check, install."""
    page_url = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/"
    with urllib.request.urlopen(page_url, timeout=60) as response:
        address, name, digest = newest_wheel(response.read().decode(), page_url)
    with urllib.request.urlopen(address, timeout=60) as response:
        content = response.read()
    if hashlib.sha256(content).hexdigest() != digest:
        raise SystemExit(f"error: {address} is not what the index says (SHA-256 differs). Try again.")
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder, name)
        wheel.write_bytes(content)
        subprocess.run([sys.executable, f"{wheel}/pip", "install", "--quiet", "--no-index", str(wheel)], check=True)


if __name__ == "__main__":
    main()

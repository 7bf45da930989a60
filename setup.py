"""The one thing that pyproject.toml cannot say: the project's own files (templates, data, labs, functions) go into the
wheel, below ``rehearsal/project_files``, where ``rehearsal.toolkit.project`` looks for them last."""

import shutil
from pathlib import Path
from typing import ClassVar

from setuptools import setup
from setuptools.command.build_py import build_py


class WithProjectFiles(build_py):
    """Copies the folders beside the packages; an editable install has them in place."""

    FOLDERS: ClassVar = (
        "cloudformation",
        "Data",
        "examples",
        "labs",
        "mlops",
        "PipelineLambdaFunctions",
        "training-config",
    )

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib, "rehearsal", "project_files")
        for name in self.FOLDERS:
            if Path(name).is_dir():
                without = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info")
                shutil.copytree(name, target / name, ignore=without, dirs_exist_ok=True)


setup(cmdclass={"build_py": WithProjectFiles})

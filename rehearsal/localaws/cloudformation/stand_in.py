"""Puts this room where moto looks for its CloudFormation.

Replacing the class in moto's own module would import that module, and with it (through its resource parsing) every EC2
model: more than a second of start and tens of megabytes. So the whole module is replaced before anything imports it.
"""

import sys

_MOTO_MODULE = "moto.cloudformation.models"


def install() -> None:
    """Take the place of moto's module.

    Raises:
        RuntimeError: when moto's own has been imported already.
    """
    from rehearsal.localaws.cloudformation import models

    if _MOTO_MODULE in sys.modules and sys.modules[_MOTO_MODULE] is not models:
        raise RuntimeError(f"{_MOTO_MODULE} was imported before the embedded AWS was wired")
    sys.modules[_MOTO_MODULE] = models

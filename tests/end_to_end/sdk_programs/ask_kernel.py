"""Asks the kernel of a running Jupyter server, by its connection file: prints what the code prints."""

import sys

from jupyter_client import BlockingKernelClient


def main(connection_file, code):
    client = BlockingKernelClient()
    client.load_connection_file(connection_file)
    client.start_channels()
    client.wait_for_ready(timeout=120)
    client.execute_interactive(code, timeout=120)
    client.stop_channels()


if __name__ == "__main__":
    main(*sys.argv[1:])

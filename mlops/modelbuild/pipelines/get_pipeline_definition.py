"""``get-pipeline-definition``: prints the definition of a pipeline, or writes it to a file. It asks nothing of AWS."""

import argparse
import sys

from pipelines.modules import pipeline_of


def main():
    parser = argparse.ArgumentParser("get-pipeline-definition", description="Print the definition of a pipeline.")
    parser.add_argument("-n", "--module-name", required=True, help="The module, such as pipelines.abalone.pipeline.")
    parser.add_argument("-f", "--file-name", help="The file to write; standard output if not given.")
    parser.add_argument("-kwargs", "--kwargs", help="Keyword arguments of get_pipeline, as JSON.")
    chosen = parser.parse_args()
    definition = pipeline_of(chosen.module_name, chosen.kwargs).definition()
    if chosen.file_name:
        with open(chosen.file_name, "w") as file:
            file.write(definition)
    else:
        print(definition)


if __name__ == "__main__":
    sys.exit(main())

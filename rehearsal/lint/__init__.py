"""The project's cfn-lint rules: ``cfn-lint -a <this folder> template.yaml`` finds a UserParameters that would fail the
run.

cfn-lint loads every module of the folder and makes a rule of each class derived from its own; what the rules share are
functions. ``docs/lint.md`` lists the rules.
"""

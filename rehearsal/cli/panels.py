"""Which commands there are, and where each stands in the help: known without reading the code of any of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A command's place: the module of ``rehearsal.cli`` that registers it, and the line that the help shows of it."""

    module: str
    summary: str


PANELS: dict[str, dict[str, Place]] = {
    "Start": {
        "run": Place(
            "run", "Run the whole workshop on this machine: stacks, uploads, pipeline, training, endpoints, evaluation."
        ),
        "up": Place(
            "embedded_commands",
            'Serve the embedded AWS in the foreground until Ctrl-C; prints "ready URL" when it serves.',
        ),
        "env": Place(
            "embedded_commands",
            "Print the shell exports with which any AWS SDK reaches the embedded AWS on a port.",
        ),
        "exec": Place(
            "programs",
            "Run a program against the embedded AWS: SDKs, notebooks and tools need no change."
            " Its exit code is the command's.",
        ),
        "launch": Place(
            "launch",
            "Create or update both stacks and upload what they need; what is there already, unchanged, is left.",
        ),
        "release": Place("pipeline", "Release change: start an execution and watch it. Exits 0 only if it Succeeded."),
        "init": Place(
            "own_project", "Make a project that you own: the workshop, a lab, or a small pipeline to start from."
        ),
        "import": Place(
            "importing", "Read a pipeline from the account, and write it as a project that rehearse deploy runs here."
        ),
        "deploy": Place(
            "own", "Deploy a template of your own: local code to S3, change set, events as they come, outputs."
        ),
        "upgrade": Place(
            "own_project", "Show what the installed release has otherwise than the one that a project was made from."
        ),
        "package": Place("launch", "Build the four function zips; the same sources give the same bytes."),
        "upload": Place(
            "launch",
            "Upload zips, data and training-config.zip; the last one, changed or not, starts the pipeline if it is "
            "there.",
        ),
        "data": Place("data", "Prepare data: split a table, fetch a published one, check a folder."),
        "images": Place("images", "What stands for container images on this machine."),
    },
    "Look": {
        "status": Place(
            "pipeline", "Show where an execution stands, stage by stage; of a SageMaker pipeline, step by step."
        ),
        "ls": Place(
            "own",
            "List what is in the account and region: stacks, pipelines, functions, builds, buckets, endpoints, ...",
        ),
        "logs": Place(
            "logs",
            "Show the log lines of an action: its function's, its training job's or endpoint's; or of what is named.",
        ),
        "history": Place("pipeline", "List the pipeline's executions."),
        "diff": Place("pipeline", "Show what two executions have different: parameters, data, source, metrics."),
        "report": Place(
            "report",
            "Write the card of a run: data, code, hyperparameters, curves, metrics against the gate, endpoints, "
            "approvals.",
        ),
        "replay": Place(
            "replay",
            "Run an action's function again with the event and artifacts that it got. On the embedded AWS alone.",
        ),
        "where": Place(
            "where",
            "Show where a revision is: its executions, models, endpoints and who approved. Exits 1 if nothing took it.",
        ),
        "invoke": Place(
            "steering",
            "Predict: CSV rows (features only, no header) on standard input, one prediction a line on standard output.",
        ),
        "console": Place(
            "console",
            "Serve pages for stacks, pipelines and UserParameters to this machine's browser, until Ctrl-C;"
            " prints their link.",
        ),
        "doctor": Place(
            "doctor", "Check this machine and the account: what would fail, before it does. Exits 1 if anything is bad."
        ),
    },
    "Change": {
        "params": Place("params", "UserParameters of the pipeline's actions: show, check, set, diff."),
        "approve": Place("steering", "Answer a manual approval."),
        "retry": Place("steering", "Run the failed stage of an execution again."),
        "stop": Place("steering", "Stop an execution, by default after its running actions have ended."),
    },
    "Labs": {
        "lab": Place(
            "labs", "Labs on SageMaker Pipelines: run one on this machine, follow its guide, launch it on an account."
        ),
    },
    "A project": {
        "project": Place(
            "projects",
            "A team's project: two repositories, a pipeline that makes a model, one that deploys it, a registry.",
        ),
        "model": Place("models", "Versions in the model registry: list, show, compare, approve, reject, deploy."),
    },
    "A class": {
        "class": Place("instructor", "Many attendees' workshops in one account."),
        "publish": Place(
            "instructor",
            "Upload templates, zips and sample data, and print Launch Stack links and badges with parameters filled "
            "in.",
        ),
    },
    "The embedded AWS": {
        "account": Place("accounts", "Further AWS accounts on the same embedded AWS: make one, list them."),
        "clock": Place("beyond_aws", "The embedded AWS's clock: look at it, move it."),
        "fault": Place("beyond_aws", "Faults on order: what can go wrong on AWS, made to happen here."),
        "mailbox": Place("beyond_aws", "E-mail that the embedded AWS would have sent."),
        "iam": Place("beyond_aws", "What roles did with their permissions on the embedded AWS."),
        "parity": Place(
            "parity", "How an account answers a fixed script of calls, and where the embedded AWS differs."
        ),
    },
    "Clean up": {
        "leaks": Place(
            "cleanup",
            "List what of workshops, labs and projects still costs money here. Exits 1 if anything does.",
        ),
        "destroy": Place(
            "cleanup",
            "Remove a workshop entirely: executions, endpoints, models, buckets with every version, stacks, log "
            "groups.",
        ),
        "down": Place("embedded_commands", "Stop the embedded AWS on a port, with everything that it started."),
    },
}
"""The commands as the help shows them: panels by what a user is about to do, each in the order of first use."""

PANEL_OF = {name: panel for panel, places in PANELS.items() for name in places}
PLACES = {name: place for places in PANELS.values() for name, place in places.items()}

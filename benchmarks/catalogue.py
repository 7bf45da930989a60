"""All benchmarks: what each measures, with what options it takes a minute or so, and what it needs.

``python -m benchmarks`` prints and runs them; ``tests/unit/test_benchmarks.py`` finds one that stands in no row.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Benchmark:
    """A module of this folder that is run as a program.

    ``brief`` are options for a first look; without any it measures at the size of the figures in the documentation.
    ``is_compared`` says that it takes ``--against``. ``in_all`` is False for what takes an hour at its own size.
    """

    name: str
    measures: str
    brief: tuple[str, ...] = ()
    is_compared: bool = False
    in_all: bool = True


BENCHMARKS = (
    Benchmark("run", "`rehearse run`, phase by phase, beside a bare script on the same data", ("--runs", "1"), True),
    Benchmark("commands", "what users wait for: `--help`, `status`, `release` on a server", ("--rounds", "1"), True),
    Benchmark("start", "start and idle memory of the server, beside moto's own", ("--starts", "2")),
    Benchmark("cold_start", "cold start of a Python function with boto3", ("--starts", "3"), True),
    Benchmark("cloudformation", "a stack of 100 resources; 30 small stacks side by side", ("--rounds", "1"), True),
    Benchmark("pipeline_actions", "what CodePipeline adds to ten Lambda actions", ("--rounds", "2"), True),
    Benchmark("sagemaker_pipelines", "what SageMaker pipelines add to twenty Lambda steps"),
    Benchmark("pipelines", "workshops launched and run side by side, and the server's memory", ("--counts", "1", "3")),
    Benchmark(
        "growth",
        "how cost grows with executions, pipelines and objects; requests while a snapshot is written",
        ("--executions", "1", "10", "--pipelines", "1", "4", "--megabytes", "5", "20"),
    ),
    Benchmark("authorizer", "the time of one judgement, by kind of call"),
    Benchmark("invoke", "InvokeEndpoint beside an ordinary model server and the floor", ("--rounds", "1")),
    Benchmark("training", "a training job beside a bare script that trains the same", ("--repeat", "1")),
    Benchmark("transform", "batch transform of a million rows beside one process"),
    Benchmark("evaluate", "EvaluateModel's speed and memory", ("--rows", "100000")),
    Benchmark("auc", "EvaluateModel's auc of millions of rows beside scikit-learn's", ("--rows", "6000000")),
    Benchmark("checks", "checks of a million rows: seconds and memory", ("--rows", "50000")),
    Benchmark("tuning", "what a search of hyperparameters finds, and what it costs", ("--seeds", "2", "--trials", "8")),
    Benchmark("console", "pages, changes, large things and twenty windows of the console", ("--idle-seconds", "2")),
    Benchmark("objects", "large objects in S3", ("--megabytes", "64")),
    Benchmark("fuzz", "requests that are wrong in every way, to every service", ("--each", "5", "s3", "sqs")),
    Benchmark("soak", "memory over hundreds of releases", ("--releases", "6", "--every", "2"), in_all=False),
    Benchmark("kill", "kills of the whole server at random moments", ("--kills", "2"), in_all=False),
)

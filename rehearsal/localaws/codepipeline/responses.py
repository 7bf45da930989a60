"""The API of CodePipeline: each operation is a method of one of the parts below, by what it is about."""

from rehearsal.localaws.codepipeline.api_approvals import Approvals
from rehearsal.localaws.codepipeline.api_executions import Executions
from rehearsal.localaws.codepipeline.api_history import History
from rehearsal.localaws.codepipeline.api_jobs import Jobs
from rehearsal.localaws.codepipeline.api_pipelines import Pipelines
from rehearsal.localaws.codepipeline.api_stages import Stages
from rehearsal.localaws.codepipeline.api_types import Types
from rehearsal.localaws.codepipeline.api_workers import Workers


class CodePipelineApi(Pipelines, Executions, Stages, History, Approvals, Jobs, Workers, Types):
    """One request to CodePipeline."""

    def __init__(self) -> None:
        super().__init__(service_name="codepipeline")

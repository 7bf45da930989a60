"""Why each statement of the project's roles is there: what happens without it, and which test shows it.

A statement that is not here fails ``test_every_statement_has_a_row``. Give it one of these, the first that can be had
last to be given up:

* ``Denied``: a run without it fails. The test removes it and runs the pipeline.
* ``Evaluated``: a call of a run that is recorded would be denied without it. For what takes too long to run again.
* ``Published``: AWS says that it is needed, and an account has to show what asks for it (docs/real-account.md).
* ``Shown``: an effect is missing without it, or a failure is not told or mended. Name the test that shows so.
"""

from dataclasses import dataclass

from tests.localaws.authorizer.minimal.statements import Named

HERE = "tests/localaws/authorizer/minimal/test_minimal_policies.py"
KEYS = "tests/end_to_end/test_user_parameter_keys.py::test_every_right_that_a_key_needs_was_used"
CENSUS = "tests/labs/test_census.py::test_recorded_calls_would_be_denied_without_the_statement"
RETRAIN = "tests/labs/test_retrain.py::test_recorded_calls_would_be_denied_without_the_statement"
STATES = "tests/labs/test_abalone.py::test_recorded_calls_of_the_state_machine_would_be_denied_without_the_statement"
PROJECT = "tests/labs/test_project.py::test_recorded_calls_would_be_denied_without_the_statement"
PROJECT_CONNECTED = "tests/labs/test_project.py::test_behind_a_connection_its_use_would_be_denied_without_the_statement"
PROJECT_CATALOG = "tests/labs/test_project_catalog.py::test_a_project_is_made_with_the_rights_of_the_launch_role"
PROJECT_PUBLISHED = "tests/labs/test_project_files.py::test_what_aws_publishes_as_the_minimum_is_given"
PIPELINE_ROLE = "https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html"
ABALONE = "tests/labs/test_abalone.py::test_recorded_calls_would_be_denied_without_the_statement"
MONITORING = "tests/end_to_end/test_monitoring.py::test_recorded_calls_would_be_denied_without_the_statement"
DRIFT = "tests/labs/test_drift.py::test_recorded_calls_would_be_denied_without_the_statement"
COMPARE = "tests/labs/test_compare.py::test_recorded_calls_would_be_denied_without_the_statement"
OPTIONS = "tests/end_to_end/test_stack_combinations.py::test_no_statement_of_any_role_is_without_a_need"


@dataclass(frozen=True)
class Denied:
    """A run without the statement fails in the action ``at`` (Stage/Action), for ``action`` is denied."""

    action: str
    at: str

    def __str__(self) -> str:
        return f"denied without it: {self.action}, {self.at} fails"


@dataclass(frozen=True)
class Evaluated:
    """``actions`` are recorded as allowed by nothing but the statement; ``test`` (file::name) reads the record."""

    actions: tuple[str, ...]
    test: str = f"{HERE}::test_recorded_calls_would_be_denied_without_the_statement"

    def __str__(self) -> str:
        return f"denied without it: {', '.join(self.actions)}"


@dataclass(frozen=True)
class Shown:
    """What is missing without the statement, and the test (file::name) that shows it."""

    effect: str
    test: str

    def __str__(self) -> str:
        return f"{self.effect} ({self.test.rpartition('::')[2]})"


@dataclass(frozen=True)
class Published:
    """AWS publishes the statement as the minimum at ``source``; nothing that the embedded AWS knows of asks for it."""

    source: str
    test: str = f"{HERE}::test_what_aws_publishes_as_the_minimum_is_given"

    def __str__(self) -> str:
        return f"published as the minimum: {self.source}"


Evidence = Denied | Evaluated | Shown | Published

TABLE: dict[Named, Evidence] = {
    Named("TrainAndServe", "ListData"): Denied("s3:ListBucket", "Train/TrainModel"),
    Named("TrainAndServe", "ReadData"): Denied("s3:GetObject", "Train/GetStatus"),
    Named("TrainAndServe", "WriteAndReadModels"): Denied("s3:PutObject", "Train/GetStatus"),
    Named("TrainAndServe", "PullImage"): Denied("ecr:BatchCheckLayerAvailability", "Train/GetStatus"),
    Named("TrainAndServe", "LogInToRegistry"): Denied("ecr:GetAuthorizationToken", "Train/GetStatus"),
    Named("TrainAndServe", "WriteLogs"): Shown(
        "training jobs have no logs", f"{HERE}::test_without_their_statements_there_are_no_logs_and_no_metrics"
    ),
    Named("TrainAndServe", "WriteMetrics"): Shown(
        "training jobs have no metrics", f"{HERE}::test_without_their_statements_there_are_no_logs_and_no_metrics"
    ),
    Named("TrainAndServe", "UseKey"): Denied("kms:GenerateDataKey", "Train/GetStatus"),
    Named("TrainDeployEvaluate", "AnswerCodePipeline"): Shown(
        "CodePipeline never gets an answer", f"{HERE}::test_without_its_statement_no_answer_reaches_the_pipeline"
    ),
    Named("TrainDeployEvaluate", "Train"): Denied("sagemaker:DescribeTrainingJob", "Train/TrainModel"),
    Named("TrainDeployEvaluate", "RecordDataVersions"): Denied("s3:ListBucketVersions", "Train/TrainModel"),
    Named("TrainDeployEvaluate", "ReadTrainingProgress"): Shown(
        "GetStatus does not tell the round", f"{HERE}::test_without_its_statement_no_round_of_the_training_is_told"
    ),
    Named("TrainDeployEvaluate", "Deploy"): Denied("sagemaker:DescribeEndpoint", "DeployDev/DeployModel"),
    Named("TrainDeployEvaluate", "FindOldConfigs"): Denied("sagemaker:ListEndpointConfigs", "DeployDev/DeployModel"),
    Named("TrainDeployEvaluate", "Evaluate"): Denied("sagemaker:InvokeEndpoint", "DeployDev/SmokeTest"),
    Named("TrainDeployEvaluate", "PassSageMakerRole"): Denied("iam:PassRole", "Train/TrainModel"),
    Named("TrainDeployEvaluate", "ReadData"): Denied("s3:GetObject", "DeployDev/SmokeTest"),
    Named("TrainDeployEvaluate", "ListData"): Shown(
        "a missing file is told as AccessDenied",
        f"{HERE}::test_without_its_statement_a_missing_file_is_told_as_forbidden",
    ),
    Named("TrainDeployEvaluate", "KeepEvaluations"): Denied("s3:GetObject", "DeployDev/SmokeTest"),
    Named("TrainDeployEvaluate", "ListEvaluations"): Shown(
        "an incumbent that was never evaluated fails the evaluation",
        f"{HERE}::test_without_its_statement_an_incumbent_never_evaluated_fails_the_action",
    ),
    Named("TrainDeployEvaluate", "WriteLogs"): Shown(
        "functions have no logs", f"{HERE}::test_without_their_statements_there_are_no_logs_and_no_metrics"
    ),
    Named("TrainDeployEvaluate", "UseKey"): Denied("kms:Decrypt", "DeployDev/SmokeTest"),
    Named("RunPipeline", "ReadSource"): Denied("s3:GetObject", "Source/TrainingConfig"),
    Named("RunPipeline", "CheckSourceVersioning"): Denied("s3:GetBucketVersioning", "Source/TrainingConfig"),
    Named("RunPipeline", "KeepArtifacts"): Denied("s3:PutObject", "Source/TrainingConfig"),
    Named("RunPipeline", "InvokeFunctions"): Denied("lambda:InvokeFunction", "Train/TrainModel"),
    Named("RunPipeline", "UseKey"): Denied("kms:GenerateDataKey", "Source/TrainingConfig"),
    Named("StartPipeline", "StartPipeline"): Shown(
        "an upload does not start the pipeline", f"{HERE}::test_without_its_statement_an_upload_starts_nothing"
    ),
    Named("CopyAndEmpty", "ReadPublished"): Evaluated(("s3:GetObject",)),
    Named("CopyAndEmpty", "WriteCopies"): Evaluated(("s3:PutObject",)),
    Named("CopyAndEmpty", "ListToEmpty"): Evaluated(("s3:ListBucketVersions",)),
    Named("CopyAndEmpty", "Empty"): Evaluated(("s3:DeleteObjectVersion",)),
    Named("CopyAndEmpty", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents")),
    Named("TrainDeployEvaluate", "Scale"): Evaluated(
        ("application-autoscaling:RegisterScalableTarget", "application-autoscaling:PutScalingPolicy")
    ),
    Named("TrainDeployEvaluate", "ScheduleEnd"): Evaluated(("scheduler:CreateSchedule",)),
    Named("TrainDeployEvaluate", "PassSchedulerRole"): Evaluated(("iam:PassRole",)),
    Named("RunPipeline", "ReadFunctions"): Evaluated(("s3:GetObject",)),
    Named("RunPipeline", "Build"): Evaluated(("codebuild:StartBuild", "codebuild:BatchGetBuilds")),
    Named("RunPipeline", "AskForApproval"): Evaluated(("sns:Publish",)),
    Named("BuildFunctions", "ReadSources"): Evaluated(("s3:GetObject",)),
    Named("BuildFunctions", "KeepZips"): Evaluated(("s3:PutObject",)),
    Named("BuildFunctions", "UpdateFunctions"): Evaluated(("lambda:UpdateFunctionCode", "lambda:GetFunction")),
    Named("BuildFunctions", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents")),
    Named("BuildFunctions", "UseKey"): Evaluated(("kms:Decrypt",)),
    Named("TrainDeployEvaluate", "WatchToScale"): Evaluated(("cloudwatch:PutMetricAlarm",)),
    Named("TrainDeployEvaluate", "ResizeEndpoints"): Evaluated(("sagemaker:UpdateEndpointWeightsAndCapacities",)),
    Named("TrainDeployEvaluate", "CreateScalingRole"): Evaluated(("iam:CreateServiceLinkedRole",)),
    Named("TrainDeployEvaluate", "KeepDeadLetters"): Evaluated(("sqs:SendMessage",), OPTIONS),
    Named("EndEndpoints", "EndEndpoints"): Evaluated(("sagemaker:DeleteEndpoint",), OPTIONS),
    Named("RunPipeline", "CloneSource"): Evaluated(("codecommit:GetBranch", "codecommit:UploadArchive"), OPTIONS),
    Named("RunPipeline", "CloneFunctions"): Evaluated(("codecommit:GetBranch", "codecommit:UploadArchive"), OPTIONS),
    Named("TrainAndServe", "ListCheckpoints"): Evaluated(("s3:ListBucket",), KEYS),
    Named("TrainAndServe", "WatchAlarms"): Evaluated(("cloudwatch:DescribeAlarms",), KEYS),
    Named("TrainAndServe", "LookAtVpc"): Evaluated(("ec2:DescribeSubnets", "ec2:DescribeSecurityGroups"), KEYS),
    Named("TrainAndServe", "JoinVpc"): Evaluated(("ec2:CreateNetworkInterface",), KEYS),
    Named("TrainAndServe", "UseFurtherKeys"): Evaluated(("kms:GenerateDataKey", "kms:Decrypt"), KEYS),
    Named("TrainDeployEvaluate", "WatchAlarms"): Evaluated(("cloudwatch:DescribeAlarms",), KEYS),
    Named("TrainDeployEvaluate", "GrantFurtherKeys"): Evaluated(("kms:CreateGrant",), KEYS),
    Named("EndEndpoints", "EndScaling"): Evaluated(("application-autoscaling:DeregisterScalableTarget",), KEYS),
    Named("EndEndpoints", "EndAlarms"): Evaluated(("cloudwatch:DeleteAlarms",), KEYS),
    Named("EndEndpoints", "KeepDeadLetters"): Evaluated(("sqs:SendMessage",), KEYS),
    Named("RunPipeline", "LookAtArtifactBucket"): Published(
        "https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html"
    ),
    Named("RunPipeline", "UseConnection"): Evaluated(("codestar-connections:UseConnection",), OPTIONS),
    Named("RunCensus", "RunJobs"): Evaluated(
        (
            *("sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob"),
            *("sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob"),
        ),
        CENSUS,
    ),
    Named("RunCensus", "CreateModel"): Evaluated(("sagemaker:CreateModel", "sagemaker:DescribeModel"), CENSUS),
    Named("RunCensus", "RegisterModel"): Evaluated(
        ("sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage"), CENSUS
    ),
    Named("RunCensus", "Tag"): Evaluated(("sagemaker:AddTags",), CENSUS),
    Named("RunCensus", "ReadEvaluation"): Evaluated(("s3:GetObject",), CENSUS),
    Named("RunCensus", "PassJobsRole"): Evaluated(("iam:PassRole",), CENSUS),
    Named("WorkOnCensus", "ListBucket"): Evaluated(("s3:ListBucket",), CENSUS),
    Named("WorkOnCensus", "ReadInputs"): Evaluated(("s3:GetObject",), CENSUS),
    Named("WorkOnCensus", "WriteResults"): Evaluated(("s3:PutObject",), CENSUS),
    Named("WorkOnCensus", "PullImage"): Evaluated(
        ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"), CENSUS
    ),
    Named("WorkOnCensus", "LogInToRegistry"): Evaluated(("ecr:GetAuthorizationToken",), CENSUS),
    Named("WorkOnCensus", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), CENSUS),
    Named("WorkOnCensus", "WriteMetrics"): Evaluated(("cloudwatch:PutMetricData",), CENSUS),
    Named("StartOnUpload", "ReadQueue"): Evaluated(
        ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"), RETRAIN
    ),
    Named("StartOnUpload", "ReadUploads"): Evaluated(("s3:GetObjectVersion",), RETRAIN),
    Named("StartOnUpload", "KeepDeliveries"): Evaluated(("s3:PutObject",), RETRAIN),
    Named("StartOnUpload", "Start"): Evaluated(("sagemaker:StartPipelineExecution",), RETRAIN),
    Named("StartOnUpload", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), RETRAIN),
    Named("RunRetrain", "Train"): Evaluated(("sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob"), RETRAIN),
    Named("RunRetrain", "CreateModel"): Evaluated(("sagemaker:CreateModel", "sagemaker:DescribeModel"), RETRAIN),
    Named("RunRetrain", "RegisterModel"): Evaluated(
        ("sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage"), RETRAIN
    ),
    Named("RunRetrain", "Tag"): Evaluated(("sagemaker:AddTags",), RETRAIN),
    Named("RunRetrain", "PassJobsRole"): Evaluated(("iam:PassRole",), RETRAIN),
    Named("WorkOnRetrain", "ListBucket"): Evaluated(("s3:ListBucket",), RETRAIN),
    Named("WorkOnRetrain", "ReadInputs"): Evaluated(("s3:GetObject",), RETRAIN),
    Named("WorkOnRetrain", "WriteResults"): Evaluated(("s3:PutObject",), RETRAIN),
    Named("WorkOnRetrain", "PullImage"): Evaluated(
        ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"), RETRAIN
    ),
    Named("WorkOnRetrain", "LogInToRegistry"): Evaluated(("ecr:GetAuthorizationToken",), RETRAIN),
    Named("WorkOnRetrain", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), RETRAIN),
    Named("WorkOnRetrain", "WriteMetrics"): Evaluated(("cloudwatch:PutMetricData",), RETRAIN),
    Named("RecordModelName", "WriteName"): Evaluated(("ssm:PutParameter",), ABALONE),
    Named("RecordModelName", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), ABALONE),
    Named("RunAbalone", "RunJobs"): Evaluated(
        (
            *("sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob"),
            *("sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob"),
        ),
        ABALONE,
    ),
    Named("RunAbalone", "CreateModel"): Evaluated(("sagemaker:CreateModel", "sagemaker:DescribeModel"), ABALONE),
    Named("RunAbalone", "RegisterModel"): Evaluated(
        ("sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage"), ABALONE
    ),
    Named("RunAbalone", "Tag"): Evaluated(("sagemaker:AddTags",), ABALONE),
    Named("RunAbalone", "ReadEvaluation"): Evaluated(("s3:GetObject",), ABALONE),
    Named("RunAbalone", "RecordModelName"): Evaluated(("lambda:InvokeFunction",), ABALONE),
    Named("RunAbalone", "PassJobsRole"): Evaluated(("iam:PassRole",), ABALONE),
    Named("WorkOnAbalone", "ListBucket"): Evaluated(("s3:ListBucket",), ABALONE),
    Named("WorkOnAbalone", "ReadInputs"): Evaluated(("s3:GetObject",), ABALONE),
    Named("WorkOnAbalone", "WriteResults"): Evaluated(("s3:PutObject",), ABALONE),
    Named("WorkOnAbalone", "PullImage"): Evaluated(
        ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"), ABALONE
    ),
    Named("WorkOnAbalone", "LogInToRegistry"): Evaluated(("ecr:GetAuthorizationToken",), ABALONE),
    Named("WorkOnAbalone", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), ABALONE),
    Named("WorkOnAbalone", "WriteMetrics"): Evaluated(("cloudwatch:PutMetricData",), ABALONE),
    Named("BuildTemplate", "ReadSource"): Evaluated(("s3:GetObject",), ABALONE),
    Named("BuildTemplate", "KeepTemplate"): Evaluated(("s3:PutObject",), ABALONE),
    Named("BuildTemplate", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), ABALONE),
    Named("BuildModel", "ReadSource"): Evaluated(("s3:GetObject",), ABALONE),
    Named("BuildModel", "RunPipeline"): Evaluated(
        (
            *("sagemaker:CreatePipeline", "sagemaker:AddTags", "sagemaker:StartPipelineExecution"),
            *("sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps"),
        ),
        ABALONE,
    ),
    Named("BuildModel", "PassModelPipelineRole"): Evaluated(("iam:PassRole",), ABALONE),
    Named("BuildModel", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), ABALONE),
    Named("DeliverAbalone", "ReadSource"): Evaluated(("s3:GetObject",), ABALONE),
    Named("DeliverAbalone", "LookAtBucket"): Evaluated(("s3:GetBucketVersioning",), ABALONE),
    Named("DeliverAbalone", "KeepArtifacts"): Evaluated(("s3:PutObject", "s3:GetObject"), ABALONE),
    Named("DeliverAbalone", "Build"): Evaluated(("codebuild:StartBuild", "codebuild:BatchGetBuilds"), ABALONE),
    Named("DeliverAbalone", "BuildModel"): Evaluated(("codebuild:StartBuild", "codebuild:BatchGetBuilds"), ABALONE),
    Named("DeliverAbalone", "AskForApproval"): Evaluated(("sns:Publish",), ABALONE),
    Named("DeliverAbalone", "DeployEndpoint"): Evaluated(
        ("cloudformation:CreateStack", "cloudformation:DescribeStacks"), ABALONE
    ),
    Named("DeliverAbalone", "ReadModelName"): Evaluated(("ssm:GetParameters",), ABALONE),
    Named("DeliverAbalone", "PassDeployRole"): Evaluated(("iam:PassRole",), ABALONE),
    Named("DeployAbalone", "DeployEndpoint"): Evaluated(
        (
            *("sagemaker:CreateEndpointConfig", "sagemaker:CreateEndpoint", "sagemaker:DescribeEndpoint"),
            "sagemaker:AddTags",
        ),
        ABALONE,
    ),
    Named("DeliverAbalone", "CloneSource"): Evaluated(("codecommit:GetBranch", "codecommit:UploadArchive"), STATES),
    Named("DeliverAbalone", "RunStateMachine"): Evaluated(
        ("states:StartExecution", "states:DescribeExecution"), STATES
    ),
    Named("RunAbaloneStates", "RunJobs"): Evaluated(
        (
            *("sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob"),
            *("sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob"),
        ),
        STATES,
    ),
    Named("RunAbaloneStates", "CreateModel"): Evaluated(("sagemaker:CreateModel",), STATES),
    Named("RunAbaloneStates", "HearOfJobs"): Evaluated(
        ("events:PutTargets", "events:PutRule", "events:DescribeRule"), STATES
    ),
    Named("RunAbaloneStates", "RecordModelName"): Evaluated(("lambda:InvokeFunction",), STATES),
    Named("RunAbaloneStates", "AskForApproval"): Evaluated(("sns:Publish",), STATES),
    Named("RunAbaloneStates", "PassJobsRole"): Evaluated(("iam:PassRole",), STATES),
    Named("RunAbaloneStates", "Tag"): Published(
        "https://github.com/aws/aws-cdk/issues/26012",
        "tests/labs/test_abalone.py::test_step_functions_may_mark_the_jobs_that_it_starts",
    ),
    Named("RunModelPipeline", "RunJobs"): Evaluated(
        (
            "sagemaker:CreateProcessingJob",
            "sagemaker:DescribeProcessingJob",
            "sagemaker:CreateTrainingJob",
            "sagemaker:DescribeTrainingJob",
        ),
        PROJECT,
    ),
    Named("RunModelPipeline", "RegisterModel"): Evaluated(
        ("sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage"), PROJECT
    ),
    Named("RunModelPipeline", "Tag"): Evaluated(("sagemaker:AddTags",), PROJECT),
    Named("RunModelPipeline", "ReadEvaluation"): Evaluated(("s3:GetObject",), PROJECT),
    Named("RunModelPipeline", "PassJobsRole"): Evaluated(("iam:PassRole",), PROJECT),
    Named("WorkOnModel", "ListBucket"): Evaluated(("s3:ListBucket",), PROJECT),
    Named("WorkOnModel", "ReadInputs"): Evaluated(("s3:GetObject",), PROJECT),
    Named("WorkOnModel", "WriteResults"): Evaluated(("s3:PutObject",), PROJECT),
    Named("WorkOnModel", "PullImage"): Evaluated(
        ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"), PROJECT
    ),
    Named("WorkOnModel", "LogInToRegistry"): Evaluated(("ecr:GetAuthorizationToken",), PROJECT),
    Named("WorkOnModel", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), PROJECT),
    Named("WorkOnModel", "WriteMetrics"): Evaluated(("cloudwatch:PutMetricData",), PROJECT),
    Named("WorkOnModel", "WatchAlarms"): Evaluated(("cloudwatch:DescribeAlarms",), PROJECT),
    Named("BuildProjectModel", "ReadSource"): Evaluated(("s3:GetObject",), PROJECT),
    Named("BuildProjectModel", "KeepDefinition"): Evaluated(("s3:PutObject",), PROJECT),
    Named("BuildProjectModel", "UploadFiles"): Evaluated(("s3:PutObject",), PROJECT),
    Named("BuildProjectModel", "RunPipeline"): Evaluated(
        (
            "sagemaker:CreatePipeline",
            "sagemaker:AddTags",
            "sagemaker:StartPipelineExecution",
            "sagemaker:DescribePipelineExecution",
            "sagemaker:ListPipelineExecutionSteps",
        ),
        PROJECT,
    ),
    Named("BuildProjectModel", "PassModelPipelineRole"): Evaluated(("iam:PassRole",), PROJECT),
    Named("BuildProjectModel", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), PROJECT),
    Named("RunModelBuild", "ReadRepository"): Evaluated(
        ("codecommit:GetBranch", "codecommit:GetCommit", "codecommit:UploadArchive"), PROJECT
    ),
    Named("RunModelBuild", "UseConnection"): Evaluated(("codestar-connections:UseConnection",), PROJECT_CONNECTED),
    Named("RunModelBuild", "LookAtBucket"): Published(PIPELINE_ROLE, PROJECT_PUBLISHED),
    Named("RunModelBuild", "KeepArtifacts"): Evaluated(("s3:PutObject",), PROJECT),
    Named("RunModelBuild", "Build"): Evaluated(("codebuild:StartBuild", "codebuild:BatchGetBuilds"), PROJECT),
    Named("BuildDeployment", "ReadSource"): Evaluated(("s3:GetObject",), PROJECT),
    Named("BuildDeployment", "KeepConfigs"): Evaluated(("s3:PutObject",), PROJECT),
    Named("BuildDeployment", "FindApproved"): Evaluated(("sagemaker:ListModelPackages",), PROJECT),
    Named("BuildDeployment", "ReadVersion"): Evaluated(("sagemaker:DescribeModelPackage",), PROJECT),
    Named("BuildDeployment", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), PROJECT),
    Named("TestStaging", "ReadSource"): Evaluated(("s3:GetObject",), PROJECT),
    Named("TestStaging", "KeepResults"): Evaluated(("s3:PutObject",), PROJECT),
    Named("TestStaging", "AskStaging"): Evaluated(("sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"), PROJECT),
    Named("TestStaging", "ReadVersion"): Evaluated(("sagemaker:DescribeModelPackage",), PROJECT),
    Named("TestStaging", "ReadTestSet"): Evaluated(("s3:GetObject",), PROJECT),
    Named("TestStaging", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), PROJECT),
    Named("RunModelDeploy", "ReadRepository"): Evaluated(
        ("codecommit:GetBranch", "codecommit:GetCommit", "codecommit:UploadArchive"), PROJECT
    ),
    Named("RunModelDeploy", "UseConnection"): Evaluated(("codestar-connections:UseConnection",), PROJECT_CONNECTED),
    Named("RunModelDeploy", "LookAtBucket"): Published(PIPELINE_ROLE, PROJECT_PUBLISHED),
    Named("RunModelDeploy", "KeepArtifacts"): Evaluated(("s3:PutObject", "s3:GetObject"), PROJECT),
    Named("RunModelDeploy", "Build"): Evaluated(("codebuild:StartBuild", "codebuild:BatchGetBuilds"), PROJECT),
    Named("RunModelDeploy", "AskForApproval"): Evaluated(("sns:Publish",), PROJECT),
    Named("RunModelDeploy", "DeployStages"): Evaluated(
        (
            "cloudformation:CreateStack",
            "cloudformation:UpdateStack",
            "cloudformation:DescribeStacks",
            "cloudformation:TagResource",
        ),
        PROJECT,
    ),
    Named("RunModelDeploy", "PassDeployRole"): Evaluated(("iam:PassRole",), PROJECT),
    Named("DeployModel", "DeployEndpoint"): Evaluated(
        (
            "sagemaker:CreateModel",
            "sagemaker:CreateEndpointConfig",
            "sagemaker:CreateEndpoint",
            "sagemaker:UpdateEndpoint",
            "sagemaker:DescribeEndpoint",
            "sagemaker:AddTags",
        ),
        PROJECT,
    ),
    Named("DeployModel", "ManageAlarms"): Evaluated(
        ("cloudwatch:PutMetricAlarm", "cloudwatch:DescribeAlarms"), PROJECT
    ),
    Named("DeployModel", "PassJobsRole"): Evaluated(("iam:PassRole",), PROJECT),
    Named("LaunchProject", "MakeStack"): Evaluated(
        ("cloudformation:CreateStack", "cloudformation:TagResource"), PROJECT_CATALOG
    ),
    Named("LaunchProject", "ReadSeeds"): Evaluated(("s3:GetObject",), PROJECT_CATALOG),
    Named("LaunchProject", "MakeBucket"): Evaluated(
        (
            "s3:CreateBucket",
            "s3:PutBucketVersioning",
            "s3:PutEncryptionConfiguration",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketOwnershipControls",
            "s3:PutLifecycleConfiguration",
            "s3:PutBucketTagging",
            "s3:PutBucketPolicy",
        ),
        PROJECT_CATALOG,
    ),
    Named("LaunchProject", "MakeRegistry"): Evaluated(
        ("sagemaker:CreateModelPackageGroup", "sagemaker:CreateCodeRepository", "sagemaker:AddTags"), PROJECT_CATALOG
    ),
    Named("LaunchProject", "MakeRepositories"): Evaluated(
        ("codecommit:CreateRepository", "codecommit:CreateCommit", "codecommit:TagResource"), PROJECT_CATALOG
    ),
    Named("LaunchProject", "MakeRoles"): Evaluated(
        ("iam:CreateRole", "iam:PutRolePolicy", "iam:TagRole"), PROJECT_CATALOG
    ),
    Named("LaunchProject", "PassRoles"): Evaluated(("iam:PassRole",), PROJECT_CATALOG),
    Named("LaunchProject", "MakeLogs"): Evaluated(
        ("logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"), PROJECT_CATALOG
    ),
    Named("LaunchProject", "MakeBuilds"): Evaluated(("codebuild:CreateProject",), PROJECT_CATALOG),
    Named("LaunchProject", "MakePipelines"): Evaluated(
        ("codepipeline:CreatePipeline", "codepipeline:GetPipeline", "codepipeline:TagResource"), PROJECT_CATALOG
    ),
    Named("LaunchProject", "MakeRules"): Evaluated(
        ("events:PutRule", "events:PutTargets", "events:TagResource"), PROJECT_CATALOG
    ),
    Named("StartPipelines", "StartPipelines"): Evaluated(("codepipeline:StartPipelineExecution",), PROJECT),
    Named("CheckRequests", "ReadAndWrite"): Evaluated(("s3:GetObject", "s3:PutObject"), MONITORING),
    Named("CheckRequests", "FindObjects"): Evaluated(("s3:ListBucket",), MONITORING),
    Named("CheckRequests", "PullImage"): Evaluated(
        ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"), MONITORING
    ),
    Named("CheckRequests", "LogInToRegistry"): Evaluated(("ecr:GetAuthorizationToken",), MONITORING),
    Named("CheckRequests", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), MONITORING),
    Named("StartChecks", "StartChecks"): Evaluated(("sagemaker:CreateProcessingJob",), MONITORING),
    Named("StartChecks", "HandOverRole"): Evaluated(("iam:PassRole",), MONITORING),
    Named("StartChecks", "FindRequests"): Evaluated(("s3:ListBucket",), MONITORING),
    Named("StartChecks", "JoinGroundTruth"): Evaluated(("s3:GetObject", "s3:PutObject"), MONITORING),
    Named("StartChecks", "KeepDeadLetters"): Evaluated(("sqs:SendMessage",), MONITORING),
    Named("StartChecks", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), MONITORING),
    Named("InvokeStart", "InvokeStart"): Evaluated(("lambda:InvokeFunction",), MONITORING),
    Named("ReportChecks", "LookAtChecks"): Evaluated(("sagemaker:DescribeProcessingJob",), MONITORING),
    Named("ReportChecks", "ReadResults"): Evaluated(("s3:GetObject",), MONITORING),
    Named("ReportChecks", "TellMetrics"): Evaluated(("cloudwatch:PutMetricData",), MONITORING),
    Named("ReportChecks", "FindResults"): Evaluated(("s3:ListBucket",), MONITORING),
    Named("ReportChecks", "KeepDeadLetters"): Evaluated(("sqs:SendMessage",), MONITORING),
    Named("ReportChecks", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), MONITORING),
    Named("RunDrift", "RunJobs"): Evaluated(
        (
            *("sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob"),
            *("sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob"),
        ),
        DRIFT,
    ),
    Named("RunDrift", "CreateModel"): Evaluated(("sagemaker:CreateModel", "sagemaker:DescribeModel"), DRIFT),
    Named("RunDrift", "Tag"): Evaluated(("sagemaker:AddTags",), DRIFT),
    Named("RunDrift", "ReadEvaluation"): Evaluated(("s3:GetObject",), DRIFT),
    Named("RunDrift", "Serve"): Evaluated(("lambda:InvokeFunction",), DRIFT),
    Named("RunDrift", "PassJobsRole"): Evaluated(("iam:PassRole",), DRIFT),
    Named("WorkOnDrift", "ListBucket"): Evaluated(("s3:ListBucket",), DRIFT),
    Named("WorkOnDrift", "ReadInputs"): Evaluated(("s3:GetObject",), DRIFT),
    Named("WorkOnDrift", "WriteResults"): Evaluated(("s3:PutObject",), DRIFT),
    Named("WorkOnDrift", "PullImage"): Evaluated(
        ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"), DRIFT
    ),
    Named("WorkOnDrift", "LogInToRegistry"): Evaluated(("ecr:GetAuthorizationToken",), DRIFT),
    Named("WorkOnDrift", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), DRIFT),
    Named("WorkOnDrift", "WriteMetrics"): Evaluated(("cloudwatch:PutMetricData",), DRIFT),
    Named("ServeDrift", "Serve"): Evaluated(
        (
            *("sagemaker:CreateEndpointConfig", "sagemaker:CreateEndpoint", "sagemaker:UpdateEndpoint"),
            *("sagemaker:DescribeEndpoint", "sagemaker:AddTags"),
        ),
        DRIFT,
    ),
    Named("ServeDrift", "ReadModel"): Evaluated(("s3:GetObject",), DRIFT),
    Named("ServeDrift", "NoteWhatServes"): Evaluated(("s3:PutObject",), DRIFT),
    Named("ServeDrift", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), DRIFT),
    Named("RetrainDrift", "Start"): Evaluated(("sagemaker:StartPipelineExecution",), DRIFT),
    Named("RunCompare", "RunJobs"): Evaluated(
        (
            *("sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob"),
            *("sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob"),
        ),
        COMPARE,
    ),
    Named("RunCompare", "CreateModel"): Evaluated(("sagemaker:CreateModel", "sagemaker:DescribeModel"), COMPARE),
    Named("RunCompare", "RegisterModel"): Evaluated(
        ("sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage"), COMPARE
    ),
    Named("RunCompare", "Tag"): Evaluated(("sagemaker:AddTags",), COMPARE),
    Named("RunCompare", "ReadEvaluation"): Evaluated(("s3:GetObject",), COMPARE),
    Named("RunCompare", "Serve"): Evaluated(("lambda:InvokeFunction",), COMPARE),
    Named("RunCompare", "PassJobsRole"): Evaluated(("iam:PassRole",), COMPARE),
    Named("WorkOnCompare", "ListBucket"): Evaluated(("s3:ListBucket",), COMPARE),
    Named("WorkOnCompare", "ReadInputs"): Evaluated(("s3:GetObject",), COMPARE),
    Named("WorkOnCompare", "WriteResults"): Evaluated(("s3:PutObject",), COMPARE),
    Named("WorkOnCompare", "PullImage"): Evaluated(
        ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"), COMPARE
    ),
    Named("WorkOnCompare", "LogInToRegistry"): Evaluated(("ecr:GetAuthorizationToken",), COMPARE),
    Named("WorkOnCompare", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), COMPARE),
    Named("WorkOnCompare", "WriteMetrics"): Evaluated(("cloudwatch:PutMetricData",), COMPARE),
    Named("RunCompareStates", "RunJobs"): Evaluated(
        (
            *("sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob"),
            *("sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob"),
        ),
        COMPARE,
    ),
    Named("RunCompareStates", "CreateModel"): Evaluated(("sagemaker:CreateModel",), COMPARE),
    Named("RunCompareStates", "HearOfJobs"): Evaluated(
        ("events:PutTargets", "events:PutRule", "events:DescribeRule"), COMPARE
    ),
    Named("RunCompareStates", "Serve"): Evaluated(("lambda:InvokeFunction",), COMPARE),
    Named("RunCompareStates", "PassJobsRole"): Evaluated(("iam:PassRole",), COMPARE),
    Named("RunCompareStates", "Tag"): Published(
        "https://github.com/aws/aws-cdk/issues/26012",
        "tests/labs/test_compare.py::test_step_functions_may_mark_the_jobs_that_it_starts",
    ),
    Named("RunCompareStates", "ReadEvaluation"): Evaluated(("s3:GetObject",), COMPARE),
    Named("ServeCompare", "Serve"): Evaluated(
        (
            *("sagemaker:CreateEndpointConfig", "sagemaker:CreateEndpoint", "sagemaker:UpdateEndpoint"),
            *("sagemaker:DescribeEndpoint", "sagemaker:AddTags"),
        ),
        COMPARE,
    ),
    Named("ServeCompare", "WriteLogs"): Evaluated(("logs:CreateLogStream", "logs:PutLogEvents"), COMPARE),
    Named("PullOwnImage", "PullOwnImage"): Evaluated(
        ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"),
        "tests/labs/test_own.py::test_the_image_would_not_be_pulled_without_the_statement",
    ),
    Named("BuildOwnImage", "ReadSource"): Published(
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html",
        "tests/labs/test_own.py::test_the_build_may_do_what_aws_publishes_for_a_push",
    ),
    Named("BuildOwnImage", "PushImage"): Published(
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html",
        "tests/labs/test_own.py::test_the_build_may_do_what_aws_publishes_for_a_push",
    ),
    Named("BuildOwnImage", "LogInToRegistry"): Published(
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html",
        "tests/labs/test_own.py::test_the_build_may_do_what_aws_publishes_for_a_push",
    ),
    Named("BuildOwnImage", "WriteLogs"): Published(
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html",
        "tests/labs/test_own.py::test_the_build_may_do_what_aws_publishes_for_a_push",
    ),
}

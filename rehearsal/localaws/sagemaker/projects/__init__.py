"""Projects of SageMaker: a template's resources, made by Service Catalog or from a template in S3."""

"""Projects: two repositories, two CodePipelines, a model registry between them; and the versions in the registry."""

"""What actions and rules really do, one file per provider. Each acts through boto3 with the action's or pipeline's
role."""

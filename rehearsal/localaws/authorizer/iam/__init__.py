"""AWS IAM where it differs from moto's: the policy simulator, and the permissions boundaries of users."""

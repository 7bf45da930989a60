"""Step Functions: moto's interpreter of the Amazon States Language, with what it lacks of AWS's integrations."""

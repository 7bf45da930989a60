"""CloudWatch alarms: their state follows the metric, their actions are taken, their history is kept."""

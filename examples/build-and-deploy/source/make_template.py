"""Writes the template that the next stage deploys."""

import json

topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Sub": "${AWS::StackName}-made"}}}
print(json.dumps({"Resources": {"Topic": topic}}))

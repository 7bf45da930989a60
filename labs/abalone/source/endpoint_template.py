"""The build that synthesises the endpoint's template: plain CloudFormation, written by a program. Standard library
alone.

``python3 endpoint_template.py PARAMETER > endpoint.template.json``. The name of the model is not in the template:
CloudFormation reads it from the parameter of Systems Manager at each deployment.
"""

import json
import sys


def template(parameter):
    """The template; ``parameter`` is where the model's name is recorded."""
    tags = [{"Key": "rehearsal:suffix", "Value": {"Ref": "SuffixID"}}]
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": {"Ref": "ModelName"},
        "InitialInstanceCount": 1,
        "InitialVariantWeight": 1,
        "InstanceType": {"Ref": "InstanceType"},
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Lab abalone: the endpoint of the newest model",
        "Parameters": {
            "SuffixID": {"Type": "String"},
            "InstanceType": {"Type": "String", "Default": "ml.m5.large"},
            "ModelName": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": parameter},
        },
        "Resources": {
            "EndpointConfig": {
                "Type": "AWS::SageMaker::EndpointConfig",
                "Properties": {"ProductionVariants": [variant], "Tags": tags},
            },
            "Endpoint": {
                "Type": "AWS::SageMaker::Endpoint",
                "Properties": {
                    "EndpointName": {"Fn::Sub": "lab-abalone-${SuffixID}"},
                    "EndpointConfigName": {"Fn::GetAtt": ["EndpointConfig", "EndpointConfigName"]},
                    "Tags": tags,
                },
            },
        },
        "Outputs": {"EndpointName": {"Value": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}}},
    }


if __name__ == "__main__":
    json.dump(template(sys.argv[1]), sys.stdout, indent=2)

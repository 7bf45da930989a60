// The endpoint of the newest model as a CDK application. `npm install && npm run synth` writes its template to cdk.out.
// The same two resources as endpoint_template.py, in the form that CDK gives them.
import { App, CfnParameter, CfnTag, Stack, StackProps, aws_sagemaker, aws_ssm } from "aws-cdk-lib";
import { Construct } from "constructs";

class ModelDeployStack extends Stack {
  constructor(scope: Construct, id: string, modelNameParameter: string, props?: StackProps) {
    super(scope, id, props);
    const suffix = new CfnParameter(this, "SuffixID", { type: "String" });
    const instanceType = new CfnParameter(this, "InstanceType", { type: "String", default: "ml.m5.large" });
    const tags: CfnTag[] = [{ key: "rehearsal:suffix", value: suffix.valueAsString }];
    const modelName = aws_ssm.StringParameter.valueForStringParameter(this, modelNameParameter);
    const config = new aws_sagemaker.CfnEndpointConfig(this, "EndpointConfig", {
      productionVariants: [
        {
          variantName: "AllTraffic",
          modelName,
          initialInstanceCount: 1,
          initialVariantWeight: 1,
          instanceType: instanceType.valueAsString,
        },
      ],
      tags,
    });
    new aws_sagemaker.CfnEndpoint(this, "Endpoint", {
      endpointName: `lab-abalone-${suffix.valueAsString}`,
      endpointConfigName: config.attrEndpointConfigName,
      tags,
    });
  }
}

const app = new App({ outdir: "cdk.out" });
new ModelDeployStack(app, "CdkModelDeployStack", app.node.tryGetContext("modelNameParameter") ?? "/lab-abalone/cdk/model-name", {
  description: "Lab abalone: the endpoint of the newest model, synthesised by CDK",
});
app.synth();

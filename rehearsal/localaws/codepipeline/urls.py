"""Where moto finds CodePipeline's API."""

from rehearsal.localaws.codepipeline.responses import CodePipelineApi

url_bases = [r"https?://codepipeline\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": CodePipelineApi.dispatch}

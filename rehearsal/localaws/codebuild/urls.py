"""Where moto finds CodeBuild's API."""

from rehearsal.localaws.codebuild.responses import CodeBuildApi

url_bases = [r"https?://codebuild\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": CodeBuildApi.dispatch}

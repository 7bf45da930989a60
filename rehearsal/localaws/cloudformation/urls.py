"""Where moto's dispatcher finds this service."""

from rehearsal.localaws.cloudformation.responses import CloudFormationApi

url_bases = [r"https?://cloudformation\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": CloudFormationApi.dispatch}

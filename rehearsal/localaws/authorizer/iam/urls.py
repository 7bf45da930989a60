"""Where IAM is served."""

from rehearsal.localaws.authorizer.iam.responses import IamApi

url_bases = [r"https?://iam\.(.*\.)?amazonaws\.com"]

url_paths = {"{0}/$": IamApi.dispatch}

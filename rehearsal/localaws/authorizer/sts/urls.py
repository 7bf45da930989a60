"""Where STS is served."""

from rehearsal.localaws.authorizer.sts.responses import StsApi

url_bases = [r"https?://sts\.(.*\.)?amazonaws\.com"]

url_paths = {"{0}/$": StsApi.dispatch}

"""Where moto finds CodeCommit's API."""

from rehearsal.localaws.codecommit.responses import CodeCommitApi

url_bases = [r"https?://codecommit\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": CodeCommitApi.dispatch}

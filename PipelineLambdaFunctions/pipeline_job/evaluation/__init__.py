"""Score a file of any size on an endpoint and measure the answers, in constant memory and as many calls as it takes.

``rows`` cuts the file into batches, ``scoring`` sends them, the metrics add up, ``gate`` judges, ``report`` tells.
"""

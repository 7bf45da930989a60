"""SageMaker's built-in XGBoost: ``python -m rehearsal.localaws.algorithms.xgboost train`` and ``... serve``.

The program keeps the contract of the service's image (folders, configuration files, hyperparameters, log lines, exit
codes, answers) around the same XGBoost release that the image 3.2-0 holds. It makes no AWS call: whoever starts it
lays the data out as files and takes the model as files.
"""

"""The services beside Batch, which moto answers for the most part (`moto.py`).

`sagemaker.py` answers for the training jobs of service jobs (`training_list.py` has the list of
them), `sts.py` decides who gets credentials, and `moto_gaps.py` has what moto lacks. `s3.py` and
`logs.py` keep moto's state on disk.
"""

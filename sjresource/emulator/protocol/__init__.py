"""What goes over the wire: HTTP, AWS's protocols, and users' JSON.

`http_messages.py` has requests and responses, `errors.py` AWS's error answers. `model.py` parses
and checks by botocore's model of Batch (`shapes.py`; `answer_types.py` for what is checked often),
`sagemaker_model.py` checks by that of SageMaker (`constraints.py` has the words in which it
refuses). `user_json.py` decodes all other JSON, `xml_text.py` escapes text for XML.
"""

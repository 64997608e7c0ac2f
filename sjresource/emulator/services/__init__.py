"""The services beside Batch, most of them moto's."""

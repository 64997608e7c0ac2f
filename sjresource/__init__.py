"""AWS Batch service jobs as resources of a Pulumi stack."""

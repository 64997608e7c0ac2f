"""The only door to AWS: settings, clients, and the calls that sjresource makes.

`settings` reads the stack's `aws:` config, by `config_values`, and `assumed_role` the roles in it.
`session` makes boto3's clients from it, `clients` hands them out by region and account. `calls`
makes one call and says what its failure means; on it stand `batch` (queues, environments, policies,
shares), `service_jobs`, `sagemaker` and `logs`, and `waiters` polls them. `arn`, `models` and
`payload` are what goes in and comes out.
"""

"""The only door to AWS: settings, clients, and the calls that sjresource makes."""

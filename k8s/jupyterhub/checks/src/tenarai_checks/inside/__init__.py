"""What runs within walls; knows nothing of namespaces, uids and limits."""

"""The public face: `Assistant`, its models, its runs and the command line."""

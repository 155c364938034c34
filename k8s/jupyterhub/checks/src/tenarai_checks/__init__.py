"""Runs the automatic checks of one submission: `python -m tenarai_checks JOBDIR`, one JSON object on standard output.

`inside` is what runs within walls, and knows nothing of how they were built: a process for the kernel, which runs
hostile code, and another for the checks, which asks the first for values and never believes it anything else. `sandbox`
builds the walls on this machine. On a cluster a job of the notebook image would start the same two processes.
"""

"""Walls on one machine: bubblewrap, a uid of their own for the processes, limits by the kernel."""

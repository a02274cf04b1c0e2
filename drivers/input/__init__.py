"""Keyboards of the kernel: which one is ours, and what its keys say."""

"""What is asked of this machine: powers of the user, programs, versions."""

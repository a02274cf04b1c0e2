"""The technician's side: each command of the command line, and the pages made from it."""

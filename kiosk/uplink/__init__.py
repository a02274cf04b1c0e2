"""The registry's side: questions and records over HTTP, and the documents that are kept of its word."""

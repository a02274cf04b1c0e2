"""The composition: settings, drivers, workers and loop put together, and taken apart again. The only room that names real drivers."""

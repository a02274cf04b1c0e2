"""The ground for everything that runs beside the loop: workers, their promises to be heard of, opening and opening again."""

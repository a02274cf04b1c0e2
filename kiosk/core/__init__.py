"""The rules of the door: pure code. No I/O, no clock, no thread; time and ids come in as arguments."""

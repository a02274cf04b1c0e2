"""The eyes: whatever decodes strangers' pictures, in a process of its own that has a camera and nothing else.

`here.py` looks at one camera in this process; `cell.py` does it in the other one and tells what it saw through `messages.py` and
`pictures.py`; `nursery.py` keeps that other process alive; `far.py` is the door's end of the line. Both ends are the port `Eyes`.
"""

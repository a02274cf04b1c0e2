"""From frame to texts: the motion gate, the order of the engines, what was already read. Pure: time comes in."""

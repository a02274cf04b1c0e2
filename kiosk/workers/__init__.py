"""The threads of a door, each with one blocking thing: camera, keys, scanner, sensors, board, questions."""

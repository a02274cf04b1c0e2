"""The eyes at work, in the process that may be lost: looks, and tells the door over the line, until the door hangs up.

It holds no key, no number and no file of the door's; the line is all it has. It must never outlive the door's end of it.
"""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import time
from collections.abc import Callable

from kiosk.errors import CameraLost, DriverBroken, DriverError
from kiosk.eyes import messages
from kiosk.eyes.here import LIVELY_S
from kiosk.eyes.messages import LONGEST_BYTES, Garbled, Heard, OpenCamera
from kiosk.eyes.pictures import PicturesOut
from kiosk.ports import Eyes, Seen

log = logging.getLogger(__name__)

FRAME_WAIT_S = 1.0
"""How long a frame is waited for before the door is asked whether it is still there."""
AFTER_A_LOSS_S = 0.2
"""A camera that fails at once, again and again, is asked five times a second and no more."""
LEAST_OFTEN_S = 1.0
"""While nothing happens the door hears so often that the eyes are there."""


def look_for(
    line: socket.socket, open_eyes: Callable[[OpenCamera], Eyes], slot_bytes: Callable[[OpenCamera], int]
) -> None:
    """Open the camera as the door says by its first message, and tell what is seen until the door hangs up. Never raises."""
    try:
        order = messages.of_the_door(line.recv(LONGEST_BYTES))
        if not isinstance(order, OpenCamera):
            raise Garbled("expected the door's order to open the camera")
        eyes = open_eyes(order)
    except DriverError as failure:
        _say(line, messages.failed(failure))
        return
    except (Garbled, OSError) as failure:
        log.error("the door was not understood: %s", failure)
        return
    except Exception as failure:
        log.exception("the camera could not be opened")
        _say(line, messages.failed(DriverBroken("camera", failure)))
        return
    with contextlib.closing(eyes):
        _tell(line, eyes, slot_bytes(order))


def _tell(line: socket.socket, eyes: Eyes, slot_bytes: int) -> None:
    pictures = PicturesOut(slot_bytes)
    try:
        socket.send_fds(line, [messages.opened(pictures.slots, slot_bytes)], [pictures.file])
        told_at, said = float("-inf"), False
        while _hear(line, eyes):
            try:
                seen = eyes.look(FRAME_WAIT_S)
            except CameraLost as failure:
                line.send(messages.failed(failure))
                time.sleep(AFTER_A_LOSS_S)
                continue
            if said or _is_news(seen, told_at):
                picture = None if seen.frame is None else pictures.put(seen.frame)
                line.send(messages.seen(seen, picture))
                # What was said has to be taken back by the next frame.
                told_at, said = seen.mono, bool(seen.readings or seen.guidance)
    except OSError:
        log.info("the door has hung up")
    except Garbled as failure:
        log.error("the door was not understood: %s", failure)
    except Exception as failure:
        log.exception("the eyes fail")
        _say(line, messages.failed(DriverBroken("reader", failure)))
    finally:
        pictures.close()


def _is_news(seen: Seen, told_at: float) -> bool:
    """Whether the door is told of this frame: each while somebody moves, and now and then that there is nothing."""
    return (
        seen.frame is not None
        or bool(seen.readings)
        or seen.guidance is not None
        or seen.mono - seen.moved_at < LIVELY_S
        or seen.mono - told_at >= LEAST_OFTEN_S
    )


def _hear(line: socket.socket, eyes: Eyes) -> bool:
    """Take what the door says, and return whether it is still there. Raises Garbled."""
    while select.select([line], [], [], 0)[0]:
        packet = line.recv(LONGEST_BYTES)
        if not packet:
            return False
        word = messages.of_the_door(packet)
        if isinstance(word, Heard):
            eyes.hear(is_open=word.is_open, read=word.read)
    return True


def _say(line: socket.socket, packet: bytes) -> None:
    with contextlib.suppress(OSError):
        line.send(packet)

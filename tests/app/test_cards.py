"""The national ID card as a way in: its barcode before the camera, the registry asked, the gate opened."""

import pytest

from kiosk.core.model import Colour, Direction, DoorKind, Via
from kiosk.ports import Symbology
from tests.app.house import House
from tests.reader.cards import bars

LINE = "IDKAZ0123456784{iin}<<<\n9001011M3001017KAZ<<<<<<<<<<<8\nAKHMETOV<<ASKAR<<<<<<<<<<<<<<<"


@pytest.mark.parametrize(
    "symbology,text",
    [(Symbology.CODE_128, "{iin}"), (Symbology.CODE_39, "{iin}"), (Symbology.PDF417, LINE)],
    ids=[Symbology.CODE_128, Symbology.CODE_39, Symbology.PDF417],
)
def test_a_visitor_comes_in_with_the_barcode_of_their_id_card(symbology, text, house, journal):
    iin, _ = house.somebody(Colour.GREEN)
    house.hold_up_card(bars(text.format(iin=iin), symbology))
    shown = house.next_shown()
    assert (shown.via, shown.colour, shown.outcome, shown.opened) == (
        Via.CAMERA, Colour.GREEN, "admitted", True,
    )  # fmt: skip
    assert house.gate.orders == [Direction.ENTRY]
    house.delivered()
    assert iin not in journal.text


def test_a_shop_s_barcode_opens_no_exit(tmp_path, registry, clock):
    with House(tmp_path, registry, clock, kind=DoorKind.EXIT) as house:
        house.ready()
        house.hold_up_card(bars("4006381333931", Symbology.CODE_128))
        house.idle()
        assert not house.witness.shown
        assert not house.gate.orders

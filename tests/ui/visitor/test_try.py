import threading, pytest
from tests.support.screens import *
from tests.support.desks import PIN
from kiosk.usecases.visitor import VisitorDesk
async def test_exit_with_keys_behind(clinic) -> None:
    for i in range(6):
        async with at_kiosk(clinic) as v:
            await v.keys("m")
            await v.type(PIN, "enter")
            await v.sends("x", *"xyzab"[:i])
            await v.settle()
        print(i, v.app.crashed, v.app.return_code)

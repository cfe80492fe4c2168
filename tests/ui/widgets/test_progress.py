"""How far a long piece of work is."""

from textual.app import App, ComposeResult

from kiosk.ui.widgets.progress import Progress


class Frame(App[None]):
    """The bar alone on a screen."""

    def compose(self) -> ComposeResult:
        yield Progress()


async def test_the_bar_fills_as_work_is_done() -> None:
    app = Frame()
    async with app.run_test(size=(60, 5)):
        bar = app.query_one(Progress)

        def shown() -> list[str]:
            return str(bar.content).split("\n")

        bar.show("Gathering", 0, 0)
        assert shown() == ["░" * 40, "Gathering"]
        bar.show("Writing", 2_500, 10_000)
        assert shown() == ["█" * 10 + "░" * 30, "Writing 2,500 of 10,000"]
        bar.show("Written:", 7, 7)
        assert shown() == ["█" * 40, "Written: 7 of 7"]

"""What belongs to a widget that is being taken away, and so can break nothing any more.

Textual takes the children of a screen away first and ends its workers only after that, so what
goes on after an await meanwhile finds a screen without its widgets.
"""

from textual._context import active_message_pump
from textual.widget import Widget
from textual.worker import WorkerFailed, active_worker


def is_gone(node: object) -> bool:
    """Say whether `node` is a widget that has been taken away, or is being taken away now."""
    return isinstance(node, Widget) and (node._pruning or node._closing or not node.is_attached)


def came_late(error: Exception) -> bool:
    """Say whether `error`, which is being handled now, came out of something that is gone."""
    if not isinstance(error, WorkerFailed):
        return is_gone(active_message_pump.get(None))
    worker = active_worker.get(None)
    return worker is not None and is_gone(worker.node)

"""Rules of callback requests: their state, their actions, and when to call."""

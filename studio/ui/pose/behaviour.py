"""Toggles of what moves together and what moves by itself."""

from __future__ import annotations

from dataclasses import replace

from studio.session.session import Session


def change_behaviour(session: Session, label: str, **values: bool) -> None:
    """Change fields of ``Behaviour`` as one step."""
    session.change(label, behaviour=replace(session.state.behaviour, **values))

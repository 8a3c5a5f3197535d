"""The viewport: the avatar's picture, turned by mouse and keyboard."""

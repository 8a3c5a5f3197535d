"""How quick the window is: it is driven by script as by mouse and watched while it works."""

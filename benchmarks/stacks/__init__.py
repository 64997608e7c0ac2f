"""An emulator, a stack in front of it, and the programs that are compared."""

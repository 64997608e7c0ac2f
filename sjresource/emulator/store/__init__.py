"""What the emulator keeps."""

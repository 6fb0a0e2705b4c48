"""The door to libavformat (PyAV) and what is read from containers: packets, times, parameter sets."""

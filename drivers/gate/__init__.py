"""The gate and the physics of its coil."""

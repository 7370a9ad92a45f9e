// Exists so that the precompiled headers have a target to be built by.

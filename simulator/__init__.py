"""Things that are not there: fakes that obey the physics of the real ones, and a camera simulator (lens/)."""

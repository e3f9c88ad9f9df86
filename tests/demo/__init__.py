"""The bundled demo news site: eight made-up outlets on loopback, with the right answer for every page."""

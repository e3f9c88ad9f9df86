"""The demo outlets' site profiles, with the port filled in."""

from __future__ import annotations

from pathlib import Path

TEMPLATES = Path(__file__).parent / "sites"


def write_profiles(folder: Path, port: int) -> list[Path]:
    """Writes one TOML file an outlet into `folder`; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for template in sorted(TEMPLATES.glob("*.toml")):
        file = folder / template.name
        file.write_text(template.read_text(encoding="utf-8").replace("{port}", str(port)), encoding="utf-8")
        written.append(file)
    return written

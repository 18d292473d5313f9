# SPDX-License-Identifier: GPL-2.0-only
"""Every module of the firmware is needed: if one is missing, the image does not link.

The linker drops a module that nothing calls, without a message, and its function
would be missing on the air.
"""

import os
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
FW = HERE.parent
OUT = pathlib.Path(os.environ.get("FW_O", FW.parent / "build" / "fw"))
MODULES = sorted(path.name for path in FW.glob("*.c"))


@pytest.fixture(name="objects", scope="module")
def fixture_objects(tmp_path_factory):
    """A place of its own with all objects."""
    place = tmp_path_factory.mktemp("modules")
    for path in OUT.glob("*.o"):
        shutil.copy2(path, place)
    return place


def build(place, modules):
    """Link an image of these modules alone; the finished process."""
    for name in ("skua.elf", "skua.fw"):
        (place / name).unlink(missing_ok=True)
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES")}
    return subprocess.run(["make", "-C", FW, f"O={place}", f"C_SRCS={' '.join(modules)}"],
                          capture_output=True, text=True, timeout=60, check=False, env=env)


def test_all_modules_make_an_image(objects):
    """The same way of building, with nothing left out, works."""
    result = build(objects, MODULES)
    assert result.returncode == 0, result.stdout + result.stderr
    assert (objects / "skua.fw").read_bytes() == (OUT / "skua.fw").read_bytes()


@pytest.mark.parametrize("missing", MODULES)
def test_no_image_without(missing, objects):
    """The linker reports that the symbols of the module are missing."""
    result = build(objects, [name for name in MODULES if name != missing])
    assert result.returncode != 0, f"nothing needs {missing}"
    assert "undefined reference" in result.stderr, result.stderr
    assert not (objects / "skua.fw").exists()

# SPDX-License-Identifier: GPL-2.0-only
"""The check on layers fails for each kind of violation, in words that tell where."""

import os
import subprocess
import sys

import pytest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "scripts/ci"))

import layers  # noqa: E402  (after the path)

DECLARATION = """
sources **/*.[ch]
shared abi.h
layer low: low/*
	header low/low.h
layer high: high/* main.c
	header high/high.h
	uses low
"""

FILES = {
    "abi.h": "",
    "low/low.h": "int low(void);\n",
    "low/inner.h": "int inner(void);\n",
    "low/low.c": '#include "low.h"\n#include "inner.h"\nint low(void) { return inner(); }\n',
    "low/inner.c": '#include "inner.h"\nint inner(void) { return 1; }\n',
    "high/high.h": "int high(void);\n",
    "high/high.c": '#include "high.h"\n#include "low/low.h"\nint high(void) { return low(); }\n',
    "main.c": '#include "abi.h"\n#include "high/high.h"\nint main(void) { return high(); }\n',
}


class Source:
    """A small program in two layers"""

    def __init__(self, path):
        self.root, self.objects = path / "src", path / "obj"
        self.declaration = DECLARATION
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name, text):
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text, encoding="utf-8")

    def compile(self):
        for path in self.root.glob("**/*.c"):
            obj = self.objects / path.relative_to(self.root).with_suffix(".o")
            obj.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cc", "-w", "-O0", "-I", self.root, "-c", "-o", obj, path], check=True)

    def faults(self):
        self.compile()
        decl = layers.Declaration(self.declaration)
        return layers.Check(decl, layers.Tree(decl, self.root, self.objects), "src").run()


@pytest.fixture(name="src")
def fixture_src(tmp_path):
    return Source(tmp_path)


def test_a_tree_that_keeps_its_layers(src):
    assert src.faults() == []


def test_include_upwards(src):
    src.write("low/inner.c", '#include "high/high.h"\nint inner(void) { return 1; }\n')
    assert "src/low/inner.c includes high/high.h: low may not use high" in src.faults()


def test_include_from_a_header(src):
    src.write("low/low.h", '#include "../high/high.h"\nint low(void);\n')
    assert "src/low/low.h includes high/high.h: low may not use high" in src.faults()


def test_include_of_an_inner_header(src):
    src.write("high/high.c", '#include "low/inner.h"\nint low(void);\n'
              "int high(void) { return low(); }\n")
    assert src.faults() == [
        "src/high/high.c includes low/inner.h: other layers may include only src/low/low.h of low"]


def test_include_of_a_layer_that_names_no_header(src):
    src.declaration = src.declaration.replace("\theader low/low.h\n", "")
    assert src.faults() == [
        "src/high/high.c includes low/low.h: other layers may include no header of low"]


def test_include_of_a_file_without_layer(src):
    src.write("low/inner.c", '#include "../../else.h"\nint inner(void) { return 1; }\n')
    (src.root / "../else.h").write_text("", encoding="utf-8")
    assert src.faults() == [
        "src/low/inner.c includes ../else.h: else.h belongs to no layer and is not shared"]


def test_call_upwards_without_an_include(src):
    src.write("low/inner.c", "int high(void);\nint inner(void) { return (long)&high; }\n")
    faults = src.faults()
    assert "src/low/inner.c calls high() of src/high/high.c: low may not use high" in faults


def test_call_from_a_shared_file(src):
    src.write("abi.c", "int low(void);\nint abi(void) { return low(); }\n")
    src.declaration = src.declaration.replace("shared abi.h", "shared abi.*")
    assert src.faults() == ["src/abi.c calls low() of src/low/low.c: it is shared"]


def test_layer_that_is_not_named(src):
    src.declaration = src.declaration.replace("\tuses low\n", "")
    assert "src/high/high.c includes low/low.h: high may not use low" in src.faults()


def test_circle(src):
    src.write("low/inner.c", "int low(void);\nint inner(void) { return (long)&low; }\n")
    assert src.faults() == [
        "a circle that is not declared: low/inner.c, low/low.c\n"
        "    src/low/inner.c calls low() of src/low/low.c\n"
        "    src/low/low.c calls inner() of src/low/inner.c"]


def test_circle_that_is_declared(src):
    src.write("low/inner.c", "int low(void);\nint inner(void) { return (long)&low; }\n")
    src.declaration += "circle low/inner.c low/low.c\n\tbecause they recurse\n"
    assert src.faults() == []


def test_circle_that_has_gone(src):
    src.declaration += "circle low/inner.c low/low.c\n\tbecause they recurse\n"
    assert src.faults() == ["no longer a circle, take the statement out: low/inner.c low/low.c"]


def test_headers_that_include_each_other(src):
    src.write("low/low.h", '#ifndef LOW\n#define LOW\n#include "inner.h"\n#endif\n')
    src.write("low/inner.h", '#ifndef INNER\n#define INNER\n#include "low.h"\n#endif\n')
    assert src.faults() == ["headers include each other: low/inner.h, low/low.h"]


@pytest.mark.parametrize("kind,what", [("include", "high/high.h"), ("call", "high/high.c")])
def test_exception(src, kind, what):
    src.write("low/inner.c", '#include "high/high.h"\nint inner(void) { return 1; }\n'
              if kind == "include" else
              "int high(void);\nint inner(void) { return (long)&high; }\n"
              "int low(void) { return 0; }\n")
    if kind == "call":
        src.write("low/low.c", "")
    src.declaration += f"except {kind} low/inner.c {what}\n\tbecause it is on its way\n"
    assert [f for f in src.faults() if "circle" not in f] == []


def test_exception_that_nobody_needs(src):
    src.declaration += "except call low/* high/*\n\tbecause it was on its way\n"
    assert src.faults() == ["no longer needed, take it out: except call low/* high/*"]


def test_permission_that_nobody_needs(src):
    src.write("high/high.c", "int high(void) { return 1; }\n")
    assert src.faults() == ["layer high does not use low, take it out"]


def test_file_without_layer(src):
    src.write("else/else.c", "")
    assert src.faults() == ["src/else/else.c is in no layer"]


def test_file_without_object(src):
    src.compile()
    os.remove(src.objects / "low/inner.o")
    decl = layers.Declaration(src.declaration)
    faults = layers.Check(decl, layers.Tree(decl, src.root, src.objects), "src").run()
    assert "src/low/inner.c has no object: build it first" in faults


@pytest.mark.parametrize("text,words", [
    ("layer a: a/*\n\tuses b\nlayer b: b/*\n", "a uses b, which is not below it"),
    ("layer a: a/*\n\theader x.h\n\theader y.h\n", "a has more than one header"),
    ("circle a.c b.c\n", "has no reason"),
    ("except call a.c b.c\n", "has no reason"),
    ("except jump a.c b.c\n", "neither include nor call"),
    ("floor a\n", "unknown statement floor"),
])
def test_declaration_that_makes_no_sense(text, words):
    with pytest.raises(layers.DeclarationError, match=words):
        layers.Declaration(text)


def test_command(src, tmp_path):
    """The status, and that the faults are shown."""
    src.write("low/inner.c", '#include "high/high.h"\nint inner(void) { return 1; }\n')
    src.compile()
    decl = tmp_path / "layers.txt"
    decl.write_text(src.declaration, encoding="utf-8")
    run = [sys.executable, os.path.join(TOP, "scripts/ci/layers.py"), decl, src.root, src.objects]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "low may not use high" in done.stdout
    src.write("low/inner.c", FILES["low/inner.c"])
    assert subprocess.run(run, check=False).returncode == 0

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checks that each source file uses only the layers below its own.

    layers.py DECLARATION ROOT OBJECTS

DECLARATION is a text file. A line that is indented belongs to the statement
above it; "#" begins a comment. Paths and patterns are relative to ROOT.

    sources PATTERN...      the files that have to belong to a layer
    shared PATTERN...       files that belong to no layer: each layer may include and call
                            them, and they call none
    layer NAME: PATTERN...  a layer, the lowest one first
        header FILE             the one header that other layers may include
        uses NAME...            the layers that it may use, all named before
    circle FILE FILE...     files that need each other, and why they may
        because REASON
    except include|call FILE PATTERN
                            a known violation, to be removed
        because REASON

OBJECTS has an object file for each .c file, at the same relative path. The
references of a file are read from the symbols of its object, so the objects have
to be built before. Statements that are no longer needed are faults, too.
"""

import fnmatch
import os
import pathlib
import re
import subprocess
import sys

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.M)


class DeclarationError(Exception):
    """The declaration cannot be read."""


class Layer:
    def __init__(self, name, patterns, below):
        self.name = name
        self.patterns = patterns
        self.below = below      # names of all layers that were declared before
        self.header = None
        self.uses = []

    def holds(self, path):
        return any(fnmatch.fnmatch(path, p) for p in self.patterns)


class Circle:
    def __init__(self, files):
        self.files = frozenset(files)
        self.reason = ""


class Exemption:
    def __init__(self, kind, who, what):
        self.kind, self.who, self.what = kind, who, what
        self.reason = ""
        self.used = False

    def covers(self, kind, who, what):
        if (kind == self.kind and fnmatch.fnmatch(who, self.who)
                and fnmatch.fnmatch(what, self.what)):
            self.used = True
            return True
        return False


class Declaration:
    def __init__(self, text):
        self.sources, self.shared = [], []
        self.layers, self.circles, self.exempt = [], [], []
        last = None
        for number, line in enumerate(text.splitlines(), 1):
            line = line.split("#", 1)[0].rstrip()
            if not line:
                continue
            try:
                if line[0].isspace():
                    self.detail(last, line.split())
                else:
                    last = self.statement(line.split())
            except (DeclarationError, ValueError) as err:
                raise DeclarationError(f"line {number}: {err}") from err
        for what in self.circles + self.exempt:
            if not what.reason:
                raise DeclarationError("a circle or an exception has no reason (because ...)")

    def layer(self, name):
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise DeclarationError(f"{name} is no layer that was named before")

    def statement(self, words):
        key, rest = words[0], words[1:]
        if key == "sources":
            self.sources += rest
            return None
        if key == "shared":
            self.shared += rest
            return None
        if key == "layer":
            below = [layer.name for layer in self.layers]
            self.layers.append(Layer(rest[0].rstrip(":"), rest[1:], below))
            return self.layers[-1]
        if key == "circle":
            self.circles.append(Circle(rest))
            return self.circles[-1]
        if key == "except":
            kind, who, what = rest
            if kind not in ("include", "call"):
                raise DeclarationError(f"except {kind}: neither include nor call")
            self.exempt.append(Exemption(kind, who, what))
            return self.exempt[-1]
        raise DeclarationError(f"unknown statement {key}")

    def detail(self, last, words):
        key, rest = words[0], words[1:]
        if isinstance(last, Layer) and key == "header":
            if last.header or len(rest) != 1:
                raise DeclarationError(f"{last.name} has more than one header")
            last.header = rest[0]
        elif isinstance(last, Layer) and key == "uses":
            for name in rest:
                if name not in last.below:
                    raise DeclarationError(
                        f"{last.name} uses {name}, which is not below it")
                last.uses.append(name)
        elif isinstance(last, (Circle, Exemption)):
            last.reason += " ".join(words[1:] if key == "because" else words) + " "
        else:
            raise DeclarationError(f"{key} does not belong here")


def circles(edges):
    """Sets of nodes that reach each other; @edges: node -> nodes"""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for peer in sorted(edges.get(node, ())):
            if peer not in index:
                visit(peer)
                low[node] = min(low[node], low[peer])
            elif peer in stack:
                low[node] = min(low[node], index[peer])
        if low[node] == index[node]:
            at = stack.index(node)
            if len(stack) - at > 1:
                found.append(frozenset(stack[at:]))
            del stack[at:]

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found


class Tree:
    """Files, with the files and symbols that each includes and refers to."""

    def __init__(self, decl, root, objects):
        self.root = pathlib.Path(root)
        self.files = sorted({p.relative_to(self.root).as_posix() for pattern in decl.sources
                             for p in self.root.glob(pattern)})
        self.missing = []
        self.symbols = self.read_symbols(pathlib.Path(objects))

    def includes(self, path):
        """The files that @path includes, relative to the root."""
        text = (self.root / path).read_text(encoding="utf-8")
        for name in INCLUDE.findall(text):
            for base in (os.path.dirname(path), "", ".."):
                found = os.path.normpath(os.path.join(base, name))
                if (self.root / found).is_file():
                    yield found
                    break
            else:
                yield name

    def read_symbols(self, objects):
        """file -> (defined symbols and how another file uses them, undefined ones)"""
        symbols = {}
        for path in self.files:
            if not path.endswith(".c"):
                continue
            obj = objects / (path[:-2] + ".o")
            if not obj.is_file():
                self.missing.append(path)
                continue
            out = subprocess.run(["nm", "-g", "-P", obj], capture_output=True, text=True,
                                 check=True).stdout
            defined, undefined = {}, set()
            for line in out.splitlines():
                name, kind = line.split()[:2]
                if kind in "Uvw":
                    undefined.add(name)
                else:
                    defined[name] = f"calls {name}()" if kind in "TW" else f"uses {name}"
            symbols[path] = defined, undefined
        return symbols

    def references(self):
        """file -> {other file: how it uses it}"""
        home = {name: path for path, (defined, _) in self.symbols.items() for name in defined}
        refs = {}
        for path, (_, undefined) in self.symbols.items():
            mine = refs.setdefault(path, {})
            for name in sorted(undefined):
                if home.get(name, path) != path:
                    peer = home[name]
                    mine.setdefault(peer, []).append(self.symbols[peer][0][name])
        return refs


class Check:
    def __init__(self, decl, tree, prefix):
        self.decl, self.tree, self.prefix = decl, tree, prefix
        self.faults = []
        self.needed = set()     # pairs of layers

    def fault(self, text):
        if text not in self.faults:
            self.faults.append(text)

    def full(self, path):
        return os.path.normpath(os.path.join(self.prefix, path))

    def layer_of(self, path):
        if self.shared(path):
            return None
        for layer in self.decl.layers:
            if layer.holds(path):
                return layer
        return None

    def shared(self, path):
        return any(fnmatch.fnmatch(path, p) for p in self.decl.shared)

    def exempt(self, kind, who, what):
        return any([e.covers(kind, who, what) for e in self.decl.exempt])

    def may(self, mine, other):
        self.needed.add((mine.name, other.name))
        return mine is other or other.name in mine.uses

    def check_files(self):
        for path in self.tree.files:
            owners = [layer.name for layer in self.decl.layers if layer.holds(path)]
            if self.shared(path):
                continue
            if len(owners) != 1:
                where = "is in the layers " + ", ".join(owners) if owners else "is in no layer"
                self.fault(f"{self.full(path)} {where}")
        for path in self.tree.missing:
            self.fault(f"{self.full(path)} has no object: build it first")
        for layer in self.decl.layers:
            if layer.header and layer.header not in self.tree.files:
                self.fault(f"layer {layer.name}: {self.full(layer.header)} does not exist")
            if not any(layer.holds(path) for path in self.tree.files):
                self.fault(f"layer {layer.name} has no file")

    def check_include(self, path, mine, header):
        if self.shared(header):
            return
        other = self.layer_of(header)
        if other is None:
            text = f"{self.full(header)} belongs to no layer and is not shared"
        elif not self.may(mine, other):
            text = f"{mine.name} may not use {other.name}"
        elif mine is not other and header != other.header:
            only = f"only {self.full(other.header)}" if other.header else "no header"
            text = f"other layers may include {only} of {other.name}"
        else:
            return
        if not self.exempt("include", path, header):
            self.fault(f"{self.full(path)} includes {header}: {text}")

    def check_includes(self):
        edges = {}
        for path in self.tree.files:
            mine = self.layer_of(path)
            if mine is None:
                continue
            edges[path] = set(self.tree.includes(path))
            for header in sorted(edges[path]):
                self.check_include(path, mine, header)
        for circle in circles(edges):
            self.fault("headers include each other: " + ", ".join(sorted(circle)))

    def check_references(self):
        refs = self.tree.references()
        for path, peers in sorted(refs.items()):
            mine = self.layer_of(path)
            for peer, how in sorted(peers.items()):
                other = self.layer_of(peer)
                if self.shared(path) and not self.shared(peer):
                    self.fault(f"{self.full(path)} {how[0]} of {self.full(peer)}: it is shared")
                if mine is None or other is None or self.may(mine, other):
                    continue
                if self.exempt("call", path, peer):
                    continue
                self.fault(f"{self.full(path)} {how[0]} of {self.full(peer)}: "
                           f"{mine.name} may not use {other.name}")
        self.check_circles(refs)

    def check_circles(self, refs):
        found = circles(refs)
        declared = [circle.files for circle in self.decl.circles]
        for circle in found:
            if circle in declared:
                continue
            lines = [f"{self.full(a)} {refs[a][b][0]} of {self.full(b)}"
                     for a in sorted(circle) for b in sorted(refs[a]) if b in circle]
            self.fault("a circle that is not declared: " + ", ".join(sorted(circle))
                       + "".join("\n    " + line for line in lines))
        for circle in declared:
            if circle not in found:
                self.fault("no longer a circle, take the statement out: "
                           + " ".join(sorted(circle)))

    def check_needed(self):
        for exempt in self.decl.exempt:
            if not exempt.used:
                self.fault(f"no longer needed, take it out: except {exempt.kind} "
                           f"{exempt.who} {exempt.what}")
        for layer in self.decl.layers:
            for name in layer.uses:
                if (layer.name, name) not in self.needed:
                    self.fault(f"layer {layer.name} does not use {name}, take it out")

    def run(self):
        self.check_files()
        self.check_includes()
        self.check_references()
        self.check_needed()
        return self.faults


def main(argv):
    if len(argv) != 4:
        print(__doc__)
        return 2
    try:
        decl = Declaration(pathlib.Path(argv[1]).read_text(encoding="utf-8"))
    except DeclarationError as err:
        print(f"{argv[1]}: {err}")
        return 1
    faults = Check(decl, Tree(decl, argv[2], argv[3]), argv[2]).run()
    for text in faults:
        print(text)
    if faults:
        print(f"{argv[1]} has the layers; {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checks that the documents describe the code correctly.

    doc_tables.py [TOP]

The tables of docs/nic.rst (registers, commands, errors, events, faults, control
socket) are compared with hw.h, with the firmware's return values, and with the
NIC; the tables of files with the files; the names that any document uses
(files, functions, constants, counters, tracepoints, make targets) with the
sources. Each fault is one line on standard output.
"""

import functools
import os
import pathlib
import re
import sys

import layers

BORDER = re.compile(r" *=+( +=+)+ *$")
LITERAL = re.compile(r"``([^`\n]+)``")
CLAUSE = re.compile(r"^([KXARPMVTSD]\d+)$", re.M)
# Each command can answer these, so the table does not repeat them.
COMMON_ERRORS = {"INVALID", "UNSUPPORTED", "DMA"}
# Errors of the tables engine for an entry that the firmware has checked:
# two stations of one address, no memory in the NIC, a channel never tuned to, frames
# with numbers of their own.
ENGINE_ERRORS = {
    "STA_ADD": ("sta_write", {"EXISTS", "NO_SPACE"}),
    "STA_SEQ": ("seq_check", {"STATE"}),
    "KEY_SET": ("key_write", {"NO_SPACE"}),
    "BA": ("rx_write", {"NO_SPACE"}),
    "SURVEY": ("survey_read", {"NO_ENTRY"}),
}
SOURCES = ("*.[ch]", "hw/*.h", "Kbuild", "Kconfig", "Makefile", "fw/*.[chS]", "fw/*.py", "fw/*.ld",
           "fw/Makefile", "device/**/*.[ch]", "device/Makefile", "scripts/**/*.py",
           "scripts/**/*.sh", "scripts/vm", "scripts/config/*", "tests/**/*.[ch]", "tests/**/*.py")


def table(text, title, column):
    """Rows of the simple table below the heading @title whose head begins with @column."""
    at = re.search(rf"^{re.escape(title)}\n([=\-]+)\n", text, re.M)
    if not at:
        return []
    lines = text[at.end():].splitlines() + [""]
    for i, line in enumerate(lines):
        if BORDER.match(line) and lines[i + 1].lstrip().startswith(column):
            break
    else:
        return []
    spans = [m.span() for m in re.finditer(r"=+", line)]
    starts = [a for a, _ in spans]
    ends = starts[1:] + [None]
    rows = []
    for line in lines[i + 3:]:
        if BORDER.match(line):
            break
        cells = [line[a:b].strip() for a, b in zip(starts, ends)]
        if cells[0]:
            rows.append(cells)
        elif rows:
            rows[-1] = [" ".join(filter(None, pair)) for pair in zip(rows[-1], cells)]
    return rows


def names(cell):
    """The literals of a cell"""
    return LITERAL.findall(cell)


@functools.lru_cache(maxsize=None)
def words_of(text):
    return frozenset(re.findall(r"[A-Za-z_]\w*", text))


@functools.lru_cache(maxsize=None)
def types_of(text):
    return frozenset(re.findall(r"^((?:struct|enum) \w+) {", text, re.M))


class Source:
    """The tree, and queries of the checks"""

    def __init__(self, top):
        self.top = pathlib.Path(top)
        self.texts = {}
        for pattern in SOURCES:
            for path in self.top.glob(pattern):
                name = path.relative_to(self.top).as_posix()
                if path.is_file() and not name.startswith(("build", "fw/build", "tests/ci")):
                    self.texts[name] = path.read_text(encoding="utf-8", errors="replace")
        self.files = {name for top, folders, files in os.walk(self.top)
                      if not self.skip(folders) for name in files}
        self.types = set().union(*map(types_of, self.texts.values()))
        self.words = set().union(*map(words_of, self.texts.values()))
        self.hw = "\n".join(text for name, text in sorted(self.texts.items())
                            if name == "hw.h" or name.startswith("hw/"))
        self.docs = {path.relative_to(self.top).as_posix(): path.read_text(encoding="utf-8")
                     for path in [*sorted(self.top.glob("docs/*.rst")), self.top / "README.md",
                                  self.top / "fw/README.md"]}

    @staticmethod
    def skip(folders):
        """Leaves build directories and git's own directories out."""
        folders[:] = [f for f in folders if f != "build" and not f.startswith(".")]

    def matching(self, pattern):
        return {name: text for name, text in self.texts.items() if re.match(pattern, name)}

    def enum(self, name, prefix):
        """member without @prefix -> value"""
        body = re.search(rf"enum {name} {{(.*?)}};", self.hw, re.S)[1]
        return {key: int(value, 0)
                for key, value in re.findall(rf"{prefix}(\w+)\s*=\s*(\w+)", body)}

    def enum_doc(self, name, prefix):
        """member without @prefix -> its kernel-doc"""
        doc = re.search(rf"/\*\*\n \* enum {name} (.*?)\*/", self.hw, re.S)[1]
        doc = re.sub(r"\n \*\s+", " ", doc)
        return dict(re.findall(rf"@{prefix}(\w+): (.*?)(?= @|\n|$)", doc))


class Check:
    def __init__(self, top):
        self.source = Source(top)
        self.nic = self.source.docs.get("docs/nic.rst", "")
        self.faults = []

    def fault(self, where, text):
        self.faults.append(f"{where}: {text}")

    def same(self, what, doc, code, where="docs/nic.rst"):
        """Compares two dictionaries; @doc may be None where the table is missing."""
        for key in sorted(set(doc) | set(code)):
            if key not in doc:
                self.fault(where, f"{what} {key} is missing")
            elif key not in code:
                self.fault(where, f"{what} {key} does not exist")
            elif doc[key] != code[key]:
                self.fault(where, f"{what} {key}: says {doc[key]}, the code {code[key]}")

    # Tables of the interface

    def check_registers(self):
        code = {}
        for name, value, access in re.findall(
                r"^#define SKUA_REG_(\w+(?:\(ring\))?)\s+(\(?0x.*?)\s*/\* (RO|WO|RW)\b",
                self.source.hw, re.M):
            value = re.sub(r"\((0x\w+) \+ 4 \* \(ring\)\)", r"\1 + 4n", value)
            value = re.sub(r"0x0*(\w+)", lambda m: hex(int(m[1], 16)), value)
            code[name.replace("(ring)", "(n)")] = f"{value} {access}"
        doc = {}
        for cells in table(self.nic, "Registers", "Offset"):
            value = re.sub(r"0x0*(\w+)", lambda m: hex(int(m[1], 16)), cells[0])
            doc[names(cells[1])[0]] = f"{value} {cells[2]}"
        self.same("register", doc, code)

    def handlers(self):
        """command -> (its structure, function of the firmware)"""
        cmd = self.source.texts.get("fw/cmd.c", "")
        found = {}
        for entry in re.findall(r"{ (SKUA_CMD_\w+,.*?) }", cmd, re.S):
            size = re.search(r"sizeof\(struct (\w+)\)", entry)
            handler = re.split(r"[,\s]+", entry.strip())[-1]
            found[entry.split(",")[0][len("SKUA_CMD_"):]] = (
                size[1] if size else "", None if "OPF_NEVER" in entry else handler)
        return found

    def statuses(self):
        """function of the firmware that returns a status -> the errors of its own and those
        that it calls"""
        own, calls = {}, {}
        for text in self.source.matching(r"fw/\w+\.c$").values():
            for name, body in re.findall(r"^(?:static )?u16 (\w+)\([^;{]*\)\n{\n(.*?)^}", text,
                                         re.S | re.M):
                own[name] = set(re.findall(r"\bSKUA_ST_(\w+)", body)) - {"OK"}
                calls[name] = set(re.findall(r"\b(\w+)\(", body))
        changed = True
        while changed:
            changed = False
            for name, found in own.items():
                more = set().union(*(own[c] for c in calls[name] if c in own)) - found
                found |= more
                changed |= bool(more)
        return own

    def check_commands(self):
        ids = self.source.enum("skua_cmd_op", "SKUA_CMD_")
        handlers, statuses = self.handlers(), self.statuses()
        code = {name: hex(value) for name, value in ids.items()}
        rows = {name: cells for cells in table(self.nic, "Commands", "Id")
                for name in names(cells[1])}
        self.same("command", {n: hex(int(c[0], 16)) for n, c in rows.items()}, code)
        for name in sorted(set(ids) - set(handlers)):
            self.fault("fw/cmd.c", f"knows no command {name}")
        self.same("structure of", {n: "".join(names(c[2])) for n, c in rows.items()},
                  {n: handlers.get(n, ("", None))[0] for n in rows})
        errors = {}
        for name in rows:
            handler = handlers.get(name, ("", None))[1]
            found = statuses.get(handler, set()) | ENGINE_ERRORS.get(name, (0, set()))[1]
            errors[name] = sorted(found - COMMON_ERRORS)
        statuses = self.source.enum("skua_status", "SKUA_ST_")
        self.same("errors of", {n: sorted(set(names(c[4])) & set(statuses))
                                for n, c in rows.items()}, errors)
        self.check_engine_errors()

    def check_engine_errors(self):
        text = "\n".join(self.source.matching(r"device/(mac/|mac_).*\.c$").values())
        for name, (function, errors) in ENGINE_ERRORS.items():
            body = re.search(rf"^(?:static )?enum skua_status {function}\(.*?^}}", text,
                             re.S | re.M)
            for error in sorted(errors):
                if not body or f"SKUA_ST_{error}" not in body[0]:
                    self.fault("scripts/ci/doc_tables.py",
                               f"{name}: {function}() of the NIC does not return {error}")

    def check_structures(self):
        """hw.h names the structure that the firmware expects"""
        docs = self.source.enum_doc("skua_cmd_op", "SKUA_CMD_")
        for name, (structure, handler) in self.handlers().items():
            said = re.search(r"struct (skua_cmd_\w+)", docs.get(name, ""))
            if handler and (said[1] if said else "") != structure:
                self.fault("hw/cmd.h", f"SKUA_CMD_{name}: says "
                           f"{said[1] if said else 'no structure'}, fw/cmd.c "
                           f"{structure or 'none'}")

    def check_errors(self):
        code = {name: str(value) for name, value in
                self.source.enum("skua_status", "SKUA_ST_").items()}
        rows = table(self.nic, "Commands", "Status")
        self.same("status", {names(c[1])[0]: c[0] for c in rows}, code)
        driver = "\n".join(self.source.matching(r"\w+\.c$").values())
        errno = dict(re.findall(r"\[SKUA_ST_(\w+)\]\s*=\s*{ (-\w+),", driver))
        errno["OK"] = "0"
        self.same("errno of", {names(c[1])[0]: c[2] for c in rows}, errno)

    def check_events(self):
        for title, enum, prefix in (("Events", "skua_evt_id", "SKUA_EVT_"),
                                    ("In-band events", "skua_inband_id", "SKUA_INB_")):
            rows = table(self.nic, title, "Id")
            code = {n: str(v) for n, v in self.source.enum(enum, prefix).items()}
            self.same("event", {names(c[1])[0]: c[0] for c in rows}, code)
            if title != "Events":
                continue
            said = self.source.enum_doc(enum, prefix)
            doc = {names(c[1])[0]: "".join(names(c[2])) for c in rows}
            self.same("structure of", doc, {
                n: (re.match(r"struct (skua_evt_\w+)", said.get(n, "")) or ["", ""])[1]
                for n in doc})

    def check_boot_errors(self):
        code = {n: str(v) for n, v in self.source.enum("skua_boot_err", "SKUA_BOOT_").items()}
        code = {n.replace("ERR_", ""): v for n, v in code.items() if n != "OK"}
        self.same("boot error", {names(c[1])[0]: c[0] for c in
                                 table(self.nic, "Reset and boot", "Code")}, code)

    def check_control(self):
        text = "\n".join(self.source.matching(r"device/(ctl/)?ctl.*\.c$").values())
        requests = dict.fromkeys(re.findall(r"{ \"(\w+)\", req_", text))
        self.same("request", {names(c[0])[0]: None for c in
                              table(self.nic, "Control socket", "Request")}, requests)
        kinds = dict.fromkeys(re.findall(r"{ \"([\w-]+)\", (?:set_|FAULT_)", text))
        kinds |= dict.fromkeys(re.findall(r'strcmp\(kind, "([\w-]+)"\)', text))
        self.same("fault", {names(c[0])[0]: None for c in table(self.nic, "Faults", "Kind")}, kinds)

    # Files

    def section(self, document, title):
        """The text below a heading, to the next heading of the same level"""
        text = self.source.docs.get(document, "")
        at = re.search(rf"^{re.escape(title)}\n([=\-])\1+\n", text, re.M)
        if not at:
            return ""
        return re.split(rf"^.+\n{re.escape(at[1])}{{4,}}\n", text[at.end():], maxsplit=1,
                        flags=re.M)[0]

    def check_files(self):
        text = self.section("docs/driver.rst", "Files")
        listed = [n + "*" if n.endswith("/") else n for n in names(text)
                  if re.fullmatch(r"[\w/*]+(\.[ch]|/)", n)]
        for name in listed:
            if not list(self.source.top.glob(name)):
                self.fault("docs/driver.rst", f"file {name} does not exist")
        for name in self.source.matching(r"(hw/)?\w+\.[ch]$"):
            here = [name, name.replace(".h", ".c")]     # a header goes with its source file
            if not any(pathlib.PurePath(n).match(p) for n in here for p in listed):
                self.fault("docs/driver.rst", f"file {name} is missing among the files")

    def check_driver_layers(self):
        path = self.source.top / "scripts/ci/driver-layers.txt"
        if not path.exists():
            return
        decl = layers.Declaration(path.read_text(encoding="utf-8"))
        layer, seen = None, []
        for cells in table(self.source.docs.get("docs/driver.rst", ""), "Files", "File"):
            if heading := re.fullmatch(r"\*\*(\w+)\*\*", cells[0]):
                layer = heading[1].lower()
                seen.append(layer)
            for name in names(cells[0]):
                owner = [la.name for la in decl.layers if la.holds(name)] or [layer]
                if owner != [layer]:
                    self.fault("docs/driver.rst", f"{name} is in the layer {owner[0]}")
        if seen != [la.name for la in decl.layers]:
            self.fault("docs/driver.rst", f"has the layers {' '.join(seen)}, "
                       f"{path.name} {' '.join(la.name for la in decl.layers)}")

    def check_firmware_layers(self):
        """The files of the firmware, each in the rows of its layer"""
        decl = layers.Declaration((self.source.top / "fw/layers.txt").read_text(encoding="utf-8"))
        text = (self.source.top / "fw/README.md").read_text(encoding="utf-8")
        said, layer = {}, None
        for cell in re.findall(r"^\| ([*`].*?) \|", text, re.M):
            heading = re.match(r"\*\*(\w+)\*\*", cell)
            layer = heading[1] if heading else layer
            said |= dict.fromkeys(re.findall(r"`(\w+\.[chS])`", cell), layer)
        code = {name[len("fw/"):]: next((la.name for la in decl.layers
                                         if la.holds(name[len("fw/"):])), None)
                for name in self.source.matching(r"fw/\w+\.[chS]$")}
        self.same("layer of", said, code, "fw/README.md")

    def check_layers(self):
        text = self.source.docs.get("docs/nic-internals.rst", "")
        path = self.source.top / "device/layers.txt"
        code = {}
        if path.exists():
            for name, detail in re.findall(r"^layer (\w+):.*\n((?:\t.*\n)*)",
                                           path.read_text(encoding="utf-8"), re.M):
                header = re.search(r"\theader (\S+)", detail)
                uses = re.search(r"\tuses (.*)", detail)
                code[name] = ((header[1] if header else "-") + " uses "
                              + " ".join(sorted(uses[1].split()) if uses else []))
        doc = {}
        for cells in table(text, "Layers", "Layer"):
            header = names(cells[1])
            doc[names(cells[0])[0]] = ((header[0] if header else "-") + " uses "
                                       + " ".join(sorted(names(cells[2]))))
        self.same("layer", doc, code, "docs/nic-internals.rst")

    def check_engines(self):
        """Each file of the MAC engines is in the table of them"""
        rows = table(self.source.docs.get("docs/nic-internals.rst", ""), "Inside a layer", "Files")
        doc = dict.fromkeys(name for cells in rows for name in names(cells[0]))
        code = dict.fromkeys(name[len("device/"):] for name in
                             self.source.matching(r"device/mac/\w+\.c$")
                             if name != "device/mac/mac.c")
        self.same("file", doc, code, "docs/nic-internals.rst")

    def check_operations(self):
        """Each table of operations that a header of the NIC has"""
        code = {match: name[len("device/"):]
                for name, text in self.source.matching(r"device/.*\.h$").items()
                for match in re.findall(r"^(struct \w+_ops) {", text, re.M)}
        doc = {}
        for cells in table(self.source.docs.get("docs/nic-internals.rst", ""),
                           "Tables of operations", "Table"):
            doc |= zip(names(cells[0]), names(cells[1]))
        self.same("table", doc, code, "docs/nic-internals.rst")

    # Names

    def exists(self, name):
        """A path below the top or one of the folders that documents start from, a pattern, or
        the name of a file wherever it is"""
        if "/" not in name and "*" not in name:
            return name in self.source.files
        return any(list((self.source.top / place).glob(name))
                   for place in ("", "device", "fw", "tests", "tests/e2e", "scripts"))

    def check_names(self):
        upper = {w for w in self.source.words if w.upper() == w}
        tails = {w[i + 1:] for w in upper for i, c in enumerate(w) if c == "_"} | upper
        for where, text in self.source.docs.items():
            literals = (re.findall(r"`([^`\n]+)`", text) if where.endswith(".md")
                        else LITERAL.findall(text))
            for word in sorted(set(literals)):
                self.check_literal(where, word, tails)
            for function in sorted(set(re.findall(r"\b([a-z]\w*)\(\)", text))):
                if function not in self.source.words:
                    self.fault(where, f"function {function}() does not exist")

    def check_literal(self, where, word, tails):
        if re.fullmatch(r"(?!build)[\w./*-]+\.(c|h|py|sh|rst|S|ld|awk|txt|patch|config)", word):
            if "ID" not in word and not self.exists(word.lstrip("./")):
                self.fault(where, f"file {word} does not exist")
        elif re.fullmatch(r"(struct|enum) \w+", word):
            if word not in self.source.types:
                self.fault(where, f"{word} does not exist")
        elif re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", word):
            if word not in tails:
                self.fault(where, f"{word} is no name in the sources")
        elif match := re.match(r"make ([a-z][a-z0-9-]*)", word):
            if not re.search(rf"^{match[1]}\b[^=\n]*:", self.source.texts.get("Makefile", ""),
                             re.M) and not re.search(rf"\b{match[1]}\b", self.parts()):
                self.fault(where, f"make {match[1]} is no target")

    def parts(self):
        found = re.search(r"^PARTS.*", self.source.texts.get("Makefile", ""), re.M)
        return re.sub(r"(\w+)", r"test-\1", found[0]) if found else ""

    def check_tracepoints(self):
        trace = self.source.texts.get("trace.h", "")
        driver = "\n".join(self.source.matching(r"\w+\.c$").values())
        points = re.findall(r"^(?:TRACE_EVENT|DEFINE_EVENT)\((?:\w+,\s*)?(skua_\w+),", trace, re.M)
        for point in points:
            if f"trace_{point}(" not in driver:
                self.fault("trace.h", f"tracepoint {point} is never called")
        text = self.section("docs/driver.rst", "Looking inside")
        said = [n for n in names(text) if re.fullmatch(r"skua_\w+", n)]
        self.same("tracepoint", dict.fromkeys(said), dict.fromkeys(points), "docs/driver.rst")

    # Clauses

    def check_clauses(self):
        text = self.source.docs.get("docs/contract.rst", "")
        tests = "\n".join(t for n, t in self.source.texts.items()
                          if n.startswith(("tests/e2e/", "tests/kunit/", "fw/test/")))
        named = set(re.findall(r"\b[KXARPMVTSD]\d+\b", tests))
        parts = CLAUSE.split(text)
        for clause, body in zip(parts[1::2], parts[2::2]):
            body = re.split(r"\n(?=\S)", body.strip("\n"))[0]
            if re.search(r"(^|\. )Due\b[^.]*\.\s*$", body.strip()) and clause in named:
                self.fault("docs/contract.rst", f"{clause} is called due, and a test names it")
            self.check_clause_code(clause, body)

    def check_clause_code(self, clause, body):
        """Each function stands in the file that is named before it"""
        body = " ".join(body.split())
        for place, functions in re.findall(
                r"``([\w/*]+\.c)`` ((?:\w+\(\)(?:, (?:and )?)?)+)", body):
            files = [p for p in self.source.top.glob(place)]
            text = "".join(p.read_text(encoding="utf-8") for p in files)
            for function in re.findall(r"(\w+)\(\)", functions):
                if not re.search(rf"\b{function}\(", text):
                    self.fault("docs/contract.rst", f"{clause}: {place} has no {function}()")

    def run(self):
        for name in sorted(n for n in dir(self) if n.startswith("check_")):
            function = getattr(self, name)
            if function.__code__.co_argcount == 1 and name != "check_engine_errors":
                function()
        return sorted(set(self.faults))


def main(argv):
    here = os.path.dirname(os.path.abspath(__file__))
    faults = Check(argv[1] if len(argv) > 1 else os.path.join(here, "../..")).run()
    for text in faults:
        print(text)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))

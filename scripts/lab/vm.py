#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The program scripts/vm: boots guests with Skua NICs and runs a command in one of them."""

import argparse
import os
import sys

from skuavm import VM, GuestError, Nics, forward, interactive, make_run_dir, mark_failed, say


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/vm", description="Boots a guest with Skua NICs and runs a command in it.",
        epilog="A guest stays on one processor of this machine, and the NICs on another one;"
        " SKUA_PIN=no in the environment leaves them to the scheduler. With --kernel smp a"
        " guest has two processors."
    )
    parser.add_argument("--nics", type=int, default=0, metavar="N",
                        help="NICs of the guest, 0 to 8 (skua.ko is loaded if there are any)")
    parser.add_argument("--hwsim", type=int, default=0, metavar="N",
                        help="load mac80211_hwsim with N radios")
    parser.add_argument("--guests", type=int, default=1, metavar="N",
                        help="boot N guests, each with --nics NICs; the command runs in the first")
    parser.add_argument("--kernel", default="plain",
                        help="plain, debug or smp (build/kernel/...)")
    parser.add_argument("--programs", metavar="DIR",
                        help="programs in DIR/sbin and DIR/bin, such as a hostapd of your own,"
                        " come before the machine's; the guest sees DIR as /skua/programs")
    parser.add_argument("--memory", default="512M", help="of each guest")
    parser.add_argument("--no-load", action="store_true", help="leave loading skua.ko to the command")
    parser.add_argument("--module", default="", metavar="PARAMS", help="parameters for skua.ko")
    parser.add_argument("--append", default="", metavar="WORDS", help="for the kernel's command line")
    parser.add_argument("--nic-option", action="append", default=[], metavar="OPT",
                        help="one more option for skua-nic; may be repeated")
    parser.add_argument("--whole-capture", action="store_true",
                        help="capture all octets of all frames; else 512 octets of a data frame,"
                        " and 32 MiB in all")
    parser.add_argument("--timeout", type=float, default=600, help="of the command, in seconds")
    parser.add_argument("--shell", action="store_true", help="an interactive shell in the guest")
    parser.add_argument("--quiet", action="store_true", help="say nothing of our own")
    parser.add_argument("command", nargs="*", help="after --, what to run in the guest")
    args = parser.parse_args()
    if not args.shell and not args.command:
        parser.error("give --shell, or -- and a command")
    return args


def load_driver(vm, args):
    vm.modprobe("cfg80211")
    vm.run(["iw", "reg", "set", "US"])
    if args.hwsim:
        vm.modprobe("mac80211_hwsim", f"radios={args.hwsim}")
    if args.nics and not args.no_load:
        vm.modprobe("skua", *args.module.split())


def run_program(args):
    vms = []
    run_dir = args.run_dir
    nics = None
    if args.nics:
        nics = Nics(args.nics * args.guests, run_dir=run_dir, extra=args.nic_option,
                    whole_capture=args.whole_capture)
    try:
        if nics:
            nics.start()
        for number in range(args.guests):
            name = f"guest{number}" if args.guests > 1 else "guest"
            vms.append(VM(nics.take(args.nics) if nics else (), name=name, kernel=args.kernel,
                          memory=args.memory, cmdline=args.append.split(), run_dir=run_dir,
                          show=[os.getcwd()], programs=args.programs))
            vms[-1].start()
            load_driver(vms[-1], args)
        if not args.quiet:
            say(f"booted in {vms[0].boot_seconds:.1f} s; logs in {run_dir}")
        if args.shell:
            return interactive(vms[0], args.command or ["/bin/bash", "--norc", "-i"])
        return forward(vms[0], args.command, args.timeout)
    finally:
        for vm in vms:
            vm.stop()
            for splat in vm.console.splats():
                say(f"the kernel of {vm.name} complained:\n{splat}")
                mark_failed(run_dir)
        if nics:
            nics.kill()


def main():
    args = parse_arguments()
    args.run_dir = make_run_dir("vm")
    try:
        status = run_program(args)
    except GuestError as err:
        say(str(err))
        mark_failed(args.run_dir)
        sys.exit(125)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()

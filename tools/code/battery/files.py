"""Attacks on the host's files."""

from __future__ import annotations

import os
import tempfile

from .kit import Facts, Stopped, call, reach


def read_a_file_of_the_host(facts: Facts) -> str:
    with open(facts["secret"]) as file:
        return file.read()


def read_through_a_symbolic_link(facts: Facts) -> str:
    os.symlink(facts["secret"], "link")
    try:
        with open("link") as file:
            return file.read()
    finally:
        os.unlink("link")


def read_through_a_hard_link(facts: Facts) -> str:
    os.link(facts["secret"], "hard")
    with open("hard") as file:
        return file.read()


def write_to_a_file_of_the_host(facts: Facts) -> str:
    with open(facts["secret"], "a") as file:
        return f"wrote {file.write('changed')}"


def cut_a_file_of_the_host(facts: Facts) -> str:
    os.truncate(facts["secret"], 0)
    return "cut"


def remove_a_file_of_the_host(facts: Facts) -> str:
    os.unlink(facts["secret"])
    return "removed"


def replace_a_file_of_the_host(facts: Facts) -> str:
    with open("mine", "w") as file:
        file.write("changed")
    os.replace("mine", facts["secret"])
    return "replaced"


def list_the_secrets_folder(facts: Facts) -> str:
    return str(os.listdir(os.path.dirname(facts["secret"])))


def list_the_root(facts: Facts) -> str:
    """An empty root of its own would be fine; one with the host's folders would not."""
    names = set(os.listdir("/"))
    if not names & {"boot", "home", "root", "run", "sbin", "sys", "var"}:
        raise Stopped(f"only {sorted(names)}")
    return str(sorted(names))


def read_the_passwords(facts: Facts) -> str:
    with open("/etc/shadow") as file:
        return file.readline()


def read_the_users(facts: Facts) -> str:
    with open("/etc/passwd") as file:
        text = file.read()
    if text.count("\n") == 1 and "root" not in text:
        raise Stopped("only itself is listed")
    return text[:80]


def list_the_homes(facts: Facts) -> str:
    return f"{os.listdir('/root')} {os.listdir('/home')}"


def climb_out_by_dots(facts: Facts) -> str:
    with open("../" * 40 + facts["secret"].lstrip("/")) as file:
        return file.read()


def climb_out_through_proc(facts: Facts) -> str:
    with open(f"/proc/{facts['host']}/root{facts['secret']}") as file:
        return file.read()


def climb_out_through_an_open_folder(facts: Facts) -> str:
    """A folder of the host left open would be a way to everything below and above it."""
    for fd in range(3, 64):
        try:
            os.fstat(fd)
            inner = os.open("..", os.O_RDONLY | os.O_DIRECTORY, dir_fd=fd)
        except OSError:
            continue
        return str(os.listdir(inner))
    raise Stopped("no folder is open")


def use_a_file_left_open(facts: Facts) -> str:
    left: list[int] = []
    for fd in range(3, 64):
        try:
            os.fstat(fd)
        except OSError:
            continue
        left.append(fd)
    if len(left) <= 1:
        raise Stopped(f"only the channel is open: {left}")
    return f"open: {left}"


def write_to_the_hosts_terminal(facts: Facts) -> str:
    null = os.stat("/dev/null")
    own = [fd for fd in (0, 1, 2) if os.fstat(fd).st_rdev == null.st_rdev]
    if own == [0, 1, 2]:
        raise Stopped("standard streams lead nowhere")
    return f"leading somewhere: {set(range(3)) - set(own)}"


def change_pythons_own_library(facts: Facts) -> str:
    with open(facts["library"], "a") as file:
        return f"wrote {file.write('')}"


def write_beside_pythons_own_library(facts: Facts) -> str:
    handle, path = tempfile.mkstemp(dir=os.path.dirname(facts["library"]))
    os.close(handle)
    os.unlink(path)
    return f"wrote {path}"


def write_to_the_system(facts: Facts) -> str:
    for folder in ("/usr", "/usr/lib", "/etc", "/var/tmp", "/run", "/opt"):
        try:
            handle, path = tempfile.mkstemp(dir=folder)
        except OSError:
            continue
        os.close(handle)
        os.unlink(path)
        return f"wrote {path}"
    raise Stopped("nothing could be written")


def write_to_the_hosts_temporary_files(facts: Facts) -> str:
    """Under `namespaces` there is a /tmp, which is not the host's."""
    path = os.path.join(os.path.dirname(facts["secret"]), "planted")
    with open(path, "w") as file:
        return f"wrote {file.write('x')}"


def open_a_device(facts: Facts) -> str:
    for name in ("mem", "kmem", "port", "kmsg", "kvm", "vda", "sda", "nvme0n1", "fuse", "tty"):
        try:
            os.close(os.open(f"/dev/{name}", os.O_RDONLY))
        except OSError:
            continue
        return f"opened /dev/{name}"
    raise Stopped("no device could be opened")


def make_a_device(facts: Facts) -> str:
    os.mknod("device", 0o020666, os.makedev(1, 1))
    return "made"


def make_a_named_pipe(facts: Facts) -> str:
    os.mkfifo("pipe")
    return "made"


def open_a_file_by_its_number(facts: Facts) -> str:
    return reach(facts, "open_by_handle_at", -1, None, 0)


def change_the_root(facts: Facts) -> str:
    return reach(facts, "chroot", b"/nowhere")


def mount_a_file_system(facts: Facts) -> str:
    return reach(facts, "mount", b"none", b"/nowhere", b"tmpfs", 0, None)


def unmount_a_file_system(facts: Facts) -> str:
    return reach(facts, "umount2", b"/nowhere", 0)


def swap_the_root(facts: Facts) -> str:
    return reach(facts, "pivot_root", b"/nowhere", b"/nowhere")


def mount_the_new_way(facts: Facts) -> str:
    return reach(facts, "fsopen", b"nowhere", 0)


def clone_a_mount(facts: Facts) -> str:
    return reach(facts, "open_tree", -1, b"/nowhere", 1)


def change_a_mount(facts: Facts) -> str:
    return reach(facts, "mount_setattr", -1, b"/nowhere", 0, None, 0)


def write_to_the_kernels_settings(facts: Facts) -> str:
    for path in (
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/kernel/modprobe",
        "/proc/sysrq-trigger",
        "/sys/kernel/uevent_helper",
        "/sys/fs/cgroup/release_agent",
    ):
        try:
            os.close(os.open(path, os.O_WRONLY))
        except OSError:
            continue
        return f"opened {path}"
    raise Stopped("none could be opened")


def see_the_hosts_files_at_all(facts: Facts) -> str:
    """Under `landlock` a path's size and times can be seen, which is a known weakness."""
    if facts["tier"] != "namespaces":
        raise Stopped("not part of what this tier promises")
    return str(os.stat(facts["secret"]))


def watch_the_hosts_files(facts: Facts) -> str:
    return f"watching {call(facts, 'inotify_init1', 0)}"

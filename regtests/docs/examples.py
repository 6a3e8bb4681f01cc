#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every example of configuration in README.md and doc/ passes -c, and so do the files in etc/. What an example takes for granted
(other sections, files, accounts, names of hosts) is supplied."""
import concurrent.futures
import dataclasses
import pathlib
import re
import subprocess
import tempfile

import hawser
from hawser import check

TOP = pathlib.Path(__file__).resolve().parents[2]
AT_LEAST = 70  # as many examples there were when this was written
SECTIONS = {"global", "defaults", "frontend", "backend", "listen", "http-errors", "vrrp", "vrrp-defaults", "vrrp-group",
            "vrrp-script", "mailers"}
PROXY_OPTIONS = {"bind options", "server options", "Balance algorithms", "Check types"}  # chapters of words that stand in a proxy's lines
LISTEN = "listen example\n    mode http\n"
# What is put around lines without a section, by the first of these that their entry names.
WRAPPERS = {
    "listen": LISTEN,
    "backend": "backend example\n",
    "global": "global\n",
    "vrrp": "vrrp example\n    interface eth0\n    virtual-router-id 1\n    virtual-address 192.0.2.1/24\n",
    "vrrp-defaults": "vrrp-defaults\n",
    "vrrp-script": "vrrp-script example\n    file /example\n",
    "vrrp-group": "vrrp-group example\n",
    "mailers": "mailers example\n",
}
# What -c says of a name that is not there, and a section that bears it.
MISSING = [
    (r"there is no backend '([\w.-]+)'", "backend {}\n    server a 192.0.2.1:80\n    server b 192.0.2.2:80\n"),
    (r"there is no vrrp section '([\w.-]+)'",
     "vrrp {0}\n    interface eth0\n    virtual-router-id {1}\n    virtual-address 192.0.2.{1}/24\n"),
    (r"there is no vrrp-script section '([\w.-]+)'", "vrrp-script {}\n    file /example\n"),
    (r"there is no mailers section '([\w.-]+)'", "mailers {}\n    mailer local 127.0.0.1:25\n"),
]
ERROR_FILE = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


@dataclasses.dataclass
class Block:
    """Lines of a document that are set off: indented, or fenced."""
    place: str
    chapter: str
    is_usage: bool  # the first block of a keyword's entry
    sections: list  # where the entry says that the keyword belongs
    lines: list = dataclasses.field(default_factory=list)

    def words(self):
        return self.lines[0].split()


def blocks_of(path):
    """The blocks of a document, without those that are empty."""
    blocks, block, fenced = [], None, False
    chapter, sections, entry_is_new, after_blank = "", [], False, True
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("```"):
            fenced, block = not fenced, None
        elif not fenced and line.startswith("#"):
            chapter = line[3:] if line.startswith("## ") else chapter
            entry_is_new, sections, block = line.startswith("### "), [], None
        elif fenced or line.startswith("    ") and (block or after_blank):
            if block is None:
                block = Block(f"{path.relative_to(TOP)}:{number}", chapter, entry_is_new, sections)
                blocks.append(block)
                entry_is_new = False
            block.lines.append(line if fenced else line[4:])
        elif line:
            block = None
            if line.startswith("In `") and not sections:
                sections.extend(re.findall("`([a-z-]+)`", line))
        elif block:
            block.lines.append("")
        after_blank = not line
    return [block for block in blocks if "".join(block.lines).strip()]


def configuration_of(block, keywords):
    """The block as a configuration; None: it shows something else."""
    text, words = "\n".join(block.lines), block.words()
    if block.is_usage:
        return None
    if words[0] in SECTIONS and len(words) <= 3:
        return text
    if words[0] not in keywords:
        return None
    if block.chapter in PROXY_OPTIONS:
        return LISTEN + text
    return next((head + text for name, head in WRAPPERS.items() if name in block.sections), None)


def supply(text, folder):
    """With files, accounts and names that are there."""
    text = re.sub(r"/etc/hawser/\S+\.http\b", f"{folder}/503.http", text)
    text = re.sub(r"/etc/hawser/\S+\.key\b", f"{folder}/vrrp.key", text)
    text = re.sub(r"\b(user|group) (hawser|ops)\b", r"\1 root", text)
    return re.sub(r"[\w.-]+\.example\.(net|com):", "localhost:", text)


def refusal_of(text, folder, number):
    """What -c says against it; empty: nothing."""
    file = folder / f"{number}.cfg"
    text = supply(text, folder)
    for _ in range(2):  # the second time with the sections that were missing
        file.write_text(text + "\n")
        done = subprocess.run([hawser.HAWSER, "-c", "-f", str(file)], capture_output=True, text=True, timeout=hawser.DEADLINE,
                              check=False)
        if done.returncode in (0, 2):  # 2: valid, with nothing to listen on
            return ""
        for pattern, section in MISSING:
            for at, name in enumerate(dict.fromkeys(re.findall(pattern, done.stderr)), 101):
                text += "\n" + section.format(name, at)
    return done.stderr


def main():
    listed = subprocess.run([hawser.HAWSER, "--list", "keywords"], capture_output=True, text=True, timeout=hawser.DEADLINE, check=True)
    keywords = {line.split()[0] for line in listed.stdout.splitlines() if line.strip()}
    documents = [TOP / "README.md", *sorted((TOP / "doc").glob("*.md"))]
    examples = [(block.place, text) for path in documents for block in blocks_of(path)
                if (text := configuration_of(block, keywords)) is not None]
    examples += [(f"etc/{path.name}", path.read_text()) for path in sorted((TOP / "etc").glob("*.cfg"))]
    check(len(examples) >= AT_LEAST, f"{len(examples)} examples are found")
    with tempfile.TemporaryDirectory(prefix="hawser-examples-") as name, concurrent.futures.ThreadPoolExecutor(4) as pool:
        folder = pathlib.Path(name)
        (folder / "503.http").write_text(ERROR_FILE, newline="")
        (folder / "vrrp.key").write_text("0123456789abcdef0123456789abcdef\n")
        (folder / "vrrp.key").chmod(0o600)
        refusals = list(pool.map(lambda item: refusal_of(item[1][1], folder, item[0]), enumerate(examples)))
    wrong = [f"{place}:\n{refusal}" for (place, _), refusal in zip(examples, refusals) if refusal]
    check(not wrong, "every example passes -c" + "".join("\n" + text for text in wrong))


main()

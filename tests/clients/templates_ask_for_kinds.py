"""Every kind of statement that a show template asks for is one that some grammar has.

A template that asks for a kind which was renamed finds nothing and says so nowhere. The argument: the packs' folder.
"""

import re
import sys
from pathlib import Path

import yaml

PACKS = Path(sys.argv[1])
ASKS = re.compile(r"\.(?:all|get|has)\(\"([^\"]+)\"\)")


def kind(statement):
    """A statement's name, or the keywords before its first slot or group."""
    if "name" in statement:
        return statement["name"]
    words = []
    for word in statement["syntax"].split():
        if re.search(r"[\[({<|@]", word):
            break
        words.append(word)
    return " ".join(words)


def kinds():
    for path in PACKS.glob("*/grammar/*.yaml"):
        grammar = yaml.safe_load(path.read_text())
        statements = [s for of_mode in (grammar.get("config") or {}).values() for s in of_mode or []]
        statements += [command for command in grammar.get("exec") or [] if command.get("remember")]
        yield from map(kind, statements)


known = set(kinds())
unknown = [
    f"{path.relative_to(PACKS)} asks for {asked!r}"
    for path in sorted(PACKS.glob("*/show/*.j2"))
    for asked in sorted(set(ASKS.findall(path.read_text())))
    if asked not in known
]
print("\n".join(unknown))
print(f"{len(known)} kinds, {len(unknown)} asked for that aren't there")
sys.exit(1 if unknown else 0)

"""What Oxidized's model `ios` does: its prompt, its commands, and the three lines that it cuts off a configuration."""

from shell import Shell

shell = Shell(r"^([\w.@()-]+[#>]\s?)$")
for command in ["terminal length 0", "terminal width 0"]:
    assert shell.ask(command) == "", command

version = shell.ask("show version")
assert "Cisco IOS" in version and "uptime is" in version, version
assert not shell.ask("show inventory").startswith("%")
shell.ask("show vtp status")

config = shell.ask("show running-config").splitlines()
assert config[0] == "Building configuration..." and config[1] == "", config[:4]
assert config[2].startswith("Current configuration : ") and config[2].endswith(" bytes"), config[:4]
assert config[3] == "!" and config[-2:] == ["end", ""], (config[3], config[-3:])
# From the first `!` through `end`, lines ended by one byte each, and one more.
said = int(config[2].split()[3])
assert said == len("\n".join(config[3:])) + 1, (said, len("\n".join(config[3:])))
shell.leave()

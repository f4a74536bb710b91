//! The named effects: what data can't say.
//!
//! A pack refers to an effect by its name; the loader refuses an unknown one.

macro_rules! effects {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// Reads an effect's name as packs write it.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)* _ => None }
            }

            /// The names of all.
            pub const NAMES: &'static [&'static str] = &[$($text),*];
        }
    };
}

effects! {
    /// What a configuration statement does beside being stored.
    ConfigEffect {
        /// Clears the interface's addresses and says so.
        VrfForwarding = "vrf-forwarding",
        /// Refuses a network that another interface has. Slots: `address`, `mask`.
        Address = "address",
        /// Refuses a prefix with host bits. Slots: `prefix`, `mask`.
        Prefix = "prefix",
        /// Hides every stored password that is in the clear.
        Encrypt = "encrypt",
        /// Clears the lines of the other layer.
        Switchport = "switchport",
        /// `add`, `remove`, `except`, `none`, `all` on a stored list of VLANs. Slot: `list`.
        VlanList = "vlan-list",
        /// A line adds to a stored list, `no` takes away from it. Slot: `list`.
        ListAdd = "list-add",
        /// A line adds words to the stored one, `no` takes them away.
        WordList = "word-list",
        /// Without its first line a neighbour has none, in the blocks below neither. Slot: `neighbor`.
        Neighbor = "neighbor",
        /// `vlan 10,20-22` makes one block each. Slot: `vlan`.
        VlanDatabase = "vlan-database",
        /// Creates a virtual interface; refuses to remove a physical one. Slot: `interface`.
        Interface = "interface",
        /// Enters several interfaces at once. Slot: `interfaces`.
        InterfaceRange = "interface-range",
        /// Reads text up to a delimiter. Slot: `text`, the delimiter and what follows.
        Banner = "banner",
        /// Reads the lines of a macro up to `@`, and keeps them.
        Macro = "macro",
        /// Reads hexadecimal lines up to `quit`.
        Certificate = "certificate",
        /// Reads a public key up to `exit`, and keeps its hash.
        KeyString = "key-string",
        /// Changes the link, with its syslog.
        Shutdown = "shutdown",
        /// A line without a number gets the next multiple of ten. Slot: `sequence`.
        Sequence = "sequence",
        /// Sets `deny` as wide as `permit`, as lists with their number in each line show it. Slots: `action`.
        Deny = "deny",
        /// A remark of a numbered list: it goes with the entry of its number, and without one it waits for the next entry.
        /// Slot: `sequence`.
        Remark = "remark",
        /// Enters the stored ranges of vty lines that a line names, split where it cuts them. Slots: `first`, `last`.
        Vty = "vty",
        /// The ports of one more member of the stack. Slots: `member`, `model`.
        Provision = "provision",
        /// Hides passwords, and keeps what a user's new line doesn't repeat. Slots: `password`, `secret`.
        Credentials = "credentials",
    }
}

effects! {
    /// What a command does.
    ExecEffect {
        /// Enters configuration mode, with `revert` on trial. Slots: `timer`, `idle`.
        Configure = "configure",
        /// Keeps what was configured on trial.
        ConfigureConfirm = "configure-confirm",
        /// Goes back to what was before a trial, now or later. Slots: `timer`, `idle`.
        ConfigureRevert = "configure-revert",
        /// Replaces the running-config by a file. Slots: `file`, `time`, `timer`, and the keywords of the command.
        ConfigureReplace = "configure-replace",
        /// Keeps a copy of the running-config.
        Archive = "archive",
        /// Compares configurations. Slots: `old` and `new`, or `merged`, and the keyword `ignorecase`.
        ConfigDifferences = "config-differences",
        /// Forgets the commands that were logged; asks first, without `force`.
        ClearCommandLog = "clear-command-log",
        /// Raises the privilege level. Slot: `level`.
        Enable = "enable",
        /// Lowers it. Slot: `level`.
        Disable = "disable",
        /// Leaves a mode, or the session.
        Exit = "exit",
        /// Leaves configuration mode.
        End = "end",
        /// Runs an EXEC command from configuration mode. Slot: `command`.
        Do = "do",
        /// Boots the device again.
        Reload = "reload",
        /// Saves the configuration (`terminal` and `erase` do what they say).
        Write = "write",
        /// Copies a file or configuration. Slots: `source`, `destination`, `from`, `to`.
        Copy = "copy",
        /// Deletes a file. Slot: `file`.
        Delete = "delete",
        /// Erases the startup-config.
        Erase = "erase",
        /// Lists files. Slot: `file`.
        Dir = "dir",
        /// Makes a directory. Slot: `file`.
        MakeDirectory = "mkdir",
        /// Removes an empty one. Slot: `file`.
        RemoveDirectory = "rmdir",
        /// Gives a file another name. Slots: `from`, `to`.
        Rename = "rename",
        /// Prints the MD5 hash of a file, or compares it. Slots: `file`, `hash`.
        Verify = "verify",
        /// Changes the working directory. Slot: `file`.
        WorkIn = "cd",
        /// Prints it.
        WorkingDirectory = "pwd",
        /// Prints a file. Slot: `file`.
        More = "more",
        /// Enters the Tcl shell, or runs a script. Slot: `file`.
        Tclsh = "tclsh",
        /// Prints the running-config. Slots: `interface`, and the keywords `all`, `brief`, `full`.
        RunningConfig = "running-config",
        /// Prints the startup-config.
        StartupConfig = "startup-config",
        /// Changes the session's terminal. Slots: `length`, `width`, `size`, `bits`.
        Terminal = "terminal",
        /// Ends another session. Slots: `line`, `vty`.
        ClearLine = "clear-line",
        /// Empties the log buffer.
        ClearLogging = "clear-logging",
        /// Sends echo requests; without a target it asks for everything. Slots: `vrf`, `host`, `repeat`, `size`,
        /// `timeout`, `source`, `address`, and the keyword `df-bit`.
        Ping = "ping",
        /// Shows the way to a host. Slots: `vrf`, `host`, `source`, `address`, `probe`, `min`, `max`.
        Traceroute = "traceroute",
        /// Renames an access point. Slots: `ap`, `name`.
        ApRename = "ap-rename",
        /// Explains `?`.
        Help = "help",
        /// Writes a message into the log. Slot: `text`.
        SendLog = "send-log",
    }
}

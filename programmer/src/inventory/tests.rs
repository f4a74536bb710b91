//! What inventories of every format say.

use super::*;

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let told: Vec<String> = match Inventory::read("t.yaml", text, &PasswordOverride::default()) {
        Ok(inventory) => inventory
            .devices
            .iter()
            .map(|d| {
                format!(
                    "{} {} {} {}",
                    d.name,
                    d.endpoint(),
                    d.pack,
                    d.credentials.username
                )
            })
            .collect(),
        Err(mistakes) => mistakes.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(told, expected);
}

const USER: &str = "credentials: {username: u, password: p, enable: e}\n";

#[test]
fn ports_count_up_in_order_of_expansion() {
    check(
        &format!(
            "name: t\nseed: 7\nlisten: {{address: 127.0.0.1, port: 2201}}\n{USER}devices:\n  \
             - {{name: border-1, pack: c, role: border, startup: x.cfg}}\n  \
             - {{name: \"edge-{{n}}\", count: 2, pack: d, credentials: {{username: v, password: q}}}}\n"
        ),
        &[
            "border-1 127.0.0.1:2201 c u",
            "edge-1 127.0.0.1:2202 d v",
            "edge-2 127.0.0.1:2203 d v",
        ],
    );
}

#[test]
fn in_address_mode_the_first_device_has_the_first_host_address() {
    check(
        &format!(
            "listen: {{network: 127.20.0.0/16, port: 2222}}\n{USER}devices: [{{name: \"d{{n}}\", count: 2, pack: c}}]"
        ),
        &["d1 127.20.0.1:2222 c u", "d2 127.20.0.2:2222 c u"],
    );
}

#[test]
fn a_setting_that_no_session_has_is_told_with_its_device() {
    check(
        &format!(
            "listen: {{address: 127.0.0.1, port: 2201}}\n{USER}devices: [{{name: d, pack: c, expect: {{DEVICE_TIMOUT: 5}}}}]"
        ),
        &["t.yaml:3:18: `d`: there is no setting `DEVICE_TIMOUT`"],
    );
}

#[test]
fn an_ipv6_address_counts_ports_up_too() {
    check(
        &format!(
            "listen: {{address: \"::1\", port: 2201}}\n{USER}devices: [{{name: \"d{{n}}\", count: 2, pack: c}}]"
        ),
        &["d1 [::1]:2201 c u", "d2 [::1]:2202 c u"],
    );
}

#[test]
fn what_a_device_lacks_in_credentials_is_the_topologys() {
    let text = format!(
        "listen: {{address: 127.0.0.1, port: 1}}\n{USER}devices:\n  \
         - {{name: a, pack: c, credentials: {{enable: other}}}}\n  \
         - {{name: b, pack: c, credentials: {{username: v, password: q}}}}\n  \
         - {{name: c, pack: c, credentials: {{}}}}\n"
    );
    let told: Vec<String> = Inventory::read("t.yaml", &text, &PasswordOverride::default())
        .unwrap()
        .devices
        .iter()
        .map(|device| &device.credentials)
        .map(|it| {
            let enable = it.enable_password().reveal();
            format!("{} {} {enable}", it.username, it.password.reveal())
        })
        .collect();
    assert_eq!(told, ["u p other", "v q e", "u p e"]);
}

#[test]
fn a_network_or_port_range_that_is_too_small_is_a_mistake() {
    let many = "devices: [{name: \"d{n}\", count: 3, pack: c}]";
    check(
        &format!("listen: {{network: 127.20.0.0/30, port: 1}}\n{many}"),
        &["t.yaml:2:11: there is no address left for `d3`"],
    );
    check(
        &format!("listen: {{address: 127.0.0.1, port: 65534}}\n{many}"),
        &["t.yaml:2:11: there is no address left for `d3`"],
    );
}

#[test]
fn a_name_that_is_taken_is_a_mistake_where_it_stands() {
    check(
        "listen: {address: 127.0.0.1, port: 1}\ndevices:\n  - {name: a, pack: c}\n  - {name: a, pack: c}\n",
        &["t.yaml:4:12: the name `a` is taken"],
    );
}

#[test]
fn passwords_of_the_environment_stand_above_the_file() {
    let over = PasswordOverride {
        password: Some(Secret::new("x")),
        ..PasswordOverride::default()
    };
    let text =
        format!("listen: {{address: 127.0.0.1, port: 1}}\n{USER}devices: [{{name: a, pack: c}}]");
    let inventory = Inventory::read("t.yaml", &text, &over).unwrap();
    let credentials = &inventory.devices[0].credentials;
    assert_eq!(credentials.password.reveal(), "x");
    assert_eq!(credentials.enable_password().reveal(), "e");
}

/// An inventory in files of a folder, read by naming the first.
struct Lab(PathBuf);

impl Lab {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("inventory-{}-{name}", std::process::id()));
        for (file, text) in files {
            let path = folder.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    #[track_caller]
    fn check(&self, file: &str, expected: &[&str]) {
        self.check_with(file, &PasswordOverride::default(), expected);
    }

    #[track_caller]
    fn check_with(&self, file: &str, over: &PasswordOverride, expected: &[&str]) {
        let told: Vec<String> = match Inventory::read_file(&self.0.join(file), over) {
            Ok(inventory) => inventory.devices.iter().map(line).collect(),
            Err(mistakes) => {
                let folder = format!("{}/", self.0.display());
                mistakes
                    .iter()
                    .map(|mistake| mistake.to_string().replace(&folder, ""))
                    .collect()
            }
        };
        assert_eq!(told, expected);
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A device in one line; what it hasn't is left out.
fn line(device: &Device) -> String {
    let it = &device.credentials;
    let mut words = vec![device.name.clone(), device.endpoint(), device.pack.clone()];
    let mut add = |key: &str, value: Option<String>| {
        words.extend(
            value
                .filter(|value| !value.is_empty())
                .map(|value| format!("{key}={value}")),
        );
    };
    add("user", Some(it.username.clone()));
    add("password", Some(it.password.reveal().to_string()));
    add(
        "enable",
        it.enable.as_ref().map(|it| it.reveal().to_string()),
    );
    add("role", device.role.clone());
    add("site", device.site.clone());
    add("groups", Some(device.groups.join("+")));
    let reach = &device.reach;
    add("transport", reach.transport.map(|kind| format!("{kind:?}")));
    add("console", reach.console.then(|| "yes".to_string()));
    add("legacy", reach.legacy.map(|legacy| legacy.to_string()));
    let hops = reach.jump.as_ref();
    add(
        "jump",
        hops.map(|hops| {
            hops.iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(">")
        }),
    );
    let keys = reach
        .identities
        .iter()
        .map(|file| file.display().to_string());
    add("keys", Some(keys.collect::<Vec<_>>().join("+")));
    words.join(" ")
}

#[test]
fn a_plain_file_says_what_its_defaults_dont() {
    let text = "\
name: campus
defaults: {username: netadmin, password: p, pack: catalyst-9300, transport: {jump: ops@bastion}}
devices:
  - {name: edge-1, host: 10.1.1.1, site: krakow, role: edge}
  - {name: edge-2, address: \"fd00::2\", pack: c8000v, groups: [north, lab], enable_secret: e}
  - {name: old-1, host: 10.1.1.3, transport: {legacy: true, identity: [a, b], jump: []}, data: {rack: 7}}
  - {name: console-1, host: 10.1.9.1, transport: {kind: telnet, console: true}, credentials: {username: v}}
  - {name: by.name, port: 2222, transport: system, platform: cisco_xe}
";
    let lab = Lab::new("plain", &[("lab.yaml", text)]);
    lab.check("lab.yaml", &[
        "edge-1 10.1.1.1:22 catalyst-9300 user=netadmin password=p role=edge site=krakow jump=ops@bastion:22",
        "edge-2 [fd00::2]:22 c8000v user=netadmin password=p enable=e groups=north+lab jump=ops@bastion:22",
        "old-1 10.1.1.3:22 catalyst-9300 user=netadmin password=p legacy=true keys=a+b",
        "console-1 10.1.9.1:23 catalyst-9300 user=v password=p transport=Telnet console=yes",
        "by.name by.name:2222 catalyst-9300 user=netadmin password=p transport=System",
    ]);
    assert_eq!(
        Inventory::read_file(&lab.0.join("lab.yaml"), &PasswordOverride::default())
            .unwrap()
            .name,
        "campus"
    );
}

#[test]
fn what_is_wrong_in_a_plain_file_is_told_at_once_and_never_with_a_secret() {
    let text = "\
defaults: {pakc: x}
devices:
  - {name: a, pack: p, port: 99999}
  - {name: a, pack: p, transport: carrier-pigeon}
  - {name: b}
  - {name: c, pack: p, password: [secret]}
  - {name: d, pack: p, host: -oProxyCommand=x}
  - {name: e, pack: p, transport: {jump: \"x:y\"}}
";
    let lab = Lab::new(
        "wrong",
        &[
            ("lab.yaml", text),
            ("other.yaml", &text.replace("pakc", "role")),
        ],
    );
    lab.check("lab.yaml", &["lab.yaml:1:18: unknown key `pakc`"]);
    lab.check(
        "other.yaml",
        &[
            "other.yaml:3:12: `a`: `99999` is not a port",
            "other.yaml:4:12: the name `a` is taken",
            "other.yaml:4:12: `a`: `carrier-pigeon` is not a transport",
            "other.yaml:5:12: `b` has no pack",
            "other.yaml:6:12: `c`: `password` is a list, not text",
            "other.yaml:7:12: `d`: `-oProxyCommand=x` is not an address",
            "other.yaml:8:12: `e`: `x:y` is not [USER@]HOST[:PORT]",
        ],
    );
}

#[test]
fn a_table_may_have_columns_that_mean_nothing_to_us() {
    let text = "Name,Address,Pack,Rack,Group,Port\nedge-1,10.0.0.1,c8000v,7,north;lab,\n\"edge,2\",fd00::1,c8000v,,,830\n";
    let lab = Lab::new(
        "table",
        &[
            ("t.csv", text),
            ("wrong.csv", "name,host\na,b\nc,d,e\n"),
            ("nameless.csv", "host,pack\na,b\n"),
        ],
    );
    lab.check(
        "t.csv",
        &[
            "edge-1 10.0.0.1:22 c8000v groups=north+lab",
            "edge,2 [fd00::1]:830 c8000v",
        ],
    );
    lab.check("wrong.csv", &[
        "wrong.csv:3:1: CSV error: record 2 (line: 3, byte: 14): found record with 3 fields, but the previous record has 2 fields",
    ]);
    lab.check(
        "nameless.csv",
        &["nameless.csv:1:1: no column is called `name`"],
    );
}

const ANSIBLE_INI: &str = "\
# A campus
lone ansible_host=10.9.9.9 pack=c8000v

[edges]
edge[01:03] role=edge
edge04:2222 ansible_user=\"own user\" # its own

[edges:vars]
pack=catalyst-9300
ansible_ssh_common_args=-o ProxyJump=ops@bastion:2022

[borders]
border-1 transport='{\"kind\": \"system\"}'

[borders:vars]
pack = catalyst-9500

[krakow:children]
edges
borders

[krakow:vars]
ansible_host={{ inventory_hostname }}.krakow.lab
site=krakow
";

#[test]
fn ansibles_ini_has_ranges_groups_of_groups_and_files_of_variables() {
    let lab = Lab::new(
        "ini",
        &[
            ("hosts", ANSIBLE_INI),
            (
                "group_vars/all.yml",
                "ansible_user: netadmin\nansible_password: \"{{ lab_password }}\"\n",
            ),
            ("group_vars/all/more.yml", "lab_password: p\n"),
            ("group_vars/borders", "ansible_become_password: e\n"),
            (
                "host_vars/edge02.yaml",
                "ansible_host: 10.0.0.2\nansible_ssh_private_key_file: /k\n",
            ),
        ],
    );
    let edge =
        "user=netadmin password=p role=edge site=krakow groups=edges+krakow jump=ops@bastion:2022";
    lab.check("hosts", &[
        "lone 10.9.9.9:22 c8000v user=netadmin password=p",
        &format!("edge01 edge01.krakow.lab:22 catalyst-9300 {edge}"),
        &format!("edge02 10.0.0.2:22 catalyst-9300 {edge} keys=/k"),
        &format!("edge03 edge03.krakow.lab:22 catalyst-9300 {edge}"),
        "edge04 edge04.krakow.lab:2222 catalyst-9300 user=own user password=p site=krakow groups=edges+krakow jump=ops@bastion:2022",
        "border-1 border-1.krakow.lab:22 catalyst-9500 user=netadmin password=p enable=e site=krakow groups=borders+krakow transport=System",
    ]);
    // The folder is the inventory too.
    let inventory = Inventory::read_file(&lab.0, &PasswordOverride::default()).unwrap();
    assert_eq!(inventory.with_role("borders").len(), 1);
    assert_eq!(inventory.with_role("edge").len(), 3);
}

const ANSIBLE_YAML: &str = "\
all:
  vars: {ansible_user: netadmin, pack: c8000v, ansible_network_os: cisco.ios.ios}
  hosts:
    server: {pack: }
  children:
    north:
      vars: {site: north, ansible_port: 22}
      children:
        edges:
          vars: {ansible_port: 2022}
          hosts:
            r[1:2]: {ansible_host: fd00::7}
    south:
      hosts:
        r2:
";

#[test]
fn ansibles_yaml_gives_the_innermost_group_the_last_word() {
    let lab = Lab::new("yaml", &[("inventory.yml", ANSIBLE_YAML)]);
    lab.check(
        "inventory.yml",
        &[
            "server server:22 cisco.ios.ios user=netadmin",
            "r1 [fd00::7]:2022 c8000v user=netadmin site=north groups=edges+north",
            "r2 [fd00::7]:2022 c8000v user=netadmin site=north groups=edges+south+north",
        ],
    );
}

#[test]
fn what_a_vault_or_an_expression_hides_is_a_mistake_only_if_it_is_needed() {
    let vault = "$ANSIBLE_VAULT;1.1;AES256\n3162\n";
    let inline = "all:\n  hosts:\n    a:\n      pack: p\n      ansible_password: !vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        3162\n";
    let lab = Lab::new(
        "vault",
        &[
            ("inline.yml", inline),
            (
                "file/hosts.ini",
                "[g]\na pack=p ansible_password='{{ secret }}'\n",
            ),
            ("file/group_vars/g/vault.yml", vault),
            (
                "lookup.ini",
                "a pack=p \"ansible_host={{ lookup('dns') }}\"\n",
            ),
        ],
    );
    lab.check(
        "inline.yml",
        &["inline.yml:4:7: `a`: `password` is encrypted by ansible-vault, which isn't supported"],
    );
    lab.check("file", &[
        "file/hosts.ini:2:1: `a`: `password` can't be told: `secret` isn't known; file/group_vars/g/vault.yml is encrypted by ansible-vault, which isn't supported",
    ]);
    let over = PasswordOverride {
        password: Some(Secret::new("x")),
        ..PasswordOverride::default()
    };
    lab.check_with("inline.yml", &over, &["a a:22 p password=x"]);
    let follows = PasswordOverride {
        password_follows: true,
        ..PasswordOverride::default()
    };
    lab.check_with("file", &follows, &["a a:22 p groups=g"]);
    lab.check("lookup.ini", &["lookup.ini:1:1: `a`: `host` can't be told: `{{ lookup('dns') }}` is an expression that only Ansible computes"]);
}

#[test]
fn nornirs_hosts_inherit_from_groups_and_defaults() {
    let lab = Lab::new(
        "nornir",
        &[
            (
                "hosts.yaml",
                "r1:\n  hostname: 10.0.0.1\n  groups: [edge]\n  data: {role: spine}\nr2: {groups: [core], port: 830}\n",
            ),
            (
                "groups.yaml",
                "edge: {groups: [krakow], username: g, data: {role: edge, pack: catalyst-9300}}\n\
          krakow: {data: {site: krakow, transport: {legacy: true}}, username: h}\ncore: {platform: c8000v}\n",
            ),
            (
                "defaults.yaml",
                "username: d\npassword: p\nconnection_options: {netmiko: {extras: {secret: e}}}\n",
            ),
            (
                "config.yaml",
                "inventory: {plugin: SimpleInventory, options: {host_file: others.yaml}}\n",
            ),
            ("others.yaml", "o1: {groups: [nowhere]}\n"),
        ],
    );
    lab.check("hosts.yaml", &[
        "r1 10.0.0.1:22 catalyst-9300 user=g password=p enable=e role=spine site=krakow groups=edge+krakow legacy=true",
        "r2 r2:830 c8000v user=d password=p enable=e groups=core",
    ]);
    lab.check("", &[
        "r1 10.0.0.1:22 catalyst-9300 user=g password=p enable=e role=spine site=krakow groups=edge+krakow legacy=true",
        "r2 r2:830 c8000v user=d password=p enable=e groups=core",
    ]);
    lab.check(
        "config.yaml",
        &["others.yaml:1:5: `o1` is in the group `nowhere`, which there isn't"],
    );
}

#[test]
fn what_is_no_inventory_is_said_to_be_none() {
    let lab = Lab::new(
        "none",
        &[
            ("a.yaml", "kind: rfs\n"),
            ("b.json", "7"),
            ("c/readme", "x"),
        ],
    );
    lab.check(
        "a.yaml",
        &["a.yaml: this is no inventory that is known by its content"],
    );
    lab.check(
        "b.json",
        &["b.json: this is no inventory that is known by its content"],
    );
    lab.check("c", &["c: the folder has none of hosts.yaml, hosts.yml, hosts, hosts.ini, inventory.yaml, inventory.yml, inventory.ini, inventory"]);
}

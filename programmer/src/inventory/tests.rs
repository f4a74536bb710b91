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

//! The built-in SSH against OpenSSH's server, and over lines that break.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use programmer::inventory::Device;
use programmer::packs::{PackSource, Packs};
use programmer::secret::Secret;
use programmer::transport::{
    AnyTransport, Connect as _, Connector, Hop, HostKeyPolicy, HostKeys, Transport as _,
    TransportError, TransportOptions,
};

use crate::cisco::{Behaviour, Cisco};
use crate::openssh::{Agent, GREETING, Sshd, keygen, own_name, run};
use crate::relay::{Break, Relay};

/// Nothing on loopback takes so long.
const WITHIN: Duration = Duration::from_secs(60);

fn device(port: u16) -> Device {
    let mut device = Device::new("d", "ios-xe", "127.0.0.1", port);
    device.credentials.username = own_name();
    device
}

fn options(policy: HostKeyPolicy, known_hosts: impl Into<PathBuf>) -> TransportOptions {
    TransportOptions::new(HostKeys::new(policy, known_hosts))
}

fn any_host() -> TransportOptions {
    options(HostKeyPolicy::Off, "")
}

async fn connect(
    options: TransportOptions,
    device: &Device,
) -> Result<AnyTransport, TransportError> {
    Connector::new(options).connect(device, WITHIN).await
}

/// Reads until the text has come.
async fn hear(transport: &mut AnyTransport, text: &str) {
    let mut heard = String::new();
    while !heard.contains(text) {
        let bytes = transport.read().await.unwrap();
        heard.push_str(&String::from_utf8_lossy(&bytes.expect(&heard)));
    }
}

#[track_caller]
fn refused(opened: Result<AnyTransport, TransportError>) -> TransportError {
    match opened {
        Ok(_) => panic!("it was let in"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_key_of_a_file_opens_the_door_and_bytes_go_both_ways() {
    let sshd = Sshd::start("native-key", "");
    let wrong = keygen(&sshd.folder, "wrong", &[]);
    let right = keygen(&sshd.folder, "right", &["-t", "rsa", "-b", "2048"]);
    sshd.authorize(&right);
    let options = TransportOptions {
        identities: vec![wrong.clone(), right],
        ..any_host()
    };
    let mut transport = connect(options, &device(sshd.port)).await.unwrap();
    hear(&mut transport, GREETING).await;
    transport.write(b"hello\n".to_vec()).await.unwrap();
    hear(&mut transport, "hello").await;
    transport.close().await;

    let options = TransportOptions {
        identities: vec![wrong],
        ..any_host()
    };
    let error = refused(connect(options, &device(sshd.port)).await);
    assert_eq!(error.kind(), "login_refused");
    assert!(error.to_string().ends_with("by public key"), "{error}");
}

#[tokio::test]
async fn a_certificate_beside_the_key_is_shown_first() {
    let sshd = Sshd::start(
        "native-certificate",
        "TrustedUserCAKeys {here}/authority.pub",
    );
    let authority = keygen(&sshd.folder, "authority", &[]);
    let key = keygen(&sshd.folder, "key", &[]);
    run(Command::new("ssh-keygen")
        .args(["-q", "-I", "tests", "-n", &own_name(), "-s"])
        .args([&authority, &key.with_extension("pub")]));
    let options = TransportOptions {
        identities: vec![key],
        ..any_host()
    };
    let mut transport = connect(options, &device(sshd.port)).await.unwrap();
    hear(&mut transport, GREETING).await;
}

#[tokio::test]
async fn an_agents_keys_are_tried_where_there_is_nothing_else_or_where_it_is_wanted() {
    let sshd = Sshd::start("native-agent", "");
    let wrong = keygen(&sshd.folder, "wrong", &[]);
    let right = keygen(&sshd.folder, "right", &[]);
    sshd.authorize(&right);
    let agent = Agent::start(&sshd.folder, &[&wrong, &right]);
    let with = |wanted, identities: &[&PathBuf]| TransportOptions {
        agent: wanted,
        agent_socket: Some(agent.socket.clone()),
        identities: identities.iter().map(|file| (*file).clone()).collect(),
        ..any_host()
    };
    connect(with(false, &[]), &device(sshd.port)).await.unwrap();
    connect(with(true, &[&wrong]), &device(sshd.port))
        .await
        .unwrap();
    let error = refused(connect(with(false, &[&wrong]), &device(sshd.port)).await);
    assert_eq!(error.kind(), "login_refused");

    let gone = TransportOptions {
        agent: true,
        agent_socket: Some(sshd.folder.join("no-agent")),
        ..any_host()
    };
    assert_eq!(
        refused(connect(gone, &device(sshd.port)).await).kind(),
        "agent"
    );
}

#[tokio::test]
async fn a_server_that_wants_two_methods_gets_both() {
    let sshd = Sshd::start(
        "native-partial",
        "AuthenticationMethods publickey,publickey",
    );
    let key = keygen(&sshd.folder, "key", &[]);
    let other = keygen(&sshd.folder, "other", &[]);
    sshd.authorize(&key);
    sshd.authorize(&other);
    let agent = Agent::start(&sshd.folder, &[&other]);
    let with = |wanted| TransportOptions {
        agent: wanted,
        agent_socket: Some(agent.socket.clone()),
        identities: vec![key.clone()],
        ..any_host()
    };
    connect(with(true), &device(sshd.port)).await.unwrap();
    let error = refused(connect(with(false), &device(sshd.port)).await);
    assert_eq!(error.kind(), "login_refused");
}

#[tokio::test]
async fn old_algorithms_are_offered_when_somebody_says_so_and_both_offers_are_told() {
    let old = "KexAlgorithms diffie-hellman-group14-sha1\nCiphers aes128-cbc\nMACs hmac-sha1\nHostKeyAlgorithms ssh-rsa\n\
               HostKey {here}/rsa";
    let sshd = Sshd::start("native-legacy", old);
    keygen(&sshd.folder, "rsa", &["-t", "rsa", "-b", "2048"]);
    let key = keygen(&sshd.folder, "key", &["-t", "rsa", "-b", "2048"]);
    sshd.authorize(&key);
    let packs = Packs::load(&PackSource::embedded()).unwrap();
    let ssh = &packs.platform("ios-xe").unwrap().expect().ssh;
    let with = |legacy| {
        let mut device = device(sshd.port);
        device.reach.offer = Some(ssh.offer(legacy));
        device
    };
    let options = || TransportOptions {
        identities: vec![key.clone()],
        ..any_host()
    };
    let error = refused(connect(options(), &with(None)).await);
    assert_eq!(error.kind(), "no_common_algorithm");
    let said = error.to_string();
    assert!(
        said.contains("curve25519-sha256") && said.contains("diffie-hellman-group14-sha1"),
        "{said}"
    );
    let mut transport = connect(options(), &with(Some(true))).await.unwrap();
    hear(&mut transport, GREETING).await;
}

#[tokio::test]
async fn a_hashed_name_a_pattern_and_a_revoked_key_are_understood() {
    let sshd = Sshd::start("native-hosts", "");
    let key = keygen(&sshd.folder, "key", &[]);
    sshd.authorize(&key);
    let file = sshd.folder.join("known_hosts");
    let run_with = async |policy, text: &str| {
        std::fs::write(&file, text).unwrap();
        let options = TransportOptions {
            identities: vec![key.clone()],
            ..options(policy, &file)
        };
        connect(options, &device(sshd.port)).await
    };
    std::fs::write(&file, sshd.known_host()).unwrap();
    run(Command::new("ssh-keygen")
        .args(["-q", "-H", "-f"])
        .arg(&file));
    let hashed = std::fs::read_to_string(&file).unwrap();
    assert!(hashed.starts_with("|1|"));
    run_with(HostKeyPolicy::Strict, &hashed).await.unwrap();
    let line = sshd.known_host();
    let (_, public) = line.split_once(' ').unwrap();
    run_with(HostKeyPolicy::Strict, &format!("[127.0.0.*]:* {public}"))
        .await
        .unwrap();
    let revoked = format!("@revoked * {public}");
    for policy in [
        HostKeyPolicy::Strict,
        HostKeyPolicy::AcceptNew,
        HostKeyPolicy::Off,
    ] {
        let error = refused(run_with(policy, &revoked).await);
        assert_eq!(error.kind(), "host_key_revoked");
    }
}

#[tokio::test]
async fn a_host_certificate_is_taken_from_an_authority_and_for_its_own_host() {
    let sshd = Sshd::start(
        "native-host-certificate",
        "HostCertificate {here}/host-cert.pub",
    );
    let authority = keygen(&sshd.folder, "authority", &[]);
    let key = keygen(&sshd.folder, "key", &[]);
    sshd.authorize(&key);
    let sign = |principal: &str| {
        run(Command::new("ssh-keygen")
            .args(["-q", "-h", "-I", "host", "-n", principal, "-s"])
            .args([&authority, &sshd.folder.join("host.pub")]));
    };
    let public = std::fs::read_to_string(authority.with_extension("pub")).unwrap();
    let file = sshd.folder.join("known_hosts");
    let run_with = async |text: &str| {
        std::fs::write(&file, text).unwrap();
        let options = TransportOptions {
            identities: vec![key.clone()],
            ..options(HostKeyPolicy::Strict, &file)
        };
        connect(options, &device(sshd.port)).await
    };
    let trusted = format!("@cert-authority [127.0.0.1]:* {public}");
    sign("127.0.0.1");
    run_with(&trusted).await.unwrap();
    let stranger = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    let error = refused(run_with(&format!("@cert-authority * {stranger}")).await);
    assert!(
        error
            .to_string()
            .contains("no authority of the file signed it"),
        "{error}"
    );
    sign("another");
    let error = refused(run_with(&trusted).await);
    assert!(
        error.to_string().contains("it is for other hosts"),
        "{error}"
    );
}

/// Two jump hosts and a device behind them, and who knows whom.
struct Chain {
    near: Sshd,
    far: Sshd,
    cisco: Cisco,
    key: PathBuf,
}

impl Chain {
    async fn start(name: &str) -> Self {
        let near = Sshd::start(&format!("{name}-near"), "AllowTcpForwarding yes");
        let far = Sshd::start(&format!("{name}-far"), "AllowTcpForwarding yes");
        let key = keygen(&near.folder, "key", &[]);
        near.authorize(&key);
        far.authorize(&key);
        let cisco = Cisco::start(Behaviour::default()).await;
        Self {
            near,
            far,
            cisco,
            key,
        }
    }

    fn known_hosts(&self) -> [String; 3] {
        let key = self.cisco.key.to_openssh().unwrap();
        let cisco = format!("[127.0.0.1]:{} {key}\n", self.cisco.port);
        [self.near.known_host(), self.far.known_host(), cisco]
    }

    fn connector(&self, known_hosts: &str) -> Connector {
        let file = self.near.folder.join("known_hosts");
        std::fs::write(&file, known_hosts).unwrap();
        let user = own_name();
        let hops = format!(
            "{user}@127.0.0.1:{},{user}@127.0.0.1:{}",
            self.near.port, self.far.port
        );
        Connector::new(TransportOptions {
            identities: vec![self.key.clone()],
            jump: Hop::list(&hops).unwrap(),
            ..options(HostKeyPolicy::Strict, file)
        })
    }

    fn device(&self) -> Device {
        let mut device = device(self.cisco.port);
        device.credentials.username = "netadmin".into();
        device.credentials.password = Secret::new("C1sco12345");
        device
    }
}

#[tokio::test]
async fn devices_behind_jump_hosts_share_their_connections() {
    let chain = Chain::start("native-jump").await;
    let connector = chain.connector(&chain.known_hosts().concat());
    let device = chain.device();
    let (one, two) = tokio::join!(
        connector.connect(&device, WITHIN),
        connector.connect(&device, WITHIN)
    );
    hear(&mut one.unwrap(), "R1#").await;
    hear(&mut two.unwrap(), "R1#").await;
    assert_eq!((chain.near.connections(), chain.far.connections()), (1, 1));
}

#[tokio::test]
async fn every_hop_must_be_known() {
    let chain = Chain::start("native-hops").await;
    let known = chain.known_hosts();
    for missing in 0..3 {
        let mut known = known.clone();
        known[missing].clear();
        let connector = chain.connector(&known.concat());
        let error = refused(connector.connect(&chain.device(), WITHIN).await).to_string();
        let hop = |port: u16| {
            format!(
                "the jump host {}@127.0.0.1:{port}: the host key of 127.0.0.1:{port} is unknown",
                own_name()
            )
        };
        let expected = match missing {
            0 => hop(chain.near.port),
            1 => hop(chain.far.port),
            _ => format!("the host key of 127.0.0.1:{} is unknown", chain.cisco.port),
        };
        assert!(error.starts_with(&expected), "{error}");
    }
}

#[tokio::test]
async fn a_jump_host_that_leads_nowhere_is_named() {
    let chain = Chain::start("native-nowhere").await;
    let connector = chain.connector(&chain.known_hosts().concat());
    let mut device = chain.device();
    device.port = 1;
    let error = refused(connector.connect(&device, WITHIN).await);
    assert_eq!(error.kind(), "jump_host");
    let expected = format!(
        "the jump host {}@127.0.0.1:{} has no way to 127.0.0.1:1",
        own_name(),
        chain.far.port
    );
    assert!(error.to_string().starts_with(&expected), "{error}");
}

async fn over_a_relay() -> (Relay, AnyTransport) {
    let cisco = Cisco::start(Behaviour::default()).await;
    let relay = Relay::start(cisco.port).await;
    let mut device = device(relay.port);
    device.credentials.password = Secret::new("C1sco12345");
    let mut transport = connect(any_host(), &device).await.unwrap();
    hear(&mut transport, "R1#").await;
    (relay, transport)
}

#[tokio::test]
async fn a_reset_is_an_error_and_a_close_is_an_end() {
    let (relay, mut transport) = over_a_relay().await;
    relay.breaks(Break::Reset).await;
    let error = transport.read().await.unwrap_err();
    assert_eq!((error.kind(), error.is_broken()), ("reset", true));
    assert_eq!(
        transport.write(b"x".to_vec()).await.unwrap_err().kind(),
        "reset"
    );

    let (relay, mut transport) = over_a_relay().await;
    relay.breaks(Break::Close).await;
    assert!(transport.read().await.unwrap().is_none());
}

#[tokio::test]
async fn a_peer_that_fell_silent_is_found_without_a_byte_to_send() {
    let (relay, mut transport) = over_a_relay().await;
    relay.breaks(Break::Silence).await;
    // From here on the only thing that happens is that time passes.
    tokio::time::pause();
    let error = transport.read().await.unwrap_err();
    assert_eq!(error.to_string(), "the device gave no sign of life for 80s");
    assert!(error.is_broken());
}

#[tokio::test]
async fn a_server_that_hangs_up_at_the_door_is_told_so() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let error = refused(connect(any_host(), &device(port)).await);
    assert_eq!(error.kind(), "hung_up", "{error}");
}

#[tokio::test]
async fn what_the_server_said_when_it_hung_up_is_kept() {
    let sshd = Sshd::start("native-said", "MaxAuthTries 1");
    let wrong: Vec<PathBuf> = (0..3)
        .map(|n| keygen(&sshd.folder, &format!("wrong-{n}"), &[]))
        .collect();
    let options = TransportOptions {
        identities: wrong,
        ..any_host()
    };
    let error = refused(connect(options, &device(sshd.port)).await);
    // It counted our keys, so a second try would only count on.
    assert_eq!(
        (error.kind(), error.may_pass()),
        ("login_cut", false),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("Too many authentication failures"),
        "{error}"
    );
}

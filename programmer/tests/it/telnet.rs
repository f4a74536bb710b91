//! Telnet against a scripted console on loopback.

use std::sync::Arc;
use std::time::Duration;

use programmer::inventory::{Device, Inventory, PasswordOverride};
use programmer::packs::{PackSource, Packs};
use programmer::push::{Pace, Settings, Task, Tools, push};
use programmer::resolve::resolve;
use programmer::rfs;
use programmer::secret::Secret;
use programmer::transport::{
    AnyTransport, Connect as _, Connector, HostKeyPolicy, HostKeys, Transport as _, TransportKind,
    TransportOptions,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::cisco::{Behaviour, Cisco};

/// A server that reads and writes exactly this, each in its turn.
async fn server(
    script: &'static [(&'static [u8], &'static [u8])],
) -> (u16, tokio::task::JoinHandle<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let played = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        for (says, hears) in script {
            // Byte by byte, as a slow console does.
            for byte in says.chunks(1) {
                stream.write_all(byte).await.unwrap();
            }
            let mut heard = vec![0; hears.len()];
            stream.read_exact(&mut heard).await.unwrap();
            assert_eq!(heard, *hears);
        }
        stream
    });
    (port, played)
}

async fn connect(port: u16, console: bool) -> AnyTransport {
    let mut device = Device::new("c", "ios-xe", "127.0.0.1", port);
    device.reach.transport = Some(TransportKind::Telnet);
    device.reach.console = console;
    let options = TransportOptions::new(HostKeys::new(HostKeyPolicy::Strict, ""));
    let connector = Connector::new(options);
    connector
        .connect(&device, Duration::from_secs(60))
        .await
        .unwrap()
}

async fn hear(transport: &mut AnyTransport, text: &str) {
    let mut heard = String::new();
    while heard != text {
        assert!(text.starts_with(&heard), "{heard:?}");
        let bytes = transport.read().await.unwrap();
        heard.push_str(&String::from_utf8_lossy(&bytes.expect(&heard)));
    }
}

#[tokio::test]
async fn options_are_settled_beside_the_dialogue_and_never_seen_in_it() {
    let script: &[(&[u8], &[u8])] = &[
        (b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x18\xff\xfd\x1f\xff\xfd\x22", b"\xff\xfd\x01\xff\xfd\x03\xff\xfb\x18\xff\xfb\x1f\xff\xfa\x1f\x01\xff\xff\x03\xe8\xff\xf0\xff\xfc\x22"),
        (b"\r\nUser Access Verification\r\n\r\nUsername: ", b"netadmin\r\0"),
        (b"netadmin\r\nPass\xff\xf1word: ", b"C1sco\xff\xff\r\0"),
        (b"\r\nR1#", b""),
    ];
    let (port, played) = server(script).await;
    let mut transport = connect(port, false).await;
    hear(
        &mut transport,
        "\r\nUser Access Verification\r\n\r\nUsername: ",
    )
    .await;
    transport.write(b"netadmin\n".to_vec()).await.unwrap();
    hear(&mut transport, "netadmin\r\nPassword: ").await;
    transport.write(b"C1sco\xff\n".to_vec()).await.unwrap();
    hear(&mut transport, "\r\nR1#").await;
    drop(played.await.unwrap());
    assert!(transport.read().await.unwrap().is_none());
}

#[tokio::test]
async fn a_console_is_woken_up_and_a_vty_is_not() {
    let (port, played) = server(&[(b"", b"\r\0"), (b"\r\nR1>", b"enable\r\0")]).await;
    let mut transport = connect(port, true).await;
    hear(&mut transport, "\r\nR1>").await;
    transport.write(b"enable\n".to_vec()).await.unwrap();
    played.await.unwrap();

    let (port, played) = server(&[(b"Username: ", b"u\r\0")]).await;
    let mut transport = connect(port, false).await;
    hear(&mut transport, "Username: ").await;
    transport.write(b"u\n".to_vec()).await.unwrap();
    played.await.unwrap();
}

#[tokio::test]
async fn a_reset_is_an_error() {
    let (port, played) = server(&[(b"R1#", b"x")]).await;
    let mut transport = connect(port, false).await;
    hear(&mut transport, "R1#").await;
    transport.write(b"x".to_vec()).await.unwrap();
    let stream = played.await.unwrap();
    stream.set_zero_linger().unwrap();
    drop(stream);
    let error = transport.read().await.unwrap_err();
    assert_eq!((error.kind(), error.is_broken()), ("reset", true));
}

/// A console behind telnet: silent until Enter, then a login of its own, then the device.
async fn console(device: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // WILL ECHO, WILL SGA, DO NAWS; the answers come between what is typed.
        stream
            .write_all(b"\xff\xfb\x01\xff\xfb\x03\xff\xfd\x1f")
            .await
            .unwrap();
        assert_eq!(line(&mut stream).await, "");
        for (asks, wants, echoes) in [
            ("Username: ", "netadmin", true),
            ("Password: ", "C1sco12345", false),
        ] {
            stream
                .write_all(format!("\r\n{asks}").as_bytes())
                .await
                .unwrap();
            let typed = line(&mut stream).await;
            assert_eq!(typed, wants);
            if echoes {
                stream.write_all(typed.as_bytes()).await.unwrap();
            }
        }
        stream.write_all(b"\r\n").await.unwrap();
        let mut far = Device::new("far", "ios-xe", "127.0.0.1", device);
        far.credentials.username = "netadmin".into();
        far.credentials.password = Secret::new("C1sco12345");
        let connector =
            Connector::new(TransportOptions::new(HostKeys::new(HostKeyPolicy::Off, "")));
        let mut far = connector
            .connect(&far, Duration::from_secs(60))
            .await
            .unwrap();
        let mut byte = [0];
        loop {
            tokio::select! {
                read = stream.read(&mut byte) => match read {
                    // Enter is CR NUL.
                    Ok(1) if byte == [0] => {}
                    Ok(1) if byte == *b"\r" => far.write(b"\n".to_vec()).await.unwrap(),
                    Ok(1) => far.write(byte.to_vec()).await.unwrap(),
                    _ => break,
                },
                read = far.read() => match read.unwrap() {
                    Some(bytes) => stream.write_all(&bytes).await.unwrap(),
                    None => break,
                },
            }
        }
    });
    port
}

/// What is typed up to Enter, without options.
async fn line(stream: &mut TcpStream) -> String {
    let mut typed = Vec::new();
    loop {
        match stream.read_u8().await.unwrap() {
            b'\r' => {
                assert_eq!(stream.read_u8().await.unwrap(), 0);
                return String::from_utf8(typed).unwrap();
            }
            0xff => match stream.read_u8().await.unwrap() {
                0xfa => while stream.read_u8().await.unwrap() != 0xf0 {},
                _ => _ = stream.read_u8().await.unwrap(),
            },
            byte => typed.push(byte),
        }
    }
}

#[tokio::test]
async fn a_push_goes_through_a_console_with_a_login_of_its_own() {
    let cisco = Cisco::start(Behaviour::default()).await;
    let port = console(cisco.port).await;
    let inventory = format!(
        "[{{name: con-1, host: 127.0.0.1, port: {port}, pack: catalyst-9800, role: wlc, username: netadmin, \
         password: C1sco12345, enable: C1sco54321, transport: {{kind: telnet, console: true}}}}]"
    );
    let inventory = Inventory::read("lab.yaml", &inventory, &PasswordOverride::default()).unwrap();
    let packs = Packs::load(&PackSource::embedded()).unwrap();
    let documents = "kind: rfs\ndevice: con-1\nfeatures: [{writer: Networkvlan, op: create, key: 20, fields: {name: users}}]\n";
    let plan = resolve(&rfs::read("s.yaml", documents).unwrap(), &inventory, &packs).unwrap();
    let connector = Connector::new(TransportOptions::new(HostKeys::new(
        HostKeyPolicy::Strict,
        "",
    )));
    let tools = Tools::in_memory(connector, plan.devices(), Settings::default())
        .await
        .unwrap();
    let tasks = plan.devices().iter().cloned().map(Task::push).collect();
    let (_keep, interrupt) = watch::channel(false);
    let results = push(tasks, &Arc::new(tools), &Pace::default(), interrupt).await;
    assert_eq!(
        results[0].state.name(),
        "APPLIED",
        "{}",
        results[0].transcript.text()
    );
    assert!(cisco.heard().contains(&"name users".to_string()));
    assert!(!results[0].transcript.text().contains("C1sco12345"));
}

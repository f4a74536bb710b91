//! Telnet against a scripted console on loopback.

use std::time::Duration;

use programmer::topology::Device;
use programmer::transport::{
    AnyTransport, Connect as _, Connector, HostKeyPolicy, HostKeys, Transport as _, TransportKind,
    TransportOptions,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

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

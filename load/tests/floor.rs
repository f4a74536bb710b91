//! The client against the floor's server, and against servers that aren't as they should be.

use std::time::Duration;

use load::Failure;
use load::client::{Answered, Client, Dialogue, Enable, Method};
use load::floor::{Replies, Server};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

fn dialogue() -> Dialogue {
    Dialogue {
        patience: Duration::from_secs(20),
        ..Dialogue::default()
    }
}

fn client(dialogue: Dialogue) -> Client {
    Client::new("netadmin", "any", dialogue)
}

fn replies() -> Replies {
    Replies::new("edge-1#")
        .bytes("show running-config", 200_000)
        .question("enable", "Password: ")
        .text("vlan x", "% Invalid input")
}

#[tokio::test]
async fn every_line_is_acknowledged_whatever_the_window() {
    let server = Server::start(replies()).await.unwrap();
    let client = client(dialogue());
    let lines: Vec<String> = (0..500).map(|n| format!("vlan {n}")).collect();
    let keys: usize = lines.iter().map(String::len).sum();
    for window in [1, 8, usize::MAX] {
        let mut terminal = client.open(server.address()).await.unwrap();
        let answered = terminal.lines(&lines, window).await.unwrap();
        let bytes = keys + 500 * "\r\nedge-1#".len();
        assert_eq!(answered, Answered { lines: 500, bytes });
        terminal.close().await;
    }
}

#[tokio::test]
async fn the_same_exchange_has_its_reads_and_its_second_password() {
    let server = Server::start(replies()).await.unwrap();
    let enable = Enable {
        command: "enable".to_string(),
        question: "Password:".to_string(),
        password: "any".to_string(),
    };
    let client = client(Dialogue {
        enable: Some(enable),
        ..dialogue()
    });
    let mut terminal = client.open(server.address()).await.unwrap();
    let read = terminal.line("show running-config").await.unwrap();
    assert!(read.bytes > 200_000, "{read:?}");
    terminal.line("vlan 7").await.unwrap();
}

#[tokio::test]
async fn a_refused_line_is_a_failure() {
    let server = Server::start(replies()).await.unwrap();
    let client = client(Dialogue {
        refusals: vec!["% ".to_string()],
        ..dialogue()
    });
    let mut terminal = client.open(server.address()).await.unwrap();
    let refused = terminal.lines(&["vlan 7", "vlan x", "vlan 8"], 2).await;
    assert_eq!(refused, Err(Failure::Refused("vlan x".to_string())));
    // The session goes on.
    terminal.line("vlan 9").await.unwrap();
}

#[tokio::test]
async fn odd_servers_end_as_failures() {
    let server = Server::start(replies()).await.unwrap();
    let by_question = client(dialogue()).method(Method::KeyboardInteractive);
    let refused = by_question.open(server.address()).await.err();
    assert_eq!(refused, Some(Failure::Login));

    // One that speaks no SSH, one that hangs up at once, and one that isn't there.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let odd = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"220 mail\r\n\r\n").await.unwrap();
        stream.shutdown().await.unwrap();
        drop(listener.accept().await.unwrap());
    });
    for _ in 0..2 {
        let failed = client(dialogue()).open(address).await.err();
        assert_eq!(failed.map(|failed| failed.kind()), Some("handshake"));
    }
    odd.await.unwrap();
    let failed = client(dialogue()).open(address).await.err();
    assert_eq!(failed.map(|failed| failed.kind()), Some("connect"));
}

#[tokio::test]
async fn a_server_that_says_nothing_is_slow() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let impatient = client(Dialogue {
        patience: Duration::from_millis(1),
        ..Dialogue::default()
    });
    let failed = impatient.open(listener.local_addr().unwrap()).await.err();
    assert_eq!(failed, Some(Failure::Slow("login")));
}

//! Sessions through the door.

use std::io::ErrorKind;
use std::sync::atomic::Ordering;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::client::{connect_with, drain, logged_in, password, read_to, shell, type_in};
use crate::scripted::{SPILL_BYTES, Script, fleet, fleet_with};

#[tokio::test]
async fn a_shell_has_its_user_and_its_terminal() {
    let fleet = fleet(&Script::default()).await;
    let client = logged_in(fleet.address(0).unwrap()).await;
    let mut channel = shell(&client).await;
    assert_eq!(
        read_to(&mut channel, "\r\n").await,
        "netadmin on vt100 100x30\r\n"
    );
}

#[tokio::test]
async fn a_command_runs_and_the_channel_closes() {
    let fleet = fleet(&Script::default()).await;
    let client = logged_in(fleet.address(0).unwrap()).await;
    let mut channel = client.channel_open_session().await.unwrap();
    channel.exec(true, "show version").await.unwrap();
    channel.eof().await.unwrap();
    assert_eq!(read_to(&mut channel, "never").await, "ran show version\r\n");
}

#[tokio::test]
async fn last_words_arrive_before_the_session_closes() {
    let fleet = fleet(&Script::default()).await;
    let client = logged_in(fleet.address(0).unwrap()).await;
    let mut channel = shell(&client).await;
    read_to(&mut channel, "\r\n").await;
    type_in(&channel, "exit").await;
    assert_eq!(read_to(&mut channel, "never").await, "bye");
}

#[tokio::test]
async fn a_shell_ends_with_its_input_and_answers_it_first() {
    let fleet = fleet(&Script::default()).await;
    let client = logged_in(fleet.address(0).unwrap()).await;
    let mut channel = shell(&client).await;
    read_to(&mut channel, "\r\n").await;
    type_in(&channel, "echo").await;
    channel.eof().await.unwrap();
    assert_eq!(read_to(&mut channel, "never").await, "echo");
}

#[tokio::test]
async fn a_second_channel_ends_the_connection() {
    let fleet = fleet(&Script::default()).await;
    let client = logged_in(fleet.address(0).unwrap()).await;
    let mut first = shell(&client).await;
    assert!(client.channel_open_session().await.is_err());
    drain(&mut first).await;
    assert!(client.is_closed());
}

#[tokio::test]
async fn forwarding_and_subsystems_are_refused_and_the_session_goes_on() {
    let fleet = fleet(&Script::default()).await;
    let client = logged_in(fleet.address(0).unwrap()).await;
    let mut channel = shell(&client).await;
    assert!(
        client
            .channel_open_direct_tcpip("127.0.0.1", 1, "127.0.0.1", 1)
            .await
            .is_err()
    );
    channel.set_env(true, "LANG", "C").await.unwrap();
    channel.request_subsystem(true, "sftp").await.unwrap();
    type_in(&channel, "go on").await;
    assert!(read_to(&mut channel, "go on").await.ends_with("go on"));
}

#[tokio::test]
async fn a_large_output_arrives_whole() {
    let fleet = fleet(&Script::default()).await;
    let client = logged_in(fleet.address(0).unwrap()).await;
    let mut channel = shell(&client).await;
    let hello = read_to(&mut channel, "\r\n").await;
    assert!(!hello.is_empty());
    type_in(&channel, "spill").await;
    type_in(&channel, "exit").await;
    assert_eq!(drain(&mut channel).await, SPILL_BYTES);
}

#[tokio::test]
async fn a_session_that_wont_read_is_closed() {
    let script = Script::default();
    let fleet = fleet(&script).await;
    let mut client = connect_with(fleet.address(0).unwrap(), 4096).await.unwrap();
    assert!(password(&mut client, "right").await.success());
    let channel = shell(&client).await;
    // Nobody calls `wait` on the channel, so its window fills and stays full.
    type_in(&channel, "spill").await;
    type_in(&channel, "more").await;
    while !client.is_closed() {
        tokio::task::yield_now().await;
    }
    while script.closed.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_device_that_goes_down_closes_its_sessions_and_resets_new_ones() {
    let fleet = fleet(&Script::default()).await;
    let address = fleet.address(0).unwrap();
    let client = logged_in(address).await;
    let mut channel = shell(&client).await;
    type_in(&channel, "down").await;
    drain(&mut channel).await;
    let mut refused = TcpStream::connect(address).await.unwrap();
    let error = refused.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    logged_in(fleet.address(1).unwrap()).await;
}

/// Time is the test's: the reload's ninety seconds pass as soon as nobody has anything to do.
#[tokio::test(start_paused = true)]
async fn a_device_that_reloads_comes_back_at_its_address() {
    let script = Script::default();
    let fleet = fleet(&script).await;
    let address = fleet.address(0).unwrap();
    let client = logged_in(address).await;
    let mut channel = shell(&client).await;
    type_in(&channel, "reload").await;
    drain(&mut channel).await;
    tokio::time::sleep(std::time::Duration::from_secs(91)).await;
    logged_in(address).await;
    assert_eq!(script.boots.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_fleet_that_stops_closes_its_sessions_and_its_ports() {
    let fleet = fleet(&Script::default()).await;
    let address = fleet.address(0).unwrap();
    let client = logged_in(address).await;
    let mut channel = shell(&client).await;
    fleet.stop().await;
    drain(&mut channel).await;
    assert_eq!(
        TcpStream::connect(address).await.unwrap_err().kind(),
        ErrorKind::ConnectionRefused
    );
}

#[tokio::test]
async fn one_socket_serves_a_network_and_the_address_says_which_device_is_meant() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let script = Script::default();
    let fleet = fleet_with(
        &script,
        &format!("{{network: 127.77.0.0/24, port: {port}}}"),
        16,
    )
    .await;
    let address = fleet.address(1).unwrap();
    assert_eq!(address.to_string(), format!("127.77.0.2:{port}"));
    logged_in(address).await;
    logged_in(address).await;
    assert_eq!(script.boots.load(Ordering::SeqCst), 1);
    for stranger in ["127.77.0.3", "127.78.0.1", "127.0.0.1"] {
        let mut refused = TcpStream::connect((stranger, port)).await.unwrap();
        let error = refused.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{stranger}");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let listen = format!("{{address: 127.0.0.1, port: {}}}", address.port());
    let topology = crate::scripted::topology(&listen);
    let error = emulator::Fleet::start(topology, emulator::Settings::default())
        .await
        .err()
        .unwrap();
    assert_eq!(
        error.to_string(),
        format!("r-1 can't listen at {address}: the port is taken")
    );
    assert!(error.hint().contains("another program"));
}

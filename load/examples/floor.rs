//! What the floor reaches: `cargo run --release -p load --example floor -- 1000 20 64 1` pushes to 1,000 devices 20
//! lines each, 64 at a time, 1 line in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use load::client::{Client, Dialogue};
use load::floor::{Replies, Server};
use tokio::task::JoinSet;

#[allow(clippy::print_stdout, clippy::unwrap_used, reason = "an example")]
#[tokio::main]
async fn main() {
    let argument = |n, default| {
        std::env::args()
            .nth(n)
            .map_or(default, |text| text.parse().unwrap())
    };
    let (devices, lines, at_once, window) = (
        argument(1, 1000),
        argument(2, 20),
        argument(3, 64),
        argument(4, 1),
    );
    let server = Server::start(Replies::new("edge-1(config)#"))
        .await
        .unwrap();
    let address = server.address();
    let client = Client::new("netadmin", "any", Dialogue::default());
    let lines: Arc<Vec<String>> = Arc::new((0..lines).map(|n| format!("vlan {n}")).collect());
    let next = Arc::new(AtomicUsize::new(0));
    let begin = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..at_once {
        let (client, lines, next) = (client.clone(), lines.clone(), next.clone());
        workers.spawn(async move {
            while next.fetch_add(1, Ordering::Relaxed) < devices {
                let mut terminal = client.open(address).await.unwrap();
                for line in ["enable", "length", "width", "configure"] {
                    terminal.line(line).await.unwrap();
                }
                terminal.lines(&lines, window).await.unwrap();
                terminal.line("end").await.unwrap();
                terminal.close().await;
            }
        });
    }
    workers.join_all().await;
    let seconds = begin.elapsed().as_secs_f64();
    let (devices, lines) = (devices as f64, lines.len() as f64);
    println!(
        "{:.0} pushes/s, {:.0} lines/s",
        devices / seconds,
        devices * lines / seconds
    );
}

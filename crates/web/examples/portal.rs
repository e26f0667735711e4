//! Serves a small town from memory on a loopback port, to look at pages: `cargo run -p huzhu-web --example portal -- 1500 8099`: residents and port.
//!
//! Prints addresses that sign in as people of the town with one click. Nothing is kept when it stops.

#[path = "../tests/it/pages_world.rs"]
mod world;

use std::net::SocketAddr;
use std::sync::Arc;

use huzhu_web::edge::{Edge, EdgeConfig};
use huzhu_web::limit::Limits;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example talks to its terminal")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let residents = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_500);
    let port = std::env::args().nth(2).and_then(|text| text.parse().ok()).unwrap_or(8099);
    let town = world::Town::lived(residents).await;
    for (name, n) in [
        ("member", 1),
        ("waiting", world::WAITING),
        ("newcomer", world::NEWCOMER),
        ("more-evidence", 8),
        ("refused", 9),
        ("paid", 3),
        ("operator", world::OPERATOR),
        ("reviewer", world::REVIEWER),
        ("confirmer", world::CONFIRMER),
    ] {
        println!("{name} huzhu-session={}", town.session(n).await);
    }
    let edge = Edge {
        app: Arc::clone(&town.app),
        config: EdgeConfig { secure: false, demo: false, personas: Arc::from([]), clock: None },
        limits: Arc::new(Limits::none()),
    };
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await?;
    println!("http://{}", listener.local_addr()?);
    huzhu_web::serve::serve(edge, listener, std::future::pending()).await?;
    Ok(())
}

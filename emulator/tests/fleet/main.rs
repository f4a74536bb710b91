//! The emulator from outside: topologies in and mistakes out, the SSH door over loopback, the program.

mod cli;
mod client;
mod door;
mod inventory;
mod login;
mod scripted;
mod topology;

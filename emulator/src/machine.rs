//! What a device task drives: a virtual device, or in a test a scripted one.

use std::net::IpAddr;
use std::sync::Arc;

use device::network::Node;
use device::{Device, Door, Effect, Login, Opening, Screen, SessionId, SimTime};

/// A device and all its sessions: every call is one step, and its effects are carried out in order.
pub trait Machine: Send + 'static {
    /// What the door must know now.
    fn door(&self) -> Door;
    /// Judges a user's password.
    fn login(&mut self, user: &str, password: &str, peer: IpAddr, now: SimTime) -> Login;
    /// Judges a user's public key, in SSH wire format.
    fn login_by_key(&mut self, user: &str, blob: &[u8], now: SimTime) -> Login;
    /// Opens a session.
    fn open(&mut self, id: SessionId, opening: Opening, now: SimTime, out: &mut Vec<Effect>);
    /// Takes what a session's client sent.
    fn input(&mut self, id: SessionId, bytes: &[u8], now: SimTime, out: &mut Vec<Effect>);
    /// A session's client has nothing more to send.
    fn end_of_input(&mut self, id: SessionId, now: SimTime, out: &mut Vec<Effect>);
    /// A terminal has another size.
    fn resize(&mut self, id: SessionId, screen: Screen);
    /// A session's client has gone.
    fn closed(&mut self, id: SessionId, now: SimTime, out: &mut Vec<Effect>);
    /// A time that was asked for has come, perhaps early. Of several times only the earliest is kept: the
    /// machine asks again for its next one.
    fn tick(&mut self, now: SimTime, out: &mut Vec<Effect>);
    /// What it shows other devices, after [`Effect::Changed`].
    fn node(&self) -> Option<Arc<Node>> {
        None
    }
    /// The virtual device that it is, if it is one: what faults reach into.
    fn device(&mut self) -> Option<&mut Device> {
        None
    }
    /// Whether it waits for nothing: with no session open, nothing changes until somebody knocks.
    fn may_rest(&self) -> bool {
        false
    }
    /// Others of its network show something else than before.
    fn neighbours_changed(&mut self, _now: SimTime, _out: &mut Vec<Effect>) {}
}

impl Machine for Device {
    fn door(&self) -> Door {
        Device::door(self)
    }

    fn login(&mut self, user: &str, password: &str, peer: IpAddr, now: SimTime) -> Login {
        Device::login(self, user, password, peer, now)
    }

    fn login_by_key(&mut self, user: &str, blob: &[u8], now: SimTime) -> Login {
        Device::login_by_key(self, user, blob, now)
    }

    fn open(&mut self, id: SessionId, opening: Opening, now: SimTime, out: &mut Vec<Effect>) {
        Device::open(self, id, opening, now, out);
    }

    fn input(&mut self, id: SessionId, bytes: &[u8], now: SimTime, out: &mut Vec<Effect>) {
        Device::input(self, id, bytes, now, out);
    }

    fn end_of_input(&mut self, id: SessionId, now: SimTime, out: &mut Vec<Effect>) {
        Device::end_of_input(self, id, now, out);
    }

    fn resize(&mut self, id: SessionId, screen: Screen) {
        Device::resize(self, id, screen);
    }

    fn closed(&mut self, id: SessionId, now: SimTime, out: &mut Vec<Effect>) {
        Device::closed(self, id, now, out);
    }

    fn tick(&mut self, now: SimTime, out: &mut Vec<Effect>) {
        Device::tick(self, now, out);
    }

    fn node(&self) -> Option<Arc<Node>> {
        Device::node(self)
    }

    fn device(&mut self) -> Option<&mut Device> {
        Some(self)
    }

    fn may_rest(&self) -> bool {
        Device::may_rest(self)
    }

    fn neighbours_changed(&mut self, now: SimTime, out: &mut Vec<Effect>) {
        Device::neighbours_changed(self, now, out);
    }
}

//! A copy of the configuration on the device itself, where it has an archive.

use super::Deployment;
use crate::config::Config;
use crate::push::settings::OnError;
use crate::push::trouble::Trouble;
use crate::session::Cause;
use crate::transport::Connect;

impl<C: Connect> Deployment<'_, C> {
    /// Makes the copy that a rollback goes back to, and says its name. None, where there is no archive or no
    /// rollback is wanted.
    pub(super) async fn checkpoint(&mut self, before: &Config) -> Result<Option<String>, Cause> {
        let archive = self.task.plan.expect().checkpoint.clone();
        let Some(archive) = archive.filter(|archive| archive.is_in(&before.text())) else {
            return Ok(None);
        };
        if self.tools.settings.on_error != OnError::Rollback {
            return Ok(None);
        }
        self.command(&archive.make).await?;
        let listed = self.command(&archive.list).await?;
        match archive.newest_of(&listed) {
            Some(file) => Ok(Some(file)),
            None => {
                let said = format!("`{}` names no newest copy", archive.list);
                Err(Trouble::NoCheckpoint(said).into())
            }
        }
    }
}

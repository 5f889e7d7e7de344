use std::path::PathBuf;

use clap::{Args, ValueEnum};
use holm::policy::Action;
use holm::role::UseCase;
use holm::vault::write_durably;
use holm_marks::frame::Language;
use holm_record::event::approval::Masked;
use holm_record::id::IncidentName;

use crate::app::App;
use crate::error::{CommandError, Outcome};

/// Write what the record says of an incident for a court, an inspector or the person: PDF, and JSON with proofs
#[derive(Debug, Args)]
pub(crate) struct Dossier {
    /// The incident.
    incident: IncidentName,
    /// The PDF; beside it is written a file of the same name that ends in .json.
    #[arg(long, value_name = "FILE.pdf")]
    out: PathBuf,
    /// In which language.
    #[arg(long, value_enum, default_value_t = Tongue::En)]
    language: Tongue,
    /// Seed of the sampler, for what is believed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Tongue {
    /// English.
    En,
    /// Spanish.
    Es,
}

impl Dossier {
    pub(crate) fn run(self, app: &App) -> Result<Outcome, CommandError> {
        let json = self.out.with_extension("json");
        if self.out.extension().is_none_or(|ending| ending != "pdf") {
            return Err(CommandError::new(format!("`{}` must end in .pdf", self.out.display())));
        }
        if let Some(taken) = [&self.out, &json].into_iter().find(|path| path.exists()) {
            return Err(CommandError::new(format!("`{}` exists; nothing was written", taken.display())));
        }
        let mut workspace = app.workspace(UseCase::SeeProceedings)?;
        let language = match self.language {
            Tongue::En => Language::En,
            Tongue::Es => Language::Es,
        };
        let dossier = workspace.dossier(&self.incident, self.seed, app.now())?;
        let permit = workspace.permit(&Action::Administer, app.now())?;
        if dossier.beliefs.is_some() {
            workspace.record_reading(&permit, Masked::Beliefs, None)?;
        }
        let (pdf, proofs) = (dossier.to_pdf(language)?, serde_json::to_vec_pretty(&dossier)?);
        // Its hashes stand in the record before it leaves.
        let entry = workspace.note_dossier(&permit, &self.incident, &pdf, &proofs)?;
        write_durably(&self.out, &pdf)?;
        write_durably(&json, &proofs)?;
        say!("{} and {}: {} entries with their proofs", self.out.display(), json.display(), dossier.entries.len());
        say!("that they were written, and their SHA-256, is recorded as entry {entry}");
        if dossier.beliefs_withheld {
            say!("without what is believed of people, which your roles do not see");
        }
        Ok(Outcome::Done)
    }
}

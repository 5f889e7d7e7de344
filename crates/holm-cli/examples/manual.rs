//! Writes a manual page for each command, and completions for bash, zsh and fish: manual FOLDER.

use std::path::PathBuf;

use clap_complete::Shell;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or_else(|| std::io::Error::other("say in which folder"))?);
    std::fs::create_dir_all(&folder)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut holm_cli::command_tree(), "holm", &folder)?;
    }
    clap_mangen::generate_to(holm_cli::command_tree(), &folder)
}

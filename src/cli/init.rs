//! `init`: a new workspace, commented, or the sample one.

use crate::cli::args::InitOptions;
use crate::cli::terminal::Terminal;
use crate::embedded;
use crate::store::files;
use crate::workspace;
use anyhow::Context as _;
use anyhow::bail;
use std::io::Write;

const CONFIG: &str = r#"# A sellerlake workspace. Unknown keys are errors, so slips are found. Every line is optional.

[workspace]
zone = "Asia/Shanghai"       # the team's zone: decides what "today" is
base-currency = "CNY"
week-start = "sunday"        # as Amazon's own weekly reports; "monday" for ISO weeks

# One block per selling account. Marketplaces let a currency tell the marketplace: with US and DE, EUR is DE.
[[account]]
name = "my-shop"
marketplaces = ["US"]
# seller-ids = ["A1B2C3D4E5F6G7"]
# brands = ["MyBrand"]

[targets]
acos = 0.25                  # at most
bsr = 50                     # at most
return-rate = 0.03           # at most
supply-days-min = 30
supply-days-max = 45
# [targets.DE]
# acos = 0.22

[rules]
# cpc-limit = { US = 1.00, DE = 0.90, JP = 150 }   # dearer clicks without an order are wasted
# wasted-min-clicks = 10

# Files below inbox/<account>/<marketplace>/<YYYY-MM-DD>/ need no rule. Other folders may have one:
# [[rule]]
# files = "keepa/de/**"
# account = "my-shop"
# marketplace = "DE"
# period = "2026-01-01..2026-01-31"   # of range reports that do not tell their days

# Files that are nobody's reports:
# [[ignore]]
# files = "*.pdf"
"#;

/// Makes the workspace; never overwrites a file.
///
/// # Errors
/// When there is a workspace already, or the folder cannot be written.
pub(super) fn init(options: &InitOptions, terminal: &Terminal) -> anyhow::Result<bool> {
    let root = &options.folder;
    if root.join(workspace::FILE).exists() {
        bail!(
            "{} is a workspace already; nothing was changed",
            root.display()
        );
    }
    let mut n = 0;
    if options.sample {
        for (path, bytes) in embedded::SAMPLE {
            let path = root.join(path.split('/').collect::<std::path::PathBuf>());
            n += u32::from(files::put_new(&path, bytes)?);
        }
    } else {
        for folder in ["inbox", "seeds"] {
            let path = root.join(folder);
            std::fs::create_dir_all(&path)
                .with_context(|| format!("cannot make {}", path.display()))?;
        }
        files::put_new(&root.join(workspace::FILE), CONFIG.as_bytes())?;
    }
    let shown = root.display();
    let mut out = terminal.out();
    if options.sample {
        writeln!(
            out,
            "{shown} is the sample workspace: {n} files of an invented shop. Next:\n  sellerlake -w {shown} run"
        )?;
    } else {
        writeln!(
            out,
            "{shown} is a workspace. Next:\n  name your account and marketplaces in {shown}/{}\n  put downloads into {shown}/inbox\n  sellerlake -w {shown} run",
            workspace::FILE
        )?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_a_valid_configuration() {
        let config = workspace::wire::parse(CONFIG).unwrap();
        assert_eq!(&*config.accounts[0].name, "my-shop");
        let everything: String = CONFIG
            .lines()
            .map(|line| {
                line.strip_prefix("# ")
                    .filter(|line| line.contains('=') || line.starts_with('['))
                    .unwrap_or(line)
            })
            .fold(String::new(), |text, line| text + line + "\n");
        workspace::wire::parse(&everything).unwrap();
    }
}

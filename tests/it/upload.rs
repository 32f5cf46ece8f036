//! What a mart gives another program to take: the file is read back by the schema of that program's own files.

use crate::shell::Shell;
use crate::stages;
use jiff::civil::date;
use sellerlake::model::name::ColumnName;
use sellerlake::pipeline::Pipeline;
use sellerlake::publish;
use sellerlake::publish::Form;
use std::fs;

#[test]
fn an_upload_is_a_file_of_the_program_that_takes_it() {
    let mut n = 0;
    let marts = stages::pipelines().iter().flat_map(Pipeline::marts);
    for mart in marts.filter(|mart| mart.upload.is_some()) {
        let upload = mart.upload.as_ref().unwrap();
        let rows = stages::walked_cases()
            .iter()
            .filter_map(|case| case.steps.last())
            .filter(|step| step.stage.name == mart.name)
            .map(|step| &step.rows)
            // A form without rows gives no file.
            .filter(|batch| batch.num_rows() > 0);
        for batch in rows {
            let folder = tempfile::tempdir().unwrap();
            let form = Form {
                title: &mart.title,
                sheet: upload.sheet.as_deref(),
                by: Vec::new(),
                header: upload
                    .header
                    .iter()
                    .map(|(label, column)| (&**label, column.as_ref().map(ColumnName::as_str)))
                    .collect(),
                batch,
            };
            let made = publish::fill(folder.path(), &form, date(2026, 2, 12)).unwrap();
            let extension = made[0].path.extension().unwrap().to_str().unwrap();
            let name = format!("inbox/made.{extension}");
            let shell = Shell::shop().file(&name, fs::read(&made[0].path).unwrap());
            let came = shell.run(&["run"]);
            assert_eq!(
                came.code,
                0,
                "{}{}",
                String::from_utf8_lossy(&came.stdout),
                came.stderr
            );
            // Every label is known to the schema that the file was taken by.
            let told = shell.run(&["inspect", &name]);
            let told = String::from_utf8(told.stdout).unwrap();
            assert!(!told.contains("unknown-column"), "{told}");
            let read = shell.run(&[
                "query",
                "SELECT COUNT(*) AS n FROM reports",
                "--format",
                "csv",
            ]);
            assert!(
                String::from_utf8(read.stdout).unwrap().contains('1'),
                "{told}"
            );
            n += 1;
        }
    }
    assert!(n > 0, "no mart is uploaded anywhere");
}

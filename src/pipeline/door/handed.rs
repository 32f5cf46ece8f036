//! What a mart hands out beside its table, as written: the form of another program, a short text for each person.

use crate::model::name::ColumnName;
use crate::model::table::StoredType;
use crate::pipeline::Digest;
use crate::pipeline::MartColumn;
use crate::pipeline::Upload;
use crate::pipeline::door::Door;
use crate::pipeline::wire::WireDigest;
use crate::pipeline::wire::WireMart;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use toml::Spanned;

impl Door<'_> {
    /// The upload that the mart fills, if it says one: its header and the columns' `header` name each other.
    pub(super) fn upload(&mut self, wire: &WireMart, columns: &[MartColumn]) -> Option<Upload> {
        let filled: BTreeMap<&str, &Spanned<String>> = wire
            .column
            .iter()
            .filter_map(|column| Some((column.header.as_ref()?.get_ref().as_str(), &column.name)))
            .collect();
        let sheet = wire.upload_sheet.as_ref();
        if sheet.is_some() == wire.upload_csv {
            if wire.upload_csv {
                let what = "an upload is a workbook or a csv file: upload-sheet or upload-csv";
                self.at(&wire.name.span(), what.to_owned());
            } else if !(wire.upload_by.is_empty()
                && wire.upload_header.is_empty()
                && filled.is_empty())
            {
                let what = "an upload is a sheet or a csv file: say upload-sheet or upload-csv";
                self.at(&wire.name.span(), what.to_owned());
            }
            return None;
        }
        let mut labels = BTreeSet::new();
        for label in &wire.upload_header {
            if !labels.insert(label.get_ref().as_str()) {
                let what = format!("the label {:?} stands twice in the header", label.get_ref());
                self.at(&label.span(), what);
            }
        }
        for label in wire
            .column
            .iter()
            .filter_map(|column| column.header.as_ref())
        {
            if !labels.contains(label.get_ref().as_str()) {
                let what = format!("upload-header has no label {:?}", label.get_ref());
                self.at(&label.span(), what);
            }
        }
        let by = wire
            .upload_by
            .iter()
            .filter_map(|column| self.column_of(column, columns))
            .collect();
        let header = wire
            .upload_header
            .iter()
            .map(|label| {
                let label = label.get_ref().as_str();
                let column = filled
                    .get(label)
                    .and_then(|name| self.column_of(name, columns));
                (label.into(), column)
            })
            .collect();
        Some(Upload {
            sheet: sheet.map(|sheet| sheet.get_ref().as_str().into()),
            by,
            header,
        })
    }

    /// What is told of the mart; every column of it is one of the mart.
    pub(super) fn digest(&mut self, wire: &WireDigest, columns: &[MartColumn]) -> Option<Digest> {
        let [by, head, line, order] = [&wire.by, &wire.head, &wire.line, &wire.order]
            .map(|column| self.column_of(column, columns));
        let digest = Digest {
            by: by?,
            head: head?,
            line: line?,
            order: order?,
        };
        let is = |name: &ColumnName, ty| {
            let column = columns.iter().find(|column| column.name == *name);
            column.is_some_and(|column| column.ty == ty)
        };
        for (name, wire) in [
            (&digest.by, &wire.by),
            (&digest.head, &wire.head),
            (&digest.line, &wire.line),
        ] {
            if !is(name, StoredType::Text) {
                self.at(&wire.span(), format!("{name} is no text"));
            }
        }
        if !is(&digest.order, StoredType::Integer) {
            self.at(
                &wire.order.span(),
                format!("{} is no integer", digest.order),
            );
        }
        Some(digest)
    }
}

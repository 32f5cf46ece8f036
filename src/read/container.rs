//! From a path to the innermost files: what the bytes are, by their content and never by their name, and what is packed
//! in them, within limits.
//!
//! Names inside of archives are only ever shown; they never become paths. Knows nothing of reports.

use crate::model::id::ContentId;
use crate::model::market::Market;
use crate::read::Document;
use crate::read::Kind;
use crate::read::Limits;
use crate::read::WorkbookFormat;
use crate::read::encoding;
use crate::read::encoding::Survey;
use crate::read::error::Amount;
use crate::read::error::Bound;
use crate::read::error::Origin;
use crate::read::error::ReadError;
use crate::read::guard::Caps;
use crate::read::nested::Nestings;
use crate::read::opendocument;
use crate::read::sniff;
use crate::read::sniff::Magic;
use crate::read::sniff::Nature;
use crate::read::source::Packing;
use crate::read::source::Source;
use crate::read::text;
use crate::read::workbook;
use crate::read::xlsx::Package;
use std::io;
use std::io::Read;
use std::path::Path;
use zip::CompressionMethod;
use zip::ZipArchive;

/// Files and members up to this size are held in memory while they are read.
const HELD: u64 = 8 << 20;
/// All members of one archive that are held.
const HELD_IN_ALL: u64 = 64 << 20;
/// Workbooks and archives that must be unpacked into memory because they are sought in.
const SOUGHT: u64 = 512 << 20;
/// First bytes that tell what a file is.
const HEAD: u64 = 8 << 10;

/// One walk from a path inwards.
pub(super) struct Walk<'a> {
    limits: &'a Limits,
    market: Option<Market>,
    nestings: &'a Nestings,
    found: Vec<Document>,
    entries: usize,
    expanded: u64,
    held: u64,
}

impl<'a> Walk<'a> {
    pub(super) fn new(limits: &'a Limits, market: Option<Market>, nestings: &'a Nestings) -> Self {
        Self {
            limits,
            market,
            nestings,
            found: Vec::new(),
            entries: 0,
            expanded: 0,
            held: 0,
        }
    }

    pub(super) fn start(mut self, path: &Path) -> Result<Vec<Document>, ReadError> {
        let opened = Source::file(path, self.caps());
        let source = opened.map_err(|source| ReadError::Open {
            path: path.to_path_buf(),
            source,
        })?;
        let name = path
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        self.visit(source, &Origin::of(path), &name, 0)?;
        Ok(self.found)
    }

    /// The same walk, from bytes that are in memory.
    #[cfg(any(test, fuzzing))]
    pub(super) fn start_held(mut self, bytes: &[u8]) -> Result<Vec<Document>, ReadError> {
        let source = Source::memory(bytes.to_vec(), self.caps());
        self.visit(source, &Origin::of(Path::new("held")), "held", 0)?;
        Ok(self.found)
    }

    fn caps(&self) -> Caps {
        Caps {
            expanded: self.limits.expanded_bytes.saturating_sub(self.expanded),
            ratio: self.limits.ratio,
        }
    }

    /// Opens what the source is, or what is packed in it.
    fn visit(
        &mut self,
        source: Source,
        origin: &Origin,
        name: &str,
        depth: u8,
    ) -> Result<(), ReadError> {
        let source = self.settle(source, origin)?;
        let fault = |why| ReadError::of(origin, why);
        let mut head = Vec::new();
        source
            .reader()
            .and_then(|reader| reader.take(HEAD).read_to_end(&mut head))
            .map_err(fault)?;
        match sniff::magic(&head) {
            Magic::Gzip => {
                self.deeper(origin, depth)?;
                let packed = self.sought(source, origin)?.gzipped();
                let inner = name.strip_suffix(".gz").unwrap_or(name);
                self.visit(packed, origin, inner, depth + 1)
            }
            Magic::Zip => {
                let archive = self.sought(source, origin)?;
                self.zip(&archive, origin, name, depth)
            }
            Magic::CompoundFile => {
                if sniff::is_encrypted_workbook(
                    &source
                        .read_up_to(SOUGHT)
                        .map_err(fault)?
                        .unwrap_or_default(),
                ) {
                    return Err(ReadError::Protected {
                        origin: origin.clone(),
                    });
                }
                self.whole_workbook(&source, origin, name, workbook::Format::Xls)
            }
            Magic::Foreign { what, remedy } => Err(ReadError::Binary {
                origin: origin.clone(),
                what,
                remedy,
            }),
            Magic::Other => {
                let survey = self.survey(&source, origin)?;
                let opened = text::open(source, survey, origin, name, self.nestings)?;
                self.found.push(opened);
                Ok(())
            }
        }
    }

    fn deeper(&self, origin: &Origin, depth: u8) -> Result<(), ReadError> {
        if depth < self.limits.depth {
            return Ok(());
        }
        Err(ReadError::bomb(origin, Bound::Depth(self.limits.depth)))
    }

    /// Holds a small source in memory, so that further passes neither unpack again nor meet a changed file.
    fn settle(&mut self, source: Source, origin: &Origin) -> Result<Source, ReadError> {
        let room = HELD.min(HELD_IN_ALL.saturating_sub(self.held));
        if source.is_held() || (!source.is_plain() && source.packed_len() > room) {
            return Ok(source);
        }
        let held = source
            .read_up_to(room)
            .map_err(|why| ReadError::of(origin, why))?;
        Ok(held.map_or(source, |bytes| {
            self.held += bytes.len() as u64;
            Source::memory(bytes, self.caps())
        }))
    }

    /// The same bytes so that they can be sought in.
    fn sought(&self, source: Source, origin: &Origin) -> Result<Source, ReadError> {
        if source.is_plain() {
            return Ok(source);
        }
        let unpacked = source
            .read_up_to(SOUGHT)
            .map_err(|why| ReadError::of(origin, why))?;
        match unpacked {
            Some(bytes) => Ok(Source::memory(bytes, self.caps())),
            None => Err(ReadError::bomb(origin, Bound::Held(SOUGHT))),
        }
    }

    fn zip(
        &mut self,
        archive: &Source,
        origin: &Origin,
        name: &str,
        depth: u8,
    ) -> Result<(), ReadError> {
        let members = self.members(archive, origin)?;
        match sniff::nature(members.iter().map(|member| member.name.as_str())) {
            Nature::Xlsx => self.xlsx(archive, members, origin, name),
            Nature::Xlsb => {
                Self::check_parts(members, origin)?;
                self.whole_workbook(archive, origin, name, workbook::Format::Xlsb)
            }
            Nature::Ods => {
                Self::check_parts(members, origin)?;
                self.whole_workbook(archive, origin, name, workbook::Format::Ods)
            }
            Nature::Foreign { what, remedy } => Err(ReadError::Binary {
                origin: origin.clone(),
                what,
                remedy,
            }),
            Nature::Archive => self.archive(members, origin, depth),
        }
    }

    fn archive(
        &mut self,
        members: Vec<Member>,
        origin: &Origin,
        depth: u8,
    ) -> Result<(), ReadError> {
        self.deeper(origin, depth)?;
        let members: Vec<_> = members
            .into_iter()
            .filter(|member| sniff::is_wanted(&member.name))
            .collect();
        self.entries += members.len();
        if self.entries > self.limits.entries {
            return Err(ReadError::bomb(origin, Bound::Entries(self.limits.entries)));
        }
        if members.is_empty() {
            return Err(ReadError::Empty {
                origin: origin.clone(),
            });
        }
        let alone = members.len() == 1;
        for member in members {
            let inner = origin.member(&member.name);
            let name = sniff::file_name(&member.name).to_owned();
            let opened = member
                .open(&inner, self.caps())
                .and_then(|source| self.visit(source, &inner, &name, depth + 1));
            match opened {
                // One bad file stops no other: it is a document of its own that says why.
                Err(why) if !alone && why.spares_siblings() => {
                    self.found.push(Document::unreadable(name, why));
                }
                opened => opened?,
            }
        }
        Ok(())
    }

    /// The directory of a zip archive, without its folders.
    fn members(&self, archive: &Source, origin: &Origin) -> Result<Vec<Member>, ReadError> {
        let window = archive.window().map_err(|why| ReadError::of(origin, why))?;
        let broken = |source| ReadError::Archive {
            origin: origin.clone(),
            source,
        };
        let mut zip = ZipArchive::new(window).map_err(broken)?;
        if zip.len() > self.limits.entries {
            return Err(ReadError::bomb(origin, Bound::Entries(self.limits.entries)));
        }
        let mut members = Vec::new();
        for index in 0..zip.len() {
            let entry = zip.by_index_raw(index).map_err(broken)?;
            if entry.is_dir() {
                continue;
            }
            let (crc, size) = (entry.crc32(), entry.size());
            let (method, deflated) = match entry.compression() {
                CompressionMethod::Stored => (None, false),
                CompressionMethod::Deflated => (None, true),
                other => (Some(other.to_string()), false),
            };
            let start = entry.data_start().unwrap_or(0);
            let packed = archive.part(
                start,
                entry.compressed_size(),
                Packing::Zip {
                    deflated,
                    crc,
                    size,
                },
                self.caps(),
            );
            members.push(Member {
                name: sniff::decoded_name(entry.name_raw()),
                packed,
                method,
                encrypted: entry.encrypted(),
            });
        }
        Ok(members)
    }

    fn xlsx(
        &mut self,
        source: &Source,
        members: Vec<Member>,
        origin: &Origin,
        name: &str,
    ) -> Result<(), ReadError> {
        let mut package = Package::new(self.limits.sheet_cells);
        for member in members {
            let name = member.name.clone();
            package.insert(&name, member.open(origin, self.caps())?);
        }
        let workbook = package.open(origin)?;
        let content = self.fingerprint(source, origin)?;
        let kind = Kind::Workbook {
            format: WorkbookFormat::Xlsx,
        };
        let document = Document::of(name, content, kind, workbook.tables);
        self.found.push(Document {
            properties: workbook.properties,
            ..document
        });
        Ok(())
    }

    /// Unpacks the parts of a workbook that another reader will unpack without limits.
    fn check_parts(members: Vec<Member>, origin: &Origin) -> Result<(), ReadError> {
        let bound = |most| ReadError::bomb(origin, Bound::HeldWorkbook(most));
        let mut left = workbook::MOST_BYTES;
        for member in members {
            let is_content = member.name == "content.xml";
            // One byte more than there may be, so that the bound that is broken is always this one.
            let caps = Caps {
                expanded: left + 1,
                ratio: u64::MAX,
            };
            let part = member.open(origin, caps)?;
            let unpacked = part.reader().and_then(|reader| {
                let mut reader = reader.take(left + 1);
                io::copy(&mut reader, &mut io::sink())
            });
            let size = unpacked.map_err(|why| ReadError::of(origin, why))?;
            left = left
                .checked_sub(size)
                .ok_or_else(|| bound(Amount::Bytes(workbook::MOST_BYTES)))?;
            let lays_out = is_content
                && opendocument::lays_out_more_than(workbook::MOST_CELLS, &part)
                    .map_err(|why| ReadError::of(origin, why))?;
            if lays_out {
                return Err(bound(Amount::Cells(workbook::MOST_CELLS)));
            }
        }
        Ok(())
    }

    fn whole_workbook(
        &mut self,
        source: &Source,
        origin: &Origin,
        name: &str,
        format: workbook::Format,
    ) -> Result<(), ReadError> {
        let bytes = source
            .read_up_to(SOUGHT)
            .map_err(|why| ReadError::of(origin, why))?;
        let Some(bytes) = bytes else {
            return Err(ReadError::bomb(origin, Bound::Held(SOUGHT)));
        };
        let tables = workbook::open(format, &bytes, self.limits.sheet_cells, origin)?;
        let content = self.fingerprint(source, origin)?;
        let kind = Kind::Workbook {
            format: format.shown(),
        };
        self.found.push(Document::of(name, content, kind, tables));
        Ok(())
    }

    fn fingerprint(
        &mut self,
        source: &Source,
        origin: &Origin,
    ) -> Result<(ContentId, u64), ReadError> {
        let read = source.reader().and_then(encoding::fingerprint);
        let (content_id, size) = read.map_err(|why| ReadError::of(origin, why))?;
        self.expanded += size;
        Ok((content_id, size))
    }

    fn survey(&mut self, source: &Source, origin: &Origin) -> Result<Survey, ReadError> {
        let mut survey = source
            .reader()
            .and_then(encoding::survey)
            .map_err(|why| ReadError::of(origin, why))?;
        self.expanded += survey.size;
        survey.market = self.market;
        Ok(survey)
    }
}

/// A file in a zip archive.
struct Member {
    name: String,
    packed: Source,
    /// The packing method where it is one that is not read.
    method: Option<String>,
    encrypted: bool,
}

impl Member {
    fn open(self, origin: &Origin, caps: Caps) -> Result<Source, ReadError> {
        if self.encrypted {
            return Err(ReadError::Protected {
                origin: origin.clone(),
            });
        }
        match self.method {
            Some(method) => Err(ReadError::Method {
                origin: origin.clone(),
                method,
            }),
            None => Ok(self.packed.within(caps)),
        }
    }
}

//! The boundary to JavaScript. Results are copied out once; errors are named `ExtractError` and name the member at fault.
//! No function returns a single JavaScript value: see [`memory`].

use artifact::ExtractError;
use wasm_bindgen::prelude::*;

fn to_js(error: ExtractError) -> JsValue {
    let js = js_sys::Error::new(&error.reason);
    js.set_name("ExtractError");
    let _ = js_sys::Reflect::set(&js, &"member".into(), &error.member.into());
    js.into()
}

/// Returns this module's memory, which moves when it grows.
///
/// It never fails, but a `Result` is three values for JavaScript. V8 11.3 (Node 20) inlines calls that return one reference,
/// and ends the process when the caller is deoptimised during the call.
#[wasm_bindgen(js_name = "moduleMemory")]
pub fn memory() -> Result<JsValue, JsValue> {
    Ok(wasm_bindgen::memory())
}

/// Room for a file in this module's memory, so that the file is read to where it is parsed, without a copy.
#[wasm_bindgen]
pub struct FileRoom {
    bytes: Vec<u8>,
}

#[wasm_bindgen]
impl FileRoom {
    #[wasm_bindgen(constructor)]
    pub fn new(size: usize) -> FileRoom {
        FileRoom { bytes: vec![0; size] }
    }

    /// Its offset in the memory.
    #[wasm_bindgen(getter)]
    pub fn offset(&mut self) -> *mut u8 {
        self.bytes.as_mut_ptr()
    }

    /// Reads the object file or archive that was put here; returns the content of its facts file.
    pub fn extract(&self, debug_info: bool) -> Result<Vec<u8>, JsValue> {
        facts::extract(&self.bytes, debug_info).map_err(to_js)
    }

    /// Lists the members of the archive that was put here.
    pub fn members(&self) -> Result<ArchiveMembers, JsValue> {
        let places = artifact::places(&self.bytes).map_err(to_js)?;
        let mut members = ArchiveMembers { names: Vec::new(), offsets: Vec::new(), lengths: Vec::new() };
        for place in places {
            members.names.push(place.name);
            members.offsets.push(place.offset);
            members.lengths.push(place.length);
        }
        Ok(members)
    }
}

/// The members of an archive in order: names, and where their contents stand, in bytes.
#[wasm_bindgen(getter_with_clone)]
pub struct ArchiveMembers {
    pub names: Vec<String>,
    pub offsets: Vec<usize>,
    pub lengths: Vec<usize>,
}

/// Unpacks the payload of a facts file to `size` bytes.
#[wasm_bindgen]
pub fn unpack(payload: &[u8], size: usize) -> Result<Vec<u8>, JsValue> {
    facts::unpack(payload, size).map_err(|reason| to_js(ExtractError::new("", reason)))
}

/// Returns the names of the columns of a facts file, in order.
#[wasm_bindgen(js_name = "columnNames")]
pub fn column_names() -> Vec<String> {
    facts::COLUMN_NAMES.iter().map(|name| name.to_string()).collect()
}

/// Returns the version of the facts files that [`FileRoom::extract`] returns.
#[wasm_bindgen(js_name = "factsVersion")]
pub fn facts_version() -> u32 {
    facts::VERSION
}

/// Returns the member at which this instance trapped.
#[wasm_bindgen]
pub fn reading() -> String {
    artifact::reading()
}

/// The symbols of a linked file: names, and the STT_FILE of local ones.
#[wasm_bindgen(getter_with_clone)]
pub struct LinkedSymbols {
    pub names: Vec<String>,
    /// Empty when there is none.
    pub files: Vec<String>,
}

/// Reads the symbol table of an executable or shared object.
#[wasm_bindgen(js_name = "linkedSymbols")]
pub fn linked_symbols(data: &[u8]) -> Result<LinkedSymbols, JsValue> {
    let symbols = object_wasm::linked_symbols(data).map_err(to_js)?;
    let text = |&id: &u32| match id {
        artifact::NONE => String::new(),
        id => symbols.strings.get(id).to_string(),
    };
    Ok(LinkedSymbols { names: symbols.name.iter().map(text).collect(), files: symbols.file.iter().map(text).collect() })
}

/// Symbols that a shared object or the C runtime needs from a program, or defines itself: see `object_wasm::mentioned_symbols`.
#[wasm_bindgen(getter_with_clone)]
pub struct MentionedSymbols {
    pub needed: Vec<String>,
    pub defined: Vec<String>,
}

/// Reads a shared object, an object or an archive.
#[wasm_bindgen(js_name = "mentionedSymbols")]
pub fn mentioned_symbols(data: &[u8]) -> Result<MentionedSymbols, JsValue> {
    let mentioned = object_wasm::mentioned_symbols(data).map_err(to_js)?;
    let mut result = MentionedSymbols { needed: Vec::new(), defined: Vec::new() };
    for (id, &needed) in mentioned.needed.iter().enumerate() {
        let names = if needed { &mut result.needed } else { &mut result.defined };
        names.push(mentioned.strings.get(id as u32).to_string());
    }
    Ok(result)
}

/// Returns the names in one symbol or debug name (rule 3.2).
#[wasm_bindgen(js_name = "namesIn")]
pub fn names_in(text: &str) -> Result<Vec<String>, JsValue> {
    let split = object_wasm::split_names(std::iter::once(text)).map_err(|reason| to_js(ExtractError::new("", reason)))?;
    let mut names: Vec<String> = split.name_ids.iter().map(|&id| object_wasm::plain_name(split.names.get(id)).into_owned()).collect();
    names.dedup();
    Ok(names)
}

/// Returns a symbol demangled, without its hash.
#[wasm_bindgen]
pub fn demangle(symbol: &str) -> String {
    object_wasm::demangle(symbol).into_owned()
}

/// Hits of one source; see `source_tokens::SourceHits`. `ok` is false when the file is no source.
#[wasm_bindgen(getter_with_clone)]
pub struct SourceHits {
    pub ok: bool,
    pub kind: Vec<u8>,
    pub line: Vec<u32>,
    pub column: Vec<u32>,
    pub texts: Vec<String>,
    pub modules: Vec<String>,
    pub macros: Vec<String>,
}

/// Scans the bytes of a file that rustc read, with the settings of the compilation.
#[wasm_bindgen]
pub fn scan(bytes: &[u8], cfg: &str) -> SourceHits {
    let ok = source_tokens::scan(bytes, cfg);
    let is_source = ok.is_some();
    let source_tokens::SourceHits { kind, line, column, texts, modules, macros } = ok.unwrap_or_default();
    SourceHits { ok: is_source, kind, line, column, texts, modules, macros }
}

/// Returns the files that a source may make rustc read as sources too: names, after U+0001 those of modules; U+0002 for any.
#[wasm_bindgen(js_name = "namesOfFiles")]
pub fn names_of_files(bytes: &[u8]) -> Vec<String> {
    source_tokens::names(bytes)
}
